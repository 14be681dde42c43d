/** What was begun to be written and is not sent yet, by what it is about: it outlives a reload of its tab. */

import { under } from "./api.js";

/** @param {string} about */
const place = (about) => `collection-review-draft ${under().room} ${under().curator} ${about}`;
/** Where the browser keeps nothing, it lasts as long as the page. @type {Map<string, string>} */
const here = new Map();

/** What was begun, or nothing. @param {string} about */
export function draft(about) {
  try {
    return sessionStorage.getItem(place(about)) ?? here.get(about) ?? "";
  } catch {
    return here.get(about) ?? "";
  }
}

/** @param {string} about @param {string} text empty: nothing is begun */
export function keepDraft(about, text) {
  here.delete(about);
  try {
    if (text) sessionStorage.setItem(place(about), text);
    else sessionStorage.removeItem(place(about));
  } catch {
    if (text) here.set(about, text);
  }
}
