/** Building the page. Text is only ever text: nothing here reads markup. */

/**
 * @typedef {Node | string | false | null | undefined} OneChild
 * @typedef {OneChild | OneChild[]} Child
 * @typedef {Record<string, string | number | boolean | null | undefined | ((event: any) => unknown)>} Given
 */

/**
 * An element with attributes, listeners (values that are functions) and children (elements or text).
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Given} given
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function element(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, String(value));
  }
  made.append(.../** @type {(Node | string)[]} */ (children.flat().filter((child) => child != null && child !== false)));
  return made;
}

/** An element that the page has from the beginning. @param {string} id @returns {HTMLElement} */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** The children that are there. @param {OneChild[]} children @returns {(Node | string)[]} */
export const present = (children) => /** @type {(Node | string)[]} */ (children.filter((child) => child != null && child !== false && child !== ""));

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element of a drawing.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number>} given
 * @param {...Node} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function drawn(tag, given = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(given)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

const PATHS = {
  flag: "M4 2v12M4 3h8l-2 2.5L12 8H4",
  cross: "M4 4l8 8M12 4l-8 8",
  circle: "M8 3a5 5 0 1 0 .01 0",
  lock: "M4 7h8v6H4zM6 7V5a2 2 0 0 1 4 0v2",
  undo: "M6 4L3 7l3 3M3 7h6a3.5 3.5 0 0 1 0 7H7",
  redo: "M10 4l3 3-3 3M13 7H7a3.5 3.5 0 0 0 0 7h2",
  find: "M7 2.5a4.5 4.5 0 1 0 .01 0M10.5 10.5L14 14",
  sliders: "M2 5h6M12 5h2M10 3v4M2 11h2M8 11h6M6 9v4",
  facts: "M8 2.5a5.5 5.5 0 1 0 .01 0M8 7.5v3.5M8 5v.5",
  advance: "M3 4l5 4-5 4zM9 4l5 4-5 4z",
  theme: "M8 2.5a5.5 5.5 0 1 0 .01 0M8 3v10M8 5h4M8 8h5M8 11h4",
  tag: "M3 3h5l5 5-5 5-5-5zM5.5 5.5h.01",
  left: "M10 3L5 8l5 5",
  right: "M6 3l5 5-5 5",
  zoom: "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
  more: "M3 8h.01M8 8h.01M13 8h.01",
};

/**
 * One of the signs of PATHS, as a drawing that screen readers pass over.
 * @param {keyof typeof PATHS} name
 */
export const icon = (name) =>
  drawn("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" }, drawn("path", { d: PATHS[name] }));

/**
 * "1 image", "2,000 images"
 * @param {number} count
 * @param {string} one
 * @param {string} [many]
 */
export const counted = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/** With a capital at its beginning. @param {string} words */
export const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);

/**
 * 31 -> "0031": how a picture is called everywhere.
 * @param {number} id
 */
export const labelled = (id) => String(id).padStart(4, "0");

/** Pixels of so many times the size of letters, which is the reader's. @param {number} times */
export const rem = (times) => times * parseFloat(getComputedStyle(document.documentElement).fontSize);
