// What is said in passing goes away by itself, unless somebody points at it or it tells of a failure.

(() => {
  const SECONDS = 8;
  const SECONDS_TO_UNDO = 20;
  const region = document.getElementById("toasts");

  const expire = (toast) => {
    const seconds = toast.querySelector("[hx-post]") ? SECONDS_TO_UNDO : SECONDS;
    setTimeout(() => {
      if (toast.matches(":hover, :focus-within")) expire(toast);
      else toast.remove();
    }, seconds * 1000);
  };

  const watch = () => {
    for (const toast of region.querySelectorAll("[data-toast]:not([data-seen])")) {
      toast.dataset.seen = "";
      if (!toast.matches(".bad")) expire(toast);
    }
  };

  new MutationObserver(watch).observe(region, { childList: true });
  watch();

  document.addEventListener("click", (event) => {
    const toast = event.target.closest("[data-toast-done]")?.closest("[data-toast]");
    if (!toast) return;
    // What it posts is sent before it goes.
    setTimeout(() => {
      if (toast.contains(document.activeElement)) document.getElementById("content").focus();
      toast.hidden = true;
    });
    setTimeout(() => toast.remove(), 5000);
  });

  // `say` from elsewhere: { sentence, tone }.
  document.addEventListener("say", (event) => {
    const toast = document.createElement("div");
    const text = document.createElement("p");
    const away = document.createElement("button");
    toast.className = `toast ${event.detail.tone}`;
    toast.dataset.toast = "";
    text.className = "toast-text";
    text.textContent = event.detail.sentence;
    away.className = "button quiet icon";
    away.type = "button";
    away.dataset.toastDone = "";
    away.setAttribute("aria-label", "Put this message away");
    away.textContent = "✕";
    toast.append(text, away);
    region.append(toast);
  });
})();
