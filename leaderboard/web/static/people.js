// Of the form that gives access, only the fields of the chosen role are shown. Without it each says whom it is for.
// @ts-check

const role = /** @type {HTMLSelectElement | null} */ (document.getElementById("role"));

function fit() {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-for]"))) {
    const whom = part.dataset.for;
    part.hidden = whom === "people" ? role?.value === "ingest" : role?.value !== whom;
  }
}

role?.addEventListener("change", fit);
fit();
