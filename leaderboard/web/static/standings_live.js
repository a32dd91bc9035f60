// The connection behind the standings: how fresh numbers are, when they may be old, and what is left of the time.
// What comes is handed on as an event `standings` of the element that has the address.
// @ts-check

const BEHIND_MS = 5_000;
const SILENT_MS = 12_000;
const WAIT_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

const byId = (/** @type {string} */ id) => document.getElementById(id);
const root = /** @type {HTMLElement} */ (byId("standings"));
const say = /** @type {HTMLElement} */ (byId("words")).dataset;
const lang = document.documentElement.lang;
const clock = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, {
  timeZone: root.dataset.zone, timeStyle: "medium", hour12: false,
});

/** @param {string | undefined} words @param {string} value */
const fill = (words, value) => (words ?? "").replace("{}", value);
/** @param {Element | null} one @param {string} text */
const put = (one, text) => one && one.textContent !== text && (one.textContent = text);

// Connection: one at a time, opened again after longer and longer waits.
let /** @type {EventSource | undefined} */ source, lastId = "", heardMs = Date.now(), failures = 0, isLost = false;

/** @param {{as_of: string, lag_ms: number}} message */
function fresh(message) {
  heardMs = Date.now();
  failures = 0;
  if (isLost) put(byId("told"), say.back ?? "");
  isLost = false;
  root.classList.remove("stale");
  put(byId("fresh"), fill(message.lag_ms >= BEHIND_MS ? say.behind : say.now, clock.format(new Date(message.as_of))));
}

function open() {
  const known = lastId ? root.dataset.live?.replace(/&id=.*$/, `&id=${lastId}`) : root.dataset.live;
  source = new EventSource(known ?? "");
  source.addEventListener("as_of", (event) => fresh(JSON.parse(event.data)));
  source.addEventListener("standings", (event) => {
    const message = JSON.parse(event.data);
    lastId = event.lastEventId;
    fresh(message);
    root.dispatchEvent(new CustomEvent("standings", { detail: message }));
  });
  source.onerror = lost;
}

function lost() {
  source?.close();
  source = undefined;
  if (!isLost) put(byId("told"), fill(say.lost, clock.format(new Date(heardMs))));
  isLost = true;
  root.classList.add("stale");
  const wait = WAIT_MS[Math.min(failures++, WAIT_MS.length - 1)] ?? 0;
  setTimeout(again, wait * (0.75 + Math.random() / 2));
}

async function again() {
  try {
    // Only here a status can be read: whoever may not watch any more is told, and does not try for ever.
    const answer = await fetch(root.dataset.live ?? "", { method: "HEAD", redirect: "manual", cache: "no-store" });
    if (answer.type === "opaqueredirect" || answer.status === 403) return put(byId("told"), say.stranger ?? "");
    if (answer.ok) return open();
  } catch { /* Nobody answers yet. */ }
  lost();
}

setInterval(() => {
  if (source && Date.now() - heardMs > SILENT_MS) lost();
}, 2_000);

// A page that nobody looks at needs no connection; browsers have few of them for all tabs together.
document.addEventListener("visibilitychange", () => {
  if (!root.dataset.live || isLost) return;
  if (!document.hidden) return void (source ?? again());
  source?.close();
  source = undefined;
});

// What is left of the time, ticking.
const units = (say.units ?? "").split("|");
/** @param {number} seconds */
function duration(seconds) {
  const parts = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const first = Math.max(parts.findIndex((part) => part > 0), 0);
  const told = parts.slice(0, first < 2 ? first + 2 : 4).map((part, index) => (part || index === 3 ? `${part}\u00a0${units[index]}` : ""));
  return told.filter(Boolean).join(" ");
}
function tick() {
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (document.querySelectorAll("time[data-until]"))) {
    put(time, duration(Math.max(Math.floor((Date.parse(time.dateTime) - Date.now()) / 1_000), 0)));
  }
}
tick();
setInterval(tick, 1_000);
if (root.dataset.live) open();
