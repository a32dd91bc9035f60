// What every page does with a script: it reads and works without.
// @ts-check

document.documentElement.classList.add("with-script");

// What was done is told once: neither loading the page again nor a kept address says it anew.
const here = new URL(window.location.href);
if (here.searchParams.has("done")) {
  here.searchParams.delete("done");
  window.history.replaceState(window.history.state, "", here);
}

// A time in the reader's own zone stands beside the campaign's: <time datetime="…" data-mine>.
/** @type {Record<string, string>} As the server writes dates: the day first, and Gregorian years. */
const LOCALES = { en: "en-GB", th: "th-u-ca-gregory" };
const language = document.documentElement.lang;
const mine = new Intl.DateTimeFormat(LOCALES[language] ?? language, { dateStyle: "medium", timeStyle: "short" });
for (const time of document.querySelectorAll("time[data-mine]")) {
  const at = new Date(/** @type {HTMLTimeElement} */ (time).dateTime);
  if (!Number.isNaN(at.getTime())) time.textContent = mine.format(at);
}

// What cannot be taken back is asked for once more: <form data-ask="…">.
for (const form of document.querySelectorAll("form[data-ask]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(/** @type {HTMLFormElement} */ (form).dataset.ask)) event.preventDefault();
  });
}
