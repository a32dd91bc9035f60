// The standings as they change: cells are filled and rows move. What has changed comes from `standings_live.js`.
// @ts-check

/**
 * A row as the server sends it: id, name, rank, score, rank an hour ago, place among those who qualify.
 * @typedef {{i: string, n: string, r: number, s: number, w?: number, p?: number, judged?: string, why?: string,
 *   award?: string, is_own?: boolean}} Row
 * @typedef {{rows?: Row[], moved?: {i: string, r: number, p?: number}[], gone?: string[], whole?: boolean,
 *   state?: string, total?: number}} Message
 */

const MOVE_MS = 400;

const byId = (/** @type {string} */ id) => document.getElementById(id);
const root = /** @type {HTMLElement} */ (byId("standings"));
const say = /** @type {HTMLElement} */ (byId("words")).dataset;
const body = byId("rows"), pinned = byId("pinned"), line = byId("line"), pause = byId("pause");
const { path, level, places: paid } = /** @type {Record<string, string>} */ (root.dataset);
const lang = document.documentElement.lang;
const number = new Intl.NumberFormat(lang === "en" ? "en-GB" : lang);
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** @param {string | undefined} words @param {string} value */
const fill = (words, value) => (words ?? "").replace("{}", value);
/** @param {Element | null | undefined} one @param {string} text */
const put = (one, text) => one && one.textContent !== text && (one.textContent = text);
/** @param {string | undefined | null} text */
const digits = (text) => Number((text ?? "").replace(/\D/g, ""));

/** @type {Map<string, Row>} */
const rows = new Map();
/** @type {Map<string, HTMLElement>} */
const lines = new Map();
// Whether the reader knows who would be paid; who does not is shown the first by score.
const isByAward = root.dataset.byAward !== undefined;
let isPaused = false, isWaiting = false;

for (const tr of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("tr[data-i]"))) {
  const { i = "", w, p } = tr.dataset;
  const text = (/** @type {string} */ name) => tr.querySelector(`.${name}`)?.textContent?.trim() ?? "";
  if (tr.parentElement === body) lines.set(i, tr);
  rows.set(i, {
    i, n: text("name"), r: digits(text("rank")), s: digits(text("score")), w: Number(w) || undefined,
    p: Number(p) || undefined, judged: tr.querySelector(".why")?.classList[1], why: text("why"), award: text("award"),
    is_own: tr.classList.contains("own"),
  });
}

/** @param {Message} message */
function learn(message) {
  if (message.whole) for (const id of rows.keys()) lines.has(id) && rows.delete(id);
  for (const row of message.rows ?? []) rows.set(row.i, row);
  for (const one of message.moved ?? []) Object.assign(rows.get(one.i) ?? {}, { p: undefined }, one);
  for (const id of message.gone ?? []) rows.delete(id);
}

/** @param {HTMLElement} tr @param {Row} row @param {Row | undefined} above @param {Row | undefined} last */
function show(tr, row, above, last) {
  const before = digits(tr.querySelector(".score")?.textContent);
  const cell = (/** @type {string} */ name) => tr.querySelector(`.${name}`);
  const gap = (/** @type {Row | undefined} */ to) => (to && to.s > row.s ? number.format(to.s - row.s) : "");
  put(cell("rank"), number.format(row.r));
  put(cell("name")?.firstElementChild, row.n);
  put(cell("score"), number.format(row.s));
  put(cell("above"), gap(above));
  const place = row.is_own && row.p && !isByAward ? number.format(row.p) : "";
  put(cell("paid"), last && row.r > last.r ? gap(last) : place);
  put(cell("award"), row.award ?? "");
  const why = cell("why");
  put(why, row.why ?? "");
  if (why) why.className = `why ${row.judged ?? ""}`;
  showMove(cell("move"), row.w ? row.w - row.r : 0);
  if (before !== row.s) mark(tr);
}

/** @param {Element | null} cell @param {number} by */
function showMove(cell, by) {
  const text = number.format(Math.abs(by)), kind = by > 0 ? "up" : "down";
  if (!cell || (by ? cell.querySelector(`.${kind}`)?.lastChild?.textContent === text : !cell.firstChild)) return;
  cell.replaceChildren();
  if (!by) return;
  const [one, hidden] = [document.createElement("span"), document.createElement("span")];
  one.className = kind;
  hidden.className = "hidden";
  hidden.textContent = `${say[kind]} `;
  one.append(hidden, text);
  cell.append(one);
}

/** @param {HTMLElement} tr */
function mark(tr) {
  tr.classList.remove("changed");
  requestAnimationFrame(() => tr.classList.add("changed"));
}

/** @param {Row} row */
function lineOf(row) {
  const known = lines.get(row.i);
  if (known) return known;
  const tr = /** @type {HTMLElement} */ (body?.querySelector("tr[data-i]")?.cloneNode(true));
  if (!tr) return tr;
  const name = tr.querySelector(".name");
  const inside = document.createElement(level === "staff" || row.is_own ? "a" : "span");
  inside.translate = false;
  if (inside instanceof HTMLAnchorElement) inside.href = `${path}/accounts/${encodeURIComponent(row.i)}`;
  name?.replaceChildren(inside);
  tr.dataset.i = row.i;
  tr.className = row.is_own ? "own" : "";
  lines.set(row.i, tr);
  return tr;
}

