// Tells of a slip in a bank's number before it is sent: what is typed here is never repeated by the service.
// @ts-check

/** @param {string} text */
const compact = (text) => text.replace(/\s/g, "").toUpperCase();

/** Whether the check digits of an IBAN fit. @param {string} iban */
const fitsIban = (iban) => {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{8,30}$/.test(iban)) return false;
  const digits = [...iban.slice(4), ...iban.slice(0, 4)].map((letter) => parseInt(letter, 36)).join("");
  return [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1;
};

/** Whether the last digit of a routing number checks the others. @param {string} routing */
const fitsRouting = (routing) =>
  /^\d{9}$/.test(routing) &&
  [...routing].reduce((sum, digit, at) => sum + Number(digit) * [3, 7, 1][at % 3], 0) % 10 === 0;

const form = document.querySelector(".bank-form");
const button = form?.querySelector("button[data-iban]");

/** @type {[string, string, (text: string) => boolean, string][]} */
const checks = [
  ["iban", "iban", fitsIban, button?.getAttribute("data-iban") ?? ""],
  ["routing", "us", fitsRouting, button?.getAttribute("data-routing") ?? ""],
];

for (const [name, kind, fits, said] of checks) {
  const input = /** @type {HTMLInputElement | null} */ (form?.querySelector(`[name="${name}"]`) ?? null);
  const chosen = /** @type {HTMLInputElement | null} */ (form?.querySelector(`#kind-${kind}`) ?? null);
  const check = () => {
    const text = compact(input?.value ?? "");
    input?.setCustomValidity(chosen?.checked && text && !fits(text) ? said : "");
  };
  form?.addEventListener("input", check);
}

// Fields of the kind that is chosen have to be filled in; those of the other are not looked at.
const require = () => {
  for (const [name, kind] of [["routing", "us"], ["account", "us"], ["iban", "iban"]]) {
    const input = /** @type {HTMLInputElement | null} */ (form?.querySelector(`[name="${name}"]`) ?? null);
    const chosen = /** @type {HTMLInputElement | null} */ (form?.querySelector(`#kind-${kind}`) ?? null);
    if (input && chosen) input.required = chosen.checked;
  }
};
form?.addEventListener("input", require);
require();
