// In a search whose field has `data-goes-to-first`, Enter opens the first of what was found for the words as they are
// now: at once, or as soon as that is there.

(() => {
  let waiting = false;

  const field = () => document.querySelector("[data-goes-to-first]");
  const results = () => document.getElementById("search-results");
  const words = () => field()?.value.trim();

  const go = () => {
    if (results()?.dataset.words !== words()) return false;
    waiting = false;
    results().querySelector("[data-item]")?.click();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.target !== field()) return;
    event.preventDefault();
    waiting = !go();
  });

  document.addEventListener("input", (event) => {
    if (event.target === field()) waiting = false;
  });

  document.addEventListener("htmx:afterSettle", () => {
    if (waiting && field()) go();
  });
})();
