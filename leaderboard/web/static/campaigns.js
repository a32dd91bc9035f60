// The editor goes to the line of an error; the page of a campaign's life renews itself while something is under way.
// @ts-check

const RENEWED_EVERY_MS = 3000;

const editor = /** @type {HTMLTextAreaElement | null} */ (document.querySelector("textarea.code"));

/** Puts the cursor on a line of the editor, and the line into sight. @param {HTMLTextAreaElement} area @param {number} number */
const goTo = (area, number) => {
  const lines = area.value.split("\n");
  const start = lines.slice(0, number - 1).join("\n").length + (number > 1 ? 1 : 0);
  area.focus();
  area.setSelectionRange(start, start + (lines[number - 1]?.length ?? 0));
  area.scrollTop = Math.max(number - 4, 0) * parseFloat(getComputedStyle(area).lineHeight);
};

for (const line of document.querySelectorAll(".line.wrong")) {
  line.addEventListener("click", () => {
    if (editor) goTo(editor, Number(line.id.replace("line-", "")));
  });
}

// Whoever is sent back to a form wants to know why first.
/** @type {HTMLElement | null} */ (document.querySelector("#wrong"))?.focus();

// An example takes the place of what was typed only where that is meant.
const examples = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-ask-over]"));
examples?.addEventListener("submit", (event) => {
  if (editor?.value.trim() && !window.confirm(examples.dataset.askOver)) event.preventDefault();
});

/** Whether something is being typed that a renewal would take away. @param {Element} part */
const isInUse = (part) => part.contains(document.activeElement) && document.activeElement?.tagName === "INPUT";

const renew = async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const wasWaiting = document.querySelector("[data-waiting]");
  if (wasWaiting && !fresh.querySelector("[data-waiting]")) {
    if (!isInUse(document.body)) location.assign(location.pathname);
    return;
  }
  for (const part of document.querySelectorAll("[data-fresh]")) {
    const other = fresh.getElementById(part.id);
    if (other && !isInUse(part)) part.replaceWith(other);
  }
};

const watch = async () => {
  await renew().catch(() => {});
  if (document.querySelector("[data-waiting]")) setTimeout(watch, RENEWED_EVERY_MS);
};

if (document.querySelector("[data-waiting]")) setTimeout(watch, RENEWED_EVERY_MS);
