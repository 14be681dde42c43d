/** What can be taken along of an image: its prompt, seed and recipe; and its colours with their histogram. */

import { get } from "../core/api.js";
import { drawn, element } from "../core/element.js";
import { say, sayWrong } from "../core/status.js";

/** @import { AssetDetail, ImageColours } from "../core/types.js" */

const CHANNELS = /** @type {const} */ (["red", "green", "blue"]);

/** Buttons that copy what an image was made of. @param {AssetDetail} asset */
export function copying(asset) {
  const texts = [
    ["prompt", asset.prompt], ["seed", asset.seed == null ? "" : String(asset.seed)], ["recipe", asset.recipe ? JSON.stringify(asset.recipe, null, 2) : ""],
  ].filter(([, text]) => text);
  return texts.length > 0 && element("div", { class: "line copies" }, texts.map(([what, text]) =>
    element("button", { class: "chip", "data-copy": what, click: () => copy(text).then(() => say(`copied the ${what}`)).catch(() => say(`this browser copies nothing here: ${text}`)) }, `Copy ${what}`)));
}

/** @param {string} text */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = element("textarea", {}); // a page that is not encrypted has no clipboard
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("no clipboard");
}

/** The colours of an image, looked at when they are opened. @param {AssetDetail} asset */
export function colours(asset) {
  const content = element("div", {});
  const show = async () => {
    const found = /** @type {ImageColours} */ (await get(`/api/assets/${asset.id}/colours`));
    content.replaceChildren(swatches(found.palette), curves(found.histogram));
  };
  /** @type {HTMLDetailsElement} */
  const made = element("details", { class: "colours-of", open: opened, toggle: () => {
    opened = made.open;
    if (made.open && !content.childElementCount) show().catch(sayWrong);
  } }, element("summary", {}, "Colours"), content);
  return made;
}

let opened = false; // from image to image

/** @param {ImageColours["palette"]} palette */
const swatches = (palette) => element("ul", { class: "swatches" }, palette.map(({ colour, share }) => {
  const dot = element("i", { class: "dot" });
  dot.style.background = colour;
  return element("li", {}, dot, ` ${colour} ${Math.round(share * 100)} %`);
}));

/** Red, green and blue over each other, from dark to light. @param {ImageColours["histogram"]} histogram */
function curves(histogram) {
  const most = Math.max(1, ...CHANNELS.flatMap((channel) => histogram[channel].slice(1, -1)));
  return drawn("svg", { viewBox: "0 0 64 32", class: "curves", role: "img", "aria-label": "Histogram of red, green and blue", preserveAspectRatio: "none" },
    ...CHANNELS.map((channel) => drawn("path", { class: channel, d: `M0 32${histogram[channel].map((count, at) => `L${at} ${32 - 31 * Math.min(1, count / most)}`).join("")}L63 32Z` })));
}
