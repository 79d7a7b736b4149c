// After a change, the page shows the new state: its address is asked again, and everything on it is new.

document.body.addEventListener("changed", () => {
  htmx.ajax("GET", location.pathname + location.search, { target: "#page", swap: "outerHTML" });
});
