// Choosing several out of lists that come and go. A ticked `data-choose` becomes a chip in the form `data-chosen`, made
// from its template, and stays there whatever is searched for next; `data-unchoose` on a chip takes it out again.
// `data-chosen` says what is chosen: member, say.

(() => {
  const form = () => document.querySelector("[data-chosen]");
  const chips = () => [...form().querySelectorAll(".chips > li")];
  const chipOf = (key) => chips().find((chip) => chip.querySelector("input").value === key);
  const boxes = () => [...document.querySelectorAll("[data-choose]")];

  const words = (count, noun) => (count ? `Add ${count} ${noun}${count === 1 ? "" : "s"}` : `Add ${noun}s`);

  const show = () => {
    if (!form()) return;
    const count = chips().length;
    const most = Number(form().dataset.most);
    const button = form().querySelector("[type=submit]");
    button.textContent = words(count, form().dataset.chosen);
    button.disabled = count === 0;
    for (const box of boxes()) {
      box.checked = Boolean(chipOf(box.dataset.choose));
      if (!box.closest(".barred")) box.disabled = count >= most && !box.checked;
    }
    const said = count >= most ? `${count} chosen, which is as many as can be added at once` : `${count} chosen`;
    const status = form().querySelector("[data-chosen-count]");
    if (status.textContent !== said) status.textContent = said;
  };

  const choose = ({ choose: key, kind, name }) => {
    const chip = form().querySelector("template").content.firstElementChild.cloneNode(true);
    chip.querySelector("input").value = key;
    chip.querySelector(".chip-kind").textContent = kind;
    chip.querySelector("bdi").textContent = name;
    chip.querySelector("[data-unchoose]").setAttribute("aria-label", `Leave out ${name}`);
    form().querySelector(".chips").append(chip);
  };

  document.addEventListener("change", (event) => {
    const box = event.target.closest("[data-choose]");
    if (!box || !form()) return;
    if (box.checked && !chipOf(box.dataset.choose)) choose(box.dataset);
    else if (!box.checked) chipOf(box.dataset.choose)?.remove();
    show();
  });

  document.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-unchoose]")?.closest("li");
    if (!chip) return;
    const next = (chip.nextElementSibling ?? chip.previousElementSibling)?.querySelector("[data-unchoose]");
    chip.remove();
    (next ?? document.querySelector(".choosing [type=search]"))?.focus();
    show();
  });

  document.addEventListener("htmx:afterSettle", show);
  show();
})();
