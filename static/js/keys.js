// Keys with a visible twin: pressing the key in `data-key` is pressing, or for a field focusing, the element that has
// it. An element may have several, with spaces between them. In a `data-list`, j and k and the arrows go from one
// `data-item` to the next; the arrows come from a search field, too, and go back to it. Keys of a single letter or sign
// can be turned off, for this browser: who dictates, or misses a key, would press them unawares.

(() => {
  const frame = document.getElementById("dialog-frame");
  const page = document.getElementById("content");
  const WRITES = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select";

  const LETTERS = "letters";

  const letters = () => {
    try {
      return localStorage.getItem(LETTERS) === "off" ? "off" : "on";
    } catch {
      return "on";
    }
  };

  const keepLetters = (chosen) => {
    try {
      if (chosen === "on") localStorage.removeItem(LETTERS);
      else localStorage.setItem(LETTERS, chosen);
    } catch {
      // Storage is closed to us, so they stay as they are.
    }
  };

  const showLetters = () => {
    for (const choice of document.querySelectorAll("[data-letters-choice]")) {
      choice.hidden = false;
      for (const each of choice.querySelectorAll("input")) each.checked = each.value === letters();
    }
    for (const each of document.querySelectorAll("[data-letters-are]")) each.textContent = letters();
  };

  const typing = (element) => element.matches(WRITES) || element.isContentEditable;
  const SEARCHES = "input:is([type=search], [inputmode=search])";
  const room = () => (frame.open ? frame : document);
  const visible = (selector, within = room()) => [...within.querySelectorAll(selector)].filter((each) => each.checkVisibility());

  // A layout without Latin letters still has the keys where those would be.
  const keyOf = (event) => {
    const letter = /^Key[A-Z]$/.test(event.code) && event.key.length === 1 && event.key.charCodeAt(0) > 127;
    const key = letter ? event.code.slice(3).toLowerCase() : event.key;
    return /^[A-Z]$/.test(key) && !event.shiftKey ? key.toLowerCase() : key;
  };

  // What the page itself has goes before what stands beside every page.
  const twinOf = (key) => {
    const twins = visible(`[data-key~="${CSS.escape(key)}"]:not(:disabled)`);
    return twins.find((each) => page.contains(each)) ?? twins[0];
  };

  const press = (key) => {
    const twin = twinOf(key);
    if (!twin) return false;
    if (typing(twin)) {
      twin.focus();
      twin.select?.();
    } else twin.click();
    return true;
  };

  const step = (by) => {
    const items = visible("[data-list] [data-item]");
    const at = items.findIndex((each) => each.contains(document.activeElement));
    if (at === 0 && by < 0) {
      const field = visible(SEARCHES)[0];
      field?.focus();
      return Boolean(field);
    }
    const next = at < 0 ? (by > 0 ? 0 : items.length - 1) : Math.min(at + by, items.length - 1);
    items[next]?.focus();
    return items.length > 0;
  };

  const answer = (event) => {
    const active = document.activeElement;
    const key = keyOf(event);
    if (event.ctrlKey || event.metaKey) {
      if (key.toLowerCase() !== "k" || event.shiftKey) return false;
      // Not the browser's own either: over a dialog it would only lead away from what is typed there.
      if (!event.repeat && !frame.open) press("Ctrl-K");
      return true;
    }
    if (active.matches(SEARCHES)) return key === "ArrowDown" && step(1);
    if (typing(active) || active.closest("details.menu[open]")) return false;
    if (key.length === 1 && letters() === "off") return false;
    const arrows = active.closest("[data-list]") ? { ArrowDown: 1, ArrowUp: -1 } : {};
    const by = { j: 1, k: -1, ...arrows }[key];
    if (by) return step(by);
    return !event.repeat && key !== " " && press(key);
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey || event.isComposing) return;
    if (answer(event)) event.preventDefault();
  });

  showLetters();
  document.addEventListener("htmx:afterSettle", showLetters);
  document.addEventListener("change", (event) => {
    if (!event.target.closest("[data-letters-choice]")) return;
    keepLetters(event.target.value);
    showLetters();
  });

  // The dialog that lists the keys begins with those of the page it is over.
  document.addEventListener("htmx:afterSettle", (event) => {
    const list = event.detail.target.querySelector("[data-keys-here]");
    if (!list) return;
    const rows = visible("[data-key]", page).map((twin) => {
      const term = document.createElement("dt");
      const words = document.createElement("dd");
      for (const key of twin.dataset.key.split(" ")) {
        const shown = document.createElement("kbd");
        shown.textContent = key;
        term.append(shown, " ");
      }
      words.textContent = (twin.getAttribute("aria-label") ?? twin.textContent).trim();
      return [term, words];
    });
    list.replaceChildren(...rows.flat());
    list.parentElement.hidden = rows.length === 0;
  });
})();
