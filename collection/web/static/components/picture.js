/** Pictures that take each other's place: the one before is gone at once, so that nobody decides about what they do not see. */

import { element } from "../core/element.js";

/** A picture, until `exchange` shows one in it. */
export function blank() {
  /** @type {HTMLImageElement} */
  const made = element("img", { alt: "", draggable: "false", decoding: "async" });
  for (const end of ["load", "error"]) made.addEventListener(end, () => made.classList.remove("coming"));
  return made;
}

/** Show another picture; until it is there, nothing. @param {HTMLImageElement} made @param {string} [address] none: nothing */
export function exchange(made, address) {
  if (address === undefined) return made.removeAttribute("src");
  if (made.getAttribute("src") === address) return;
  made.src = address;
  made.classList.toggle("coming", !made.complete);
}
