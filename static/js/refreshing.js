// After a change, the page shows the new state: its address is asked again, and everything on it is new. Not while
// something is being sent: what sent it would be gone when the answer comes, and with it what the answer says. Nor while
// a form on it holds what somebody typed and has not sent, which is said.

(() => {
  const KEPT = "What you typed is still here, and the page is as it was before. It is shown anew once this is saved.";
  // A search stands in the address, ticks are made for the moment, and what is preserved stays by itself.
  const STAYS = "[role=search], [data-ticking], [hx-preserve]";
  const FIELDS = "#page form[method=post] :is(input:not([type=hidden]), textarea)";

  const sent = new WeakSet();
  let underWay = 0;
  let isDue = false;

  const differs = (field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked;
  const isTypedIn = () =>
    [...document.querySelectorAll(FIELDS)].some(
      (each) => differs(each) && !sent.has(each.form) && !each.closest(STAYS),
    );

  const refresh = () => {
    const isKept = isTypedIn();
    isDue = isKept || underWay > 0;
    if (!isDue) htmx.ajax("GET", location.pathname + location.search, { target: "#page", swap: "outerHTML" });
    else if (!underWay) document.dispatchEvent(new CustomEvent("say", { detail: { sentence: KEPT, tone: "good" } }));
  };
  const sends = (event) => event.detail.requestConfig.verb !== "get";

  document.body.addEventListener("changed", refresh);

  document.addEventListener("htmx:beforeSend", (event) => {
    if (!sends(event)) return;
    const { elt, xhr } = event.detail;
    const form = elt.closest("form");
    underWay += 1;
    // What sent it may be gone by now, and nobody hears then what the answer has to say.
    xhr.addEventListener("readystatechange", () => {
      if (xhr.readyState === XMLHttpRequest.DONE && !elt.isConnected) isDue = true;
    });
    xhr.addEventListener("loadend", () => {
      underWay -= 1;
      if (form && xhr.status >= 200 && xhr.status < 300) sent.add(form);
      if (isDue) refresh();
    });
  });

  // What is typed after it was sent is not.
  document.addEventListener("input", (event) => sent.delete(event.target.form));

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "page" || !underWay || sends(event)) return;
    event.detail.shouldSwap = false;
    isDue = true;
  });
})();

// The new page stands beside the old one for a moment, and a browser that holds on to what it showed would scroll along.
(() => {
  let top = 0;

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "page") top = scrollY;
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "page") scrollTo({ top, behavior: "instant" });
  });
})();
