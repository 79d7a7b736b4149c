// What is sent is sent once, however often it is pressed, and with the proof of today's session. A form with `data-renews`
// makes anew the form of that id, which is not sent until it has; and while that is being sent, nothing renews it.

(() => {
  const SENDS = "[hx-post], [hx-put], [hx-patch], [hx-delete]";
  const sent = new WeakSet();
  const outdated = new WeakSet();

  const isUnderWay = (element) => sent.has(element) || element.classList.contains("htmx-request");
  const buttonsOf = (element) =>
    element.matches("form") ? [...element.querySelectorAll("button:not([type=button])")] : [element];

  // Not `disabled`, which would take the focus away.
  const hold = (element) => {
    for (const each of buttonsOf(element)) each.setAttribute("aria-disabled", "true");
  };
  const release = (element) => {
    for (const each of buttonsOf(element)) each.removeAttribute("aria-disabled");
  };

  const refuse = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  const tokenNow = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];

  // Before anybody else hears of it.
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (form.method === "get") return;
      if (isUnderWay(form) || outdated.has(form)) {
        refuse(event);
        return;
      }
      // Somebody signed in again in another tab; the form is older than that.
      const field = form.elements.namedItem("csrfmiddlewaretoken");
      if (field && tokenNow()) field.value = tokenNow();
    },
    true,
  );

  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest(SENDS);
      if (button && !button.matches("form") && isUnderWay(button)) refuse(event);
    },
    true,
  );

  // After everybody else: a form that nobody took over leads away from here.
  window.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method === "get") return;
    sent.add(event.target);
    hold(event.target);
  });

  // Back from there
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.forms) {
      sent.delete(form);
      release(form);
    }
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (tokenNow()) event.detail.headers["X-CSRFToken"] = tokenNow();
  });

  const takesOver = (element) => element.matches(SENDS) || (element.matches("form") && element.method !== "get");

  document.addEventListener("htmx:beforeRequest", (event) => {
    const renewed = document.getElementById(event.detail.elt.dataset?.renews);
    if (!renewed) return;
    if (isUnderWay(renewed)) {
      event.preventDefault();
      return;
    }
    outdated.add(renewed);
    hold(renewed);
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (takesOver(event.detail.elt)) hold(event.detail.elt);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (takesOver(event.detail.elt)) release(event.detail.elt);
  });
})();
