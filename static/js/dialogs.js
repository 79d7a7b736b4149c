// The one dialog of a page. It opens when something is put into it, and closes by Escape, by a button with
// `data-dialog-close`, and when an answer says `dialog-done`. Whatever opened it has the focus again then. An answer that
// comes after the dialog was closed does not open it again.

(() => {
  const frame = document.getElementById("dialog-frame");
  const content = document.getElementById("dialog");
  const toasts = document.getElementById("toasts");
  // What the dialog waits for, and what it waited for when it was closed
  const awaited = new Map();
  const late = new WeakSet();
  let opener = "";

  const focusInside = () => {
    const wanted = content.querySelector("[aria-invalid=true]") ?? content.querySelector("[autofocus]");
    (wanted ?? document.getElementById("dialog-title"))?.focus();
  };

  // What opened it may have been made anew meanwhile, or be there only at times: then it names what has the focus instead.
  const giveBack = () => {
    if (document.activeElement !== document.body) return;
    const from = document.getElementById(opener);
    (from?.checkVisibility() ? from : document.getElementById(from?.dataset.focusInstead))?.focus();
  };

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target !== content || frame.open) return;
    // What opens from within a menu leaves the focus on the menu.
    const menu = event.detail.elt.closest("details.menu");
    const pressed = event.detail.requestConfig.triggeringEvent?.submitter;
    const from = menu?.querySelector("summary") ?? pressed ?? event.detail.elt;
    menu?.removeAttribute("open");
    from.focus();
    opener = from.id;
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (late.has(event.detail.xhr)) return;
    if (event.detail.target === content && content.childElementCount) {
      const opening = !frame.open;
      if (opening) {
        frame.showModal();
        // Behind an open dialog nobody could read or press them.
        frame.append(toasts);
      }
      if (opening || !frame.contains(document.activeElement) || document.activeElement === frame) focusInside();
      else if (content.querySelector("[aria-invalid=true]")) focusInside();
    } else if (!frame.open) giveBack();
  });

  document.addEventListener("htmx:beforeSend", (event) => {
    const { xhr, target, requestConfig } = event.detail;
    if (target !== content || !frame.open) return;
    awaited.set(xhr, requestConfig.verb);
    xhr.addEventListener("loadend", () => awaited.delete(xhr));
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    // What it says in passing is still said.
    if (late.has(event.detail.xhr)) event.detail.swapOverride = "none";
  });

  const leave = () => {
    const left = [...content.childNodes];
    const remove = () => left.forEach((each) => each.remove());
    // What sends something is heard of when the answer comes only while it is part of the page.
    const sending = [...awaited].find(([, verb]) => verb !== "get")?.[0];
    if (sending) sending.addEventListener("loadend", remove);
    else remove();
    for (const xhr of awaited.keys()) late.add(xhr);
  };

  // That it was closed is only heard of later, when the answer that closes it is already in its place.
  const close = () => {
    if (!frame.open) return;
    leave();
    frame.close();
  };

  frame.addEventListener("close", () => {
    document.body.append(toasts);
    leave();
    giveBack();
    document.dispatchEvent(new CustomEvent("dialog-closed"));
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-dialog-close]")) close();
  });

  document.body.addEventListener("dialog-done", close);
})();
