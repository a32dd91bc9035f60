// The queue by keys, drafts of reasons, and looking again while something is being worked out. All works without.
// @ts-check

/** How long the marking rests before the flag is opened beside the queue. */
const REST_MS = 200;
const LOOK_AGAIN_MS = 4_000;
const CHOICES = new Map([["u", "uphold"], ["d", "dismiss"], ["x", "disqualify"]]);

const list = document.querySelector(".queue-list");
const links = /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll("a[data-flag]")]);
const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-decide]"));
const reason = /** @type {HTMLTextAreaElement | null} */ (document.querySelector("#reason"));
const keys = /** @type {HTMLDialogElement | null} */ (document.querySelector("#keys"));
const wide = window.matchMedia("(min-width: 64rem)");

let marked = links.findIndex((link) => link.hasAttribute("aria-current"));
let resting = 0;

/** Marks a flag of the queue, and opens it where the marking rests. @param {number} step */
function move(step) {
  if (!list || links.length === 0) return;
  marked = Math.max(0, Math.min(links.length - 1, marked < 0 ? 0 : marked + step));
  list.classList.add("moved");
  for (const [index, link] of links.entries()) link.classList.toggle("picked", index === marked);
  links[marked].scrollIntoView({ block: "nearest" });
  window.clearTimeout(resting);
  const isReading = wide.matches || document.querySelector('.review[data-opened="yes"]');
  if (isReading && !links[marked].hasAttribute("aria-current")) resting = window.setTimeout(openMarked, REST_MS);
}

function openMarked() {
  window.clearTimeout(resting);
  if (links[marked]) window.location.assign(links[marked].href);
}

/** Chooses a decision; its reason is to be written next. @param {string} value */
function choose(value) {
  const choice = /** @type {HTMLInputElement | null} */ (form?.querySelector(`input[value="${value}"]:enabled`) ?? null);
  if (!choice || !reason) return;
  choice.checked = true;
  reason.focus();
}

/** Where a key is for writing, or for choosing in a list. @param {EventTarget | null} target */
function isField(target) {
  return target instanceof Element && target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
}

/** Whether Enter already does something there. @param {EventTarget | null} target */
function isPressed(target) {
  return target instanceof Element && target.closest("a, button, summary, input");
}

/** @param {KeyboardEvent} event */
function inField(event) {
  if (event.key === "Escape") /** @type {HTMLElement} */ (event.target).blur();
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target instanceof HTMLTextAreaElement) {
    event.target.form?.requestSubmit();
  }
}

/** Whether the key did something. @param {KeyboardEvent} event */
function did(event) {
  const choice = CHOICES.get(event.key);
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (choice) choose(choice);
  else if (event.key === "?") keys?.showModal();
  else if (event.key === "Enter" && !isPressed(event.target)) openMarked();
  else return false;
  return true;
}

if (list || form) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || keys?.open) return;
    if (isField(event.target)) inField(event);
    else if (!event.ctrlKey && !event.metaKey && !event.altKey && did(event)) event.preventDefault();
  });
  document.querySelector("[data-keys]")?.addEventListener("click", () => keys?.showModal());
}
if (list && marked > 0) list.scrollTop = links[marked].offsetTop - list.clientHeight / 3;

// What was written stays while one looks at other flags.
if (form && reason) {
  const place = `reason of ${window.location.pathname.split("/")[2]} ${form.dataset.decide}`;
  if (!reason.value) reason.value = window.sessionStorage.getItem(place) ?? "";
  reason.addEventListener("input", () => window.sessionStorage.setItem(place, reason.value));
  form.addEventListener("submit", () => window.sessionStorage.removeItem(place));
}

document.querySelector("#errors")?.scrollIntoView({ block: "nearest" });
/** @type {HTMLElement | null} */ (document.querySelector("#errors"))?.focus({ preventScroll: true });

/** Looks again, unless somebody writes. */
function lookAgain() {
  if (isField(document.activeElement) || reason?.value || document.hidden) {
    window.setTimeout(lookAgain, LOOK_AGAIN_MS);
    return;
  }
  const here = new URL(window.location.href);
  // With a mark behind it the same address would not be loaded again.
  here.hash = "";
  window.location.replace(here);
}
if (document.querySelector("[data-waiting]")) window.setTimeout(lookAgain, LOOK_AGAIN_MS);
