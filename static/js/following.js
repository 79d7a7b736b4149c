// Who has the focus when what had it goes. A form with `data-then` names, by their ids, elements of which the first that
// is there has it; with `data-goes` its row goes, and before those come the same buttons of the next row and the last.

(() => {
  let heirs = [];

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt.closest?.("[data-then]");
    if (!form) return;
    const row = form.matches("[data-goes]") ? form.closest("li") : null;
    const beside = [row?.nextElementSibling, row?.previousElementSibling];
    const twins = beside.map((each) => each?.querySelector("[data-goes] button")?.id);
    heirs = [...twins, ...form.dataset.then.split(" ")].filter(Boolean);
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (!heirs.length || document.querySelector("dialog[open]")) return;
    const at = document.activeElement;
    if (!at || at === document.body) {
      heirs.map((id) => document.getElementById(id)).find(Boolean)?.focus({ preventScroll: true });
    }
    if (event.detail.target?.id === "page") heirs = [];
  });
})();