function showAll() {
  isWaiting = isPaused;
  if (isPaused || !body) return;
  const ranked = [...rows.values()].sort((one, other) => one.r - other.r);
  const winners = ranked.filter((row) => row.p && row.p <= Number(paid));
  const end = winners.length >= Number(paid) ? winners.at(-1)?.r : Number(paid);
  const last = Number(paid) ? ranked.find((row) => row.r === end) : undefined;
  const tops = seen();
  let at = body.querySelector(".group")?.nextElementSibling ?? body.firstElementChild;
  /** @type {Element[]} */ const copies = [];
  for (const [index, row] of ranked.entries()) {
    const above = ranked[index - 1]?.r === row.r - 1 ? ranked[index - 1] : undefined;
    const copy = pinned?.querySelector(`[data-i="${CSS.escape(row.i)}"]`);
    if (copy) {
      show(/** @type {HTMLElement} */ (copy), row, above, last);
      copies.push(copy);
    }
    // An own account far behind is known by its copy only.
    if (copy && !lines.has(row.i) && index + 1 !== row.r) continue;
    const tr = lineOf(row);
    if (!tr) return put(byId("told"), say.moved ?? "");
    show(tr, row, above, last);
    for (const one of row === last && line ? [tr, line] : [tr]) {
      if (one === at) at = at?.nextElementSibling ?? null;
      else body.insertBefore(one, at);
    }
  }
  // Own accounts change places among themselves, too; what stays in order is not touched, nor is the focus in it.
  if (copies.some((one, index) => index && copies[index - 1].nextElementSibling !== one)) pinned?.append(...copies);
  for (const [id, tr] of lines) if (!rows.has(id)) (tr.remove(), lines.delete(id));
  showPodium(ranked);
  filter();
  move(tops);
}

/** @param {Row[]} ranked */
function showPodium(ranked) {
  for (const [index, li] of [...(byId("podium")?.children ?? [])].entries()) {
    const row = ranked.find((one) => (isByAward ? one.p : one.r) === index + 1);
    put(li.querySelector(".who"), row?.n ?? say.open ?? "");
    put(li.querySelector("b"), row ? number.format(row.s) : "–");
    li.classList.toggle("own", !!row?.is_own);
  }
}

/** Where rows are that can be seen, so that those that move can be led there from where they were. */
function seen() {
  /** @type {Map<HTMLElement, number>} */
  const tops = new Map();
  if (calm.matches || document.hidden) return tops;
  for (const tr of lines.values()) {
    const box = tr.getBoundingClientRect();
    if (box.bottom > -innerHeight && box.top < 2 * innerHeight) tops.set(tr, box.top);
  }
  return tops;
}

/** @param {Map<HTMLElement, number>} tops */
function move(tops) {
  for (const [tr, top] of tops) {
    const by = top - tr.getBoundingClientRect().top;
    if (!by || !tr.isConnected) continue;
    tr.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], { duration: MOVE_MS, easing: "ease-out" });
  }
}

// Finding among the rows that are here; the server looks through all.
const search = /** @type {HTMLInputElement | null} */ (byId("q"));
function filter() {
  const wanted = (search?.value ?? "").trim().toLowerCase();
  if (!search || (!wanted && !root.classList.contains("finding"))) return;
  root.classList.toggle("finding", !!wanted);
  let count = 0;
  for (const [id, tr] of lines) {
    const name = rows.get(id)?.n ?? "";
    tr.hidden = !!wanted && !name.toLowerCase().includes(wanted) && !id.toLowerCase().includes(wanted);
    count += Number(!tr.hidden);
  }
  for (const tr of /** @type {NodeListOf<HTMLElement>} */ (pinned?.querySelectorAll("tr[data-i]") ?? [])) {
    const { i = "" } = tr.dataset, name = rows.get(i)?.n ?? "";
    tr.hidden = !!wanted && !name.toLowerCase().includes(wanted) && !i.toLowerCase().includes(wanted);
    count += Number(!tr.hidden && !lines.has(i));
  }
  put(byId("found"), wanted ? fill(say.found, number.format(count)) : "");
}
search?.addEventListener("input", filter);

pause?.addEventListener("click", () => {
  isPaused = !isPaused;
  pause.setAttribute("aria-pressed", String(isPaused));
  put(pause, (isPaused ? say.go : say.pause) ?? "");
  put(byId("told"), isPaused ? say.paused ?? "" : "");
  if (isWaiting) showAll();
});

root.addEventListener("standings", (event) => {
  const message = /** @type {CustomEvent<Message>} */ (event).detail;
  learn(message);
  showAll();
  if (message.state) showState(message.state);
});

/** @param {string} state */
function showState(state) {
  const badge = document.querySelector("[data-state]");
  const other = /** @type {HTMLTemplateElement} */ (byId("words")).content.querySelector(`[data-state=${state}]`);
  if (!badge || !other || badge.getAttribute("data-state") === state) return;
  badge.replaceWith(other.cloneNode(true));
  const link = Object.assign(document.createElement("a"), { href: location.href, textContent: say.moved });
  byId("told")?.replaceChildren(link);
}
