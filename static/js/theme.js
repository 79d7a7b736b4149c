// The theme: the system's, unless this browser was told otherwise. Loaded in the head without
// `defer`, so that the page is never painted in the wrong one.

const KEY = "theme";
const ORDER = ["system", "light", "dark"];

function stored() {
  try {
    const theme = localStorage.getItem(KEY);
    return ORDER.includes(theme) ? theme : "system";
  } catch {
    return "system";
  }
}

function apply(theme) {
  if (theme === "system") {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = theme;
  }
}

function keep(theme) {
  try {
    if (theme === "system") {
      localStorage.removeItem(KEY);
    } else {
      localStorage.setItem(KEY, theme);
    }
  } catch {
    // Storage is closed to us; the choice lasts until the page goes.
  }
}

let theme = stored();
apply(theme);

document.addEventListener("DOMContentLoaded", () => {
  const toggle = document.querySelector("[data-theme-toggle]");
  if (!toggle) return;

  const show = () => {
    toggle.textContent = `Theme: ${theme}`;
  };
  toggle.addEventListener("click", () => {
    theme = ORDER[(ORDER.indexOf(theme) + 1) % ORDER.length];
    apply(theme);
    keep(theme);
    show();
  });
  addEventListener("storage", (event) => {
    if (event.key !== KEY && event.key !== null) return;
    theme = stored();
    apply(theme);
    show();
  });
  show();
  toggle.hidden = false;
});
