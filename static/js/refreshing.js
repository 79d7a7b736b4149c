// After a change, the page shows the new state: its address is asked again, and everything on it is new. Not while
// something is being sent: what sent it would be gone when the answer comes, and with it what the answer says.

(() => {
  let underWay = 0;
  let isDue = false;

  const refresh = () => {
    isDue = underWay > 0;
    if (!isDue) htmx.ajax("GET", location.pathname + location.search, { target: "#page", swap: "outerHTML" });
  };
  const sends = (event) => event.detail.requestConfig.verb !== "get";

  document.body.addEventListener("changed", refresh);

  document.addEventListener("htmx:beforeSend", (event) => {
    if (!sends(event)) return;
    const { elt, xhr } = event.detail;
    underWay += 1;
    // What sent it may be gone by now, and nobody hears then what the answer has to say.
    xhr.addEventListener("readystatechange", () => {
      if (xhr.readyState === XMLHttpRequest.DONE && !elt.isConnected) isDue = true;
    });
    xhr.addEventListener("loadend", () => {
      underWay -= 1;
      if (isDue) refresh();
    });
  });

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
