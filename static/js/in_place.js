// Forms in place of what they change. One is loaded into an element with `data-in-place`, which names by id the button
// that it stands in for. Enter sends it (in several lines Ctrl-Enter); Escape gives up, and so does leaving it with
// nothing typed. What was typed stays until it is saved or given up: pages that show themselves anew keep it.

(() => {
  const holder = (element) => element?.closest?.("[data-in-place]");

  const close = (place, focus) => {
    place.replaceChildren();
    if (focus) document.getElementById(place.dataset.inPlace)?.focus();
  };

  const isTouched = (form) =>
    form.querySelector("[aria-invalid=true], .form-error") !== null ||
    [...form.querySelectorAll("input:not([type=hidden]), textarea")].some((each) => each.value !== each.defaultValue);

  document.addEventListener("htmx:afterSettle", (event) => {
    const field = event.detail.target.matches?.("[data-in-place]")
      ? event.detail.target.querySelector("input:not([type=hidden]), textarea")
      : null;
    if (!field || event.detail.requestConfig.verb !== "get") return;
    field.focus();
    if (!field.matches("textarea")) field.select();
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const place = holder(event.detail.elt);
    if (place && event.detail.xhr.status === 200 && event.detail.requestConfig.verb === "post") close(place, true);
  });

  document.addEventListener("keydown", (event) => {
    const place = holder(event.target);
    if (!place || event.isComposing) return;
    if (event.key === "Escape") {
      close(place, true);
      event.preventDefault();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.target.form?.requestSubmit();
      event.preventDefault();
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-in-place-cancel]")) close(holder(event.target), true);
  });

  document.addEventListener("focusout", (event) => {
    const place = holder(event.target);
    const form = place?.querySelector("form");
    if (!form || !document.hasFocus()) return;
    // A button that goes before its click is done would not be pressed.
    setTimeout(() => {
      if (form.isConnected && !form.contains(document.activeElement) && !isTouched(form) && !form.matches(".htmx-request")) {
        close(place, false);
      }
    }, 150);
  });
})();
