// The focus is never nowhere. When what had it is gone, what has its id now gets it, or else the page; so does the page
// that an answer leads to. What is wrong with a form that comes as a page of its own has it first.

(() => {
  const page = document.getElementById("content");
  const frame = document.getElementById("dialog-frame");
  const LED = "led-by-an-answer";
  let held = null;

  const isNowhere = () => document.activeElement === document.body || document.activeElement === null;
  const focus = (element) => element?.focus({ preventScroll: true });

  const restore = () => {
    if (!held || held.isConnected || frame.open || !isNowhere()) return;
    if (held.id) focus(document.getElementById(held.id));
    if (isNowhere()) focus(page);
  };

  document.addEventListener("focusin", (event) => {
    held = event.target;
  });
  document.addEventListener("htmx:afterSettle", restore);
  document.addEventListener("dialog-closed", () => {
    if (isNowhere()) focus(page);
  });

  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Redirect")) sessionStorage.setItem(LED, "1");
  });

  // Of several that are wrong, the page may say which to begin with.
  const wrong = page.querySelector("[aria-invalid=true][autofocus]") ?? page.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();
  else if (sessionStorage.getItem(LED) && isNowhere()) focus(page);
  sessionStorage.removeItem(LED);
})();
