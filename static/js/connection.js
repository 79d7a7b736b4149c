// What is said when the server refuses with a page of its own, does not answer, or knows nobody here any more. For as
// long as one of the last two is so, a bar says it. Nothing on the page is lost by any of it, and nothing is sent again.

(() => {
  const LOST = "The server does not answer. What you typed is still here, and nothing is sent twice.";
  const SIGNED_OUT = "You are not signed in any more, so nothing was done. What you typed is still here.";
  const FIRST_LOOK = 2000;
  const LAST_LOOK = 15000;
  // What a proxy answers in place of a server that is away.
  const AWAY = new Set([502, 504]);

  const root = document.documentElement;
  const toasts = document.getElementById("toasts");
  const isLost = () => root.dataset.connection === "lost";
  const say = (sentence, tone) => document.dispatchEvent(new CustomEvent("say", { detail: { sentence, tone } }));

  // Among the toasts, since those are within reach when a dialog is open, too.
  const bar = (id, sentence, action) => {
    if (document.getElementById(id)) return;
    const made = document.createElement("div");
    const words = document.createElement("p");
    made.id = id;
    made.className = "toast bad bar";
    words.className = "toast-text";
    words.textContent = sentence;
    made.append(words, action);
    toasts.prepend(made);
  };

  const putAway = (id) => {
    const gone = document.getElementById(id);
    if (gone?.contains(document.activeElement)) document.getElementById("content").focus();
    gone?.remove();
  };

  // Refused

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

  document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
    if (xhr.status === 401) signedOut();
    else if (AWAY.has(xhr.status)) lose();
    else if (xhr.getResponseHeader("HX-Reswap") !== "none") say(words(xhr), "bad");
  });

  // Signed out

  const signedOut = () => {
    const link = document.createElement("a");
    link.className = "button small";
    link.href = root.dataset.login;
    link.target = "_blank";
    link.textContent = "Sign in, in a new tab";
    bar("signed-out", SIGNED_OUT, link);
  };

  // Lost

  let wait = FIRST_LOOK;
  let next;

  const look = async () => {
    clearTimeout(next);
    try {
      const answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(LAST_LOOK) });
      if (!answer.ok) throw new Error("not yet");
      find();
    } catch {
      wait = Math.min(wait * 1.5, LAST_LOOK);
      next = setTimeout(look, wait);
    }
  };

  const lose = () => {
    if (isLost()) return;
    root.dataset.connection = "lost";
    const again = document.createElement("button");
    again.className = "button small";
    again.type = "button";
    again.textContent = "Try again";
    again.addEventListener("click", look);
    bar("connection", LOST, again);
    wait = FIRST_LOOK;
    next = setTimeout(look, wait);
  };

  const find = () => {
    if (!isLost()) return;
    clearTimeout(next);
    delete root.dataset.connection;
    putAway("connection");
    say("The server answers again.", "good");
    // Whether what was sent last has arrived is for the page to show.
    document.body.dispatchEvent(new CustomEvent("changed"));
  };

  document.addEventListener("htmx:sendError", lose);
  document.addEventListener("htmx:timeout", lose);
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (event.detail.xhr.status >= 400) return;
    putAway("signed-out");
    find();
  });
})();
