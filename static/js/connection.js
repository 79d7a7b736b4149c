// What is said when the server does not answer, or refuses with a page of its own. Nothing on the page is lost by it.

(() => {
  const say = (sentence) => {
    document.dispatchEvent(new CustomEvent("say", { detail: { sentence, tone: "bad" } }));
  };
  let lost = false;

  const words = (xhr) => {
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    const found = ["h1", "h1 ~ p"].map((each) => page.querySelector(each)?.textContent.trim().replace(/\s+/g, " "));
    return found.filter(Boolean).join(": ") || `The server refused this (${xhr.status}). Nothing was changed.`;
  };

  // A refusal that brings its own words, out of band.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status >= 400 && event.detail.xhr.getResponseHeader("HX-Reswap") === "none") {
      event.detail.shouldSwap = true;
    }
  });

  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Reswap") !== "none") say(words(event.detail.xhr));
  });

  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => {
      if (!lost) say("The server does not answer. What you typed is still here; try again when it does.");
      lost = true;
      document.documentElement.dataset.connection = "lost";
    });
  }

  document.addEventListener("htmx:afterOnLoad", () => {
    if (lost) document.dispatchEvent(new CustomEvent("say", { detail: { sentence: "The server answers again.", tone: "good" } }));
    lost = false;
    delete document.documentElement.dataset.connection;
  });
})();
