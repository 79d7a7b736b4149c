// The theme: the system's, unless this browser was told otherwise. Loaded in the head without
// `defer`, so that the page is never painted in the wrong one.

(() => {
  const KEY = "theme";
  const ORDER = ["system", "light", "dark"];

  const stored = () => {
    try {
      const kept = localStorage.getItem(KEY);
      return ORDER.includes(kept) ? kept : "system";
    } catch {
      return "system";
    }
  };

  const keep = (theme) => {
    try {
      if (theme === "system") localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // Storage is closed to us; the choice lasts until the page goes.
    }
  };

  let theme;
  let toggle;

  const apply = (chosen) => {
    theme = chosen;
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    if (toggle) toggle.textContent = `Theme: ${theme}`;
  };

  apply(stored());

  document.addEventListener("DOMContentLoaded", () => {
    toggle = document.querySelector("[data-theme-toggle]");
    if (!toggle) return;
    apply(theme);
    toggle.hidden = false;
    toggle.addEventListener("click", () => {
      apply(ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length]);
      keep(theme);
    });
  });

  // Another tab chose.
  addEventListener("storage", (event) => {
    if (event.key === KEY || event.key === null) apply(stored());
  });
})();
