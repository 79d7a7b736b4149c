// Keys with a visible twin: pressing the key in `data-key` is pressing, or for a field focusing, the element that has it.
// In a `data-list`, j and k and the arrows go from one `data-item` to the next.

(() => {
  const typing = (element) => element.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  const room = () => (document.getElementById("dialog-frame").open ? document.getElementById("dialog-frame") : document);

  const press = (key) => {
    const found = [...room().querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((each) => each.checkVisibility());
    if (!found) return false;
    if (typing(found)) found.focus();
    else found.click();
    return true;
  };

  const step = (by) => {
    const items = [...room().querySelectorAll("[data-list] [data-item]")].filter((each) => each.checkVisibility());
    if (!items.length) return false;
    const at = items.findIndex((each) => each === document.activeElement || each.contains(document.activeElement));
    const next = at < 0 ? (by > 0 ? 0 : items.length - 1) : Math.min(Math.max(at + by, 0), items.length - 1);
    items[next].focus();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      if (press("Ctrl-K")) event.preventDefault();
      return;
    }
    if (event.ctrlKey || event.metaKey || typing(event.target)) return;
    const inList = document.activeElement.closest?.("[data-list]");
    const by = { j: 1, k: -1, ...(inList ? { ArrowDown: 1, ArrowUp: -1 } : {}) }[event.key];
    if (by ? step(by) : press(event.key)) event.preventDefault();
  });
})();
