/** Pictures that take each other's place: the one before is gone at once, so that nobody decides about what they do not see. */

import { ask } from "../core/api.js";
import { capital, element } from "../core/element.js";

/** A picture, until `exchange` shows one in it. */
export function blank() {
  /** @type {HTMLImageElement} */
  const made = element("img", { alt: "", draggable: "false", decoding: "async" });
  made.addEventListener("load", () => made.classList.remove("coming", "failed"));
  made.addEventListener("error", () => (made.classList.remove("coming"), made.classList.add("failed")));
  return made;
}

/** Show another picture; until it is there, nothing. @param {HTMLImageElement} made @param {string} [address] none: nothing */
export function exchange(made, address) {
  if (address === undefined) return made.removeAttribute("src");
  if (made.getAttribute("src") === address) return;
  made.src = address;
  made.classList.remove("failed");
  made.classList.toggle("coming", !made.complete);
}

/** What stands in place of a picture that did not come: what the server says of it. @param {HTMLImageElement} made */
export function missing(made) {
  const words = element("p", { class: "missing" });
  made.addEventListener("load", () => words.replaceChildren());
  made.addEventListener("error", async () => {
    const address = made.getAttribute("src");
    const refusal = address && (await ask("GET", address).then(() => null, (/** @type {any} */ found) => found));
    if (!refusal?.error || refusal.line === "away" || made.getAttribute("src") !== address) return;
    words.textContent = [capital(refusal.error), refusal.hint].filter(Boolean).join(". ");
  });
  return words;
}
