/** A picture with words under it, as it stands with the curator: in views that show a few. */

import { element } from "../core/element.js";
import { fill, pictureOf, tile } from "./tile.js";

/** @import { Asset } from "../core/types.js" */

/**
 * @param {number} id
 * @param {Asset | null | undefined} asset
 * @param {{large?: boolean, caption?: (string | Node)[], click?: () => unknown, role?: string}} how
 */
export function card(id, asset, { large = false, caption = [], click = () => {}, role = "option" } = {}) {
  const picture = tile();
  picture.removeAttribute("role");
  fill(picture, id, asset);
  const called = picture.getAttribute("aria-label");
  picture.removeAttribute("aria-label");
  if (large && asset) pictureOf(picture).src = asset.preview;
  const said = caption.map((line) => (typeof line === "string" ? element("span", {}, line) : line));
  const words = [called, ...said.map((line) => line.textContent).filter((line) => line !== asset?.label)].filter(Boolean).join(", ");
  return element(
    "div",
    { class: large ? "card large" : "card", role, "aria-label": words, "data-id": id, click },
    picture,
    element("p", { class: "caption", "aria-hidden": "true" }, said),
  );
}

/**
 * What a view says where it has nothing to show, and what to do next.
 * @param {string} title
 * @param {string} text
 * @param {...Node} buttons
 */
export function nothing(title, text, ...buttons) {
  return element("div", { class: "empty" }, element("h2", {}, title), element("p", {}, text), buttons);
}

/**
 * A button with words on it.
 * @param {string} words
 * @param {(event: MouseEvent) => unknown} click
 * @param {boolean} [strong]
 */
export const button = (words, click, strong = false) =>
  element("button", { class: strong ? "strong" : "plain", type: "button", click }, words);
