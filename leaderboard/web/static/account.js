// Looks for newer figures while the page is in sight, and puts them in place of the old ones.
// @ts-check

const EVERY_MS = 15_000;

const page = /** @type {HTMLElement | null} */ (document.querySelector("[data-look-again]"));
const stale = document.querySelector("#stale");

/** Which parts that fold are unfolded. @param {Element} region */
function unfolded(region) {
  return [...region.querySelectorAll("details")].map((one) => one.open);
}

/** Puts a newer region in place, unless somebody is in it. @param {Element} old @param {Element} newer */
function replace(old, newer) {
  if (old.contains(document.activeElement)) return;
  const open = unfolded(old);
  for (const [index, one] of newer.querySelectorAll("details").entries()) one.open = open[index] ?? false;
  if (old.outerHTML !== newer.outerHTML) old.replaceWith(document.adoptNode(newer));
}

/** @param {Document} newer */
function replaceAll(newer) {
  for (const old of document.querySelectorAll("[data-live]")) {
    const found = newer.getElementById(old.id);
    if (found) replace(old, found);
  }
}

/** @param {string} path */
async function look(path) {
  const answer = await fetch(path, { headers: { Accept: "text/html" }, redirect: "error" });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  replaceAll(new DOMParser().parseFromString(await answer.text(), "text/html"));
}

async function lookIfInSight() {
  const path = page?.dataset.lookAgain;
  if (!path || document.hidden) return;
  try {
    await look(path);
    stale?.toggleAttribute("hidden", true);
  } catch {
    stale?.toggleAttribute("hidden", false);
  }
}

if (page) {
  window.setInterval(lookIfInSight, EVERY_MS);
  document.addEventListener("visibilitychange", lookIfInSight);
}

document.querySelector("#problems")?.scrollIntoView({ block: "center" });
/** @type {HTMLElement | null} */ (document.querySelector("#problems"))?.focus();
