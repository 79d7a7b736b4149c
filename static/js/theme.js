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
    show();
  };

  // Where it is chosen from a list, that says which it is.
  const show = () => {
    for (const choice of document.querySelectorAll("[data-theme-choice]")) {
      choice.hidden = false;
      for (const each of choice.querySelectorAll("input")) each.checked = each.value === theme;
    }
  };

  const choose = (chosen) => {
    apply(chosen);
    keep(chosen);
  };

  apply(stored());

  document.addEventListener("DOMContentLoaded", () => {
    show();
    toggle = document.querySelector("[data-theme-toggle]");
    if (!toggle) return;
    apply(theme);
    toggle.hidden = false;
    toggle.addEventListener("click", () => {
      choose(ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length]);
    });
  });

  document.addEventListener("htmx:afterSettle", show);
  document.addEventListener("change", (event) => {
    if (event.target.closest?.("[data-theme-choice]")) choose(event.target.value);
  });

  // Another tab chose.
  addEventListener("storage", (event) => {
    if (event.key === KEY || event.key === null) apply(stored());
  });
})();
