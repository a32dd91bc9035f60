// Figures of operations every two seconds, and a short line of their rates. Without it the page shows them once.
// @ts-check

/** @typedef {{at_ms: number, accepted: number, applied: number, pending: number, lag_ms: number, lag: string, used: string, workers: number, streams: number}} Now */

const EVERY_MS = 2000;
const KEPT = 60;
const WIDTH = 600;
const HEIGHT = 76;

const figure = document.getElementById("rates");
const said = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 });
/** @type {Now | null} */
let before = null;
/** @type {{accepted: number[], applied: number[]}} */
const rates = { accepted: [], applied: [] };

/** @param {string} selector @param {string} text */
function write(selector, text) {
  for (const one of document.querySelectorAll(selector)) if (one.textContent !== text) one.textContent = text;
}

/** @param {Now} now */
function show(now) {
  for (const name of /** @type {const} */ (["accepted", "applied", "pending", "workers", "streams"])) {
    write(`[data-now="${name}"]`, said.format(now[name]));
  }
  write('[data-now="lag"]', now.lag);
  write('[data-now="used"]', now.used);
  if (before && now.at_ms > before.at_ms) {
    for (const name of /** @type {const} */ (["accepted", "applied"])) {
      const rate = Math.max(0, (now[name] - before[name]) * 1000 / (now.at_ms - before.at_ms));
      rates[name] = [...rates[name], rate].slice(-KEPT);
      write(`[data-rate="${name}"]`, said.format(rate));
    }
    draw();
  }
  before = now;
}

function draw() {
  const top = Math.max(1, ...rates.accepted, ...rates.applied);
  for (const name of /** @type {const} */ (["accepted", "applied"])) {
    const points = rates[name].map((rate, index) => {
      const x = WIDTH - (rates[name].length - 1 - index) * (WIDTH / (KEPT - 1));
      return `${x.toFixed(1)},${(HEIGHT + 2 - rate / top * HEIGHT).toFixed(1)}`;
    });
    figure?.querySelector(`polyline.line-${name}`)?.setAttribute("points", points.join(" "));
  }
  write("[data-top]", `↑ ${said.format(top)}`);
}

async function look() {
  if (document.visibilityState === "visible") {
    try {
      const answer = await fetch("/ops/now", { headers: { Accept: "application/json" }, redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.json());
      write(".rates-state", "");
    } catch {
      // Without the readings in between, a rate would be of the whole gap.
      before = null;
      write(".rates-state", figure?.dataset.lost ?? "");
    }
  }
  window.setTimeout(look, EVERY_MS);
}

if (figure) look();
