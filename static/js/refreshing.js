// After a change, the page shows the new state: its address is asked again, and everything on it is new.

document.body.addEventListener("changed", () => {
  htmx.ajax("GET", location.pathname + location.search, { target: "#page", swap: "outerHTML" });
});

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
