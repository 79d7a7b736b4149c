// Lists whose order people make: `<ol data-sortable data-sort-url="…" data-sort-first="0" data-sort-total="6">` with
// `<li data-id="…" data-name="…">`, in each a button `data-sort-handle` and, if it shows one, a `data-sort-position`.
//
// The handle is dragged, or takes the arrow keys, Home and End. Where a row ends up is posted as its `id` and its
// `position`, counted from 0; `data-sort-first` is the position of the first row shown, of `data-sort-total` in all.
// While a row moves it is its neighbours that change places, so it keeps the focus and the pointer.

(() => {
  const PAUSE = 350;
  const EDGE = 56;

  const said = document.createElement("p");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  document.body.append(said);

  // A row that was moved with the keys and not sent yet.
  let waiting = null;
  // Moves that are on their way or wait for those before them.
  let sent = [];
  let queue = Promise.resolve();
  let drag = null;

  const rows = (list) => [...list.children];
  const first = (list) => Number(list.dataset.sortFirst ?? 0);
  const place = (row) => first(row.parentElement) + rows(row.parentElement).indexOf(row);
  const total = (list) => Number(list.dataset.sortTotal ?? list.childElementCount);

  const number = (list) => {
    rows(list).forEach((row, index) => {
      const shown = row.querySelector("[data-sort-position]");
      if (shown) shown.textContent = first(list) + index + 1;
    });
  };

  const put = (row, position) => {
    const list = row.parentElement;
    const wanted = Math.min(Math.max(position - first(list), 0), list.childElementCount - 1);
    let at = rows(list).indexOf(row);
    for (; at < wanted; at++) row.before(row.nextElementSibling);
    for (; at > wanted; at--) row.after(row.previousElementSibling);
    number(list);
  };

  const announce = (row) => {
    said.textContent = `${row.dataset.name}, position ${place(row) + 1} of ${total(row.parentElement)}`;
  };

  const find = (move) =>
    document.querySelector(`[data-sort-url="${CSS.escape(move.url)}"] > [data-id="${CSS.escape(move.id)}"]`);

  const show = (move, position) => {
    const row = find(move);
    if (row) put(row, position);
    return row;
  };

  // What was moved after it was moved from there, and stays moved.
  const takeBack = (move) => {
    const later = sent.slice(sent.indexOf(move) + 1);
    for (const each of later.toReversed()) show(each, each.from);
    const row = show(move, move.from);
    for (const each of later) show(each, each.position);
    if (row) said.textContent = `${row.dataset.name} stays at position ${move.from + 1}`;
  };

  const post = async (move) => {
    // Whoever left the page sent it.
    if (!sent.includes(move)) return;
    let isRefused = false;
    const failures = ["htmx:responseError", "htmx:sendError", "htmx:timeout"];
    const failed = (event) => {
      if (event.detail.requestConfig?.path === move.url) isRefused = true;
    };
    failures.forEach((name) => document.addEventListener(name, failed));
    move.isUnderWay = true;
    try {
      const { id, position } = move;
      // The list may be another one by now, or gone.
      const source = find(move)?.parentElement ?? document.body;
      await htmx.ajax("POST", move.url, { values: { id, position }, swap: "none", source });
    } catch {
      isRefused = true;
    }
    failures.forEach((name) => document.removeEventListener(name, failed));
    if (isRefused) takeBack(move);
    sent = sent.filter((each) => each !== move);
  };

  // One after another: each position is meant in the order that the moves before it made.
  const send = (row, from) => {
    const position = place(row);
    if (position === from) return;
    const move = { url: row.parentElement.dataset.sortUrl, id: row.dataset.id, position, from };
    sent.push(move);
    queue = queue.then(() => post(move));
  };

  const settle = () => {
    if (!waiting) return;
    const move = waiting;
    clearTimeout(move.timer);
    waiting = null;
    const row = show(move, move.position);
    if (row) send(row, move.from);
  };

  const step = (row, key) => {
    const list = row.parentElement;
    const from = place(row);
    const last = first(list) + list.childElementCount - 1;
    const position = { ArrowUp: from - 1, ArrowDown: from + 1, Home: first(list), End: last }[key];
    if (position < first(list) || position > last) {
      const isEnd = position < 0 || position >= total(list);
      const where = position < from ? "first" : "last";
      const more = isEnd ? "" : " on this page; its menu moves it to another";
      said.textContent = `${row.dataset.name} is the ${where}${more}`;
      return;
    }
    const url = list.dataset.sortUrl;
    if (waiting && (waiting.id !== row.dataset.id || waiting.url !== url)) settle();
    const begun = waiting ?? { url, id: row.dataset.id, from };
    clearTimeout(begun.timer);
    put(row, position);
    announce(row);
    row.querySelector("[data-sort-handle]").scrollIntoView({ block: "nearest" });
    waiting = { ...begun, position: place(row), timer: setTimeout(settle, PAUSE) };
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && drag) {
      end(false);
      event.preventDefault();
      return;
    }
    const row = event.target.closest?.("[data-sort-handle]")?.closest("[data-sortable] > li");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!["ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
    event.preventDefault();
    step(row, event.key);
  });

  // Whoever goes on to something else is done with moving.
  document.addEventListener("focusout", (event) => {
    if (waiting && event.target.matches?.("[data-sort-handle]") && document.hasFocus()) settle();
  });

  // What is not sent yet when the page goes has to outlive it.
  addEventListener("pagehide", () => {
    settle();
    for (const { url, id, position } of sent.filter((move) => !move.isUnderWay)) {
      const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
      const body = new URLSearchParams({ id, position });
      fetch(url, { method: "POST", keepalive: true, headers: { "X-CSRFToken": token }, body });
    }
    sent = sent.filter((move) => move.isUnderWay);
  });

  document.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest?.("[data-sort-handle]");
    const row = handle?.closest("[data-sortable] > li");
    if (!row || event.button !== 0 || drag) return;
    settle();
    drag = { row, handle, from: place(row), pointer: event.pointerId, started: false };
    handle.setPointerCapture(event.pointerId);
  });

  document.addEventListener("pointermove", (event) => {
    if (!drag || event.pointerId !== drag.pointer) return;
    const { row } = drag;
    if (!drag.started) {
      drag.started = true;
      row.classList.add("dragged");
      document.documentElement.classList.add("dragging");
    }
    if (event.clientY < EDGE) scrollBy(0, -EDGE / 4);
    if (event.clientY > innerHeight - EDGE) scrollBy(0, EDGE / 4);
    const middle = (each) => {
      const box = each.getBoundingClientRect();
      return box.top + box.height / 2;
    };
    while (row.nextElementSibling && event.clientY > middle(row.nextElementSibling)) row.before(row.nextElementSibling);
    while (row.previousElementSibling && event.clientY < middle(row.previousElementSibling)) {
      row.after(row.previousElementSibling);
    }
    number(row.parentElement);
  });

  const end = (kept) => {
    const { row, from, handle, pointer, started } = drag;
    drag = null;
    row.classList.remove("dragged");
    document.documentElement.classList.remove("dragging");
    if (handle.hasPointerCapture(pointer)) handle.releasePointerCapture(pointer);
    if (!started || !row.isConnected) return;
    if (!kept) put(row, from);
    announce(row);
    send(row, from);
  };

  document.addEventListener("pointerup", (event) => {
    if (drag?.pointer === event.pointerId) end(true);
  });
  document.addEventListener("pointercancel", (event) => {
    if (drag?.pointer === event.pointerId) end(false);
  });

  // A page that shows itself anew does not know yet what is on its way to the server.
  document.addEventListener("htmx:afterSwap", () => {
    for (const move of waiting ? [...sent, waiting] : sent) show(move, move.position);
    if (drag && !drag.row.isConnected) {
      document.documentElement.classList.remove("dragging");
      drag = null;
    }
  });
})();
