/** What may follow in the query field, chosen by arrows or touch. */

import { element } from "../core/element.js";
import { betterOf, orders } from "../core/metrics.js";
import { condition } from "../core/query.js";

/** @import { App } from "../core/app.js" */
/** @import { State } from "../core/types.js" */

const MOST = 8;

/**
 * The word that is being written before the caret: where it begins, and itself.
 * @param {string} text
 * @param {number} caret
 */
export function wordAt(text, caret) {
  const before = text.slice(0, caret);
  const quotes = (before.match(/"/g) ?? []).length;
  const start = quotes % 2 ? before.lastIndexOf('"', before.lastIndexOf('"')) : before.search(/\S*$/);
  return { start, word: before.slice(start) };
}

/**
 * Whole terms, or beginnings of terms, that the word may become.
 * @param {State} state
 * @param {string} word
 * @returns {string[]}
 */
export function completions(state, word) {
  const bare = word.replace(/^-/, "");
  const minus = word.slice(0, word.length - bare.length);
  const [, field, value] = /^("[^"]*"|[^":<>=]+):(.*)$/s.exec(bare) ?? [];
  const wanted = (value ?? bare).replaceAll('"', "").toLowerCase();
  const about = field?.replaceAll('"', "");
  const found = about === undefined ? fields(state) : values(state, about).map((each) => condition(about, ":", each));
  /** @param {string} each */
  const text = (each) => (field === undefined ? each : each.slice(each.indexOf(":") + 1)).replaceAll('"', "").toLowerCase();
  const begins = found.filter((each) => text(each).startsWith(wanted));
  const holds = found.filter((each) => text(each).includes(wanted) && !text(each).startsWith(wanted));
  return [...begins, ...holds].filter((each) => each !== bare).slice(0, MOST).map((each) => minus + each);
}

/** @param {State} state */
function fields(state) {
  const words = new Set(["is", "colour", "by", "sort", "like", "series", "tag", "reason", "note", ...Object.keys(state.traits)]);
  const named = state.fields.map((name) => condition(name, words.has(name) ? ":" : ">", "x").slice(0, -1));
  return [...state.states.map((name) => `is:${name}`), ...named];
}

/** @param {State} state @param {string} field */
function values(state, field) {
  const low = field.toLowerCase();
  /** @type {Map<string, string[]>} */
  const known = new Map(Object.entries({
    is: [...state.states, ...state.issues],
    colour: ["red", "yellow", "green", "blue", "purple", "none"],
    by: [...state.curators, "everybody"],
    sort: ["score", ...state.metrics.map(({ name }) => name), "seed", "stars", "id"]
      .flatMap((name) => orders(betterOf(state, name), name).map(([term]) => term)).concat("random(1)"),
    series: state.series,
    tag: state.tags,
    reason: state.reasons,
  }));
  const trait = Object.entries(state.traits).find(([name]) => name.toLowerCase() === low);
  return known.get(low) ?? trait?.[1] ?? [];
}

/**
 * Offer completions under a field.
 * @param {HTMLInputElement} field
 * @param {App} app
 * @returns {{close: () => void}}
 */
export function completing(field, app) {
  const list = element("ul", { class: "offers", id: "offers", role: "listbox", "aria-label": "Completions", hidden: true });
  field.after(list);
  for (const [name, value] of [["role", "combobox"], ["aria-controls", "offers"], ["aria-autocomplete", "list"], ["aria-expanded", "false"]]) {
    field.setAttribute(name, value);
  }
  const caret = () => field.selectionStart ?? field.value.length;
  let at = -1;
  const close = () => {
    [list.hidden, at] = [true, -1];
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  /** @param {number} next */
  const mark = (next) => {
    const count = list.children.length;
    at = (next + count) % count;
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
    field.setAttribute("aria-activedescendant", `offer-${at}`);
  };
  /** @param {string} offer */
  const take = (offer) => {
    const { start } = wordAt(field.value, caret());
    const rest = field.value.slice(caret()).trimStart();
    const whole = /[:<>=]$/.test(offer) ? offer : `${offer} `;
    field.value = field.value.slice(0, start) + whole + rest;
    field.setSelectionRange(start + whole.length, start + whole.length);
    offers();
  };
  const offers = () => {
    const { word } = wordAt(field.value, caret());
    const found = word ? completions(app.state, word) : [];
    close();
    if (!found.length) return;
    list.replaceChildren(...found.map((offer, place) =>
      element("li", { role: "option", id: `offer-${place}`, "aria-selected": "false", pointerdown: (event) => (event.preventDefault(), take(offer)) }, offer)));
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
  };
  field.addEventListener("input", offers);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) mark(at < 0 && step < 0 ? -1 : at + step);
    else if (event.key === "Tab" || (event.key === "Enter" && at >= 0)) take(list.children[Math.max(0, at)].textContent);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  return { close };
}
