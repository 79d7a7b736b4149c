// Buttons with `data-copy` put those words on the clipboard.

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  let sentence = "Copied.";
  let tone = "good";
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    sentence = `This browser does not let pages copy. Here it is: ${button.dataset.copy}`;
    tone = "attention";
  }
  document.dispatchEvent(new CustomEvent("say", { detail: { sentence, tone } }));
});
