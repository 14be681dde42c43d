/** The status line: what just happened, read aloud by screen readers. */

import { byId } from "./element.js";

/** Milliseconds that a line stays: at least, and for each letter of it; what went wrong stays twice as long. */
const LEAST = 6000;
const LETTER = 100;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let ends;

/** @param {string} text @param {"plain" | "wrong"} tone */
export function say(text, tone = "plain") {
  const line = byId("status");
  line.textContent = text;
  line.dataset.tone = tone;
  clearTimeout(ends);
  const read = Math.max(LEAST, text.length * LETTER);
  ends = setTimeout(() => delete line.dataset.tone, tone === "wrong" ? 2 * read : read);
}

let waiting = 0;

/**
 * Show that something is at work for as long as a promise waits, where that is noticed. Returns the promise.
 * @template T
 * @param {Promise<T>} promise
 */
export function atWork(promise) {
  const slow = setTimeout(() => show(1), 300);
  let shown = 0;
  /** @param {number} step */
  const show = (step) => {
    shown += step;
    waiting += step;
    byId("view").setAttribute("aria-busy", String(waiting > 0));
  };
  return promise.finally(() => {
    clearTimeout(slow);
    if (shown) show(-1);
  });
}

/** Show what a promise or function was refused with. @param {any} refusal */
export function sayWrong(refusal) {
  if (refusal?.error === undefined) throw refusal; // a mistake of ours belongs in the console
  if (refusal.line && refusal.status !== 503) return; // the notice says it, for as long as it is so
  say(refusal.hint ? `${refusal.error}. ${refusal.hint}` : refusal.error, "wrong");
}
