// Menus (`<details class="menu">`): one at a time, arrows move in them, Escape and a click elsewhere close them.

(() => {
  const open = () => document.querySelector("details.menu[open]");
  const items = (menu) => [...menu.querySelectorAll("a[href], button:not([disabled])")];

  document.addEventListener("click", (event) => {
    const inside = event.target.closest("details.menu");
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu !== inside || event.target.closest("a[href], button")) menu.open = false;
    }
  });

  document.addEventListener("keydown", (event) => {
    const menu = open();
    if (!menu || !menu.contains(document.activeElement)) return;
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
      event.stopPropagation();
      event.preventDefault();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const all = items(menu);
    const at = all.indexOf(document.activeElement);
    all.at(at < 0 && step < 0 ? -1 : (at + step) % all.length)?.focus();
    event.preventDefault();
  });

  document.addEventListener("focusout", (event) => {
    const menu = event.target.closest?.("details.menu[open]");
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
})();
