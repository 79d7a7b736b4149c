// In a `data-ticking`, boxes with `data-tick` tick rows. A button with `data-ticked` says how many are ticked, in the
// place of `#`, and is there only while any is; `(s)` is for more than one. `data-tick-all` ticks all there are.

(() => {
  const show = (room) => {
    const boxes = [...room.querySelectorAll("[data-tick]")];
    const number = boxes.filter((box) => box.checked).length;
    for (const button of room.querySelectorAll("[data-ticked]")) {
      button.hidden = !number;
      button.textContent = button.dataset.ticked.replace("#", number).replace("(s)", number === 1 ? "" : "s");
    }
    for (const all of room.querySelectorAll("[data-tick-all]")) {
      all.hidden = !boxes.length;
      all.checked = boxes.length > 0 && number === boxes.length;
      all.indeterminate = number > 0 && !all.checked;
    }
  };

  const showAll = () => document.querySelectorAll("[data-ticking]").forEach(show);

  document.addEventListener("change", (event) => {
    const room = event.target.closest("[data-ticking]");
    if (!room) return;
    if (event.target.matches("[data-tick-all]")) {
      for (const box of room.querySelectorAll("[data-tick]")) box.checked = event.target.checked;
    }
    show(room);
  });

  document.addEventListener("htmx:afterSettle", showAll);
  showAll();
})();
