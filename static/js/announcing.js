// What a part that was swapped in wants said aloud stands in its `data-announce`. The same words are said once.

(() => {
  const frame = document.getElementById("dialog-frame");
  const said = document.createElement("p");
  said.className = "visually-hidden";
  said.id = "announcements";
  said.setAttribute("role", "status");
  document.body.append(said);
  let last = "";

  document.addEventListener("htmx:afterSettle", (event) => {
    const part = event.detail.elt;
    // What stands on a page that shows itself anew was there before.
    if (part.id === "page") return;
    const speaking = part.matches?.("[data-announce]") ? part : part.querySelector?.("[data-announce]");
    const words = speaking?.dataset.announce ?? "";
    if (!words || words === last) return;
    last = words;
    // Beside an open dialog it would not be heard; and it is to be there before its words are.
    (frame.open ? frame : document.body).append(said);
    said.textContent = "";
    setTimeout(() => {
      said.textContent = words;
    }, 100);
  });

  frame.addEventListener("close", () => {
    last = "";
    document.body.append(said);
  });
})();
