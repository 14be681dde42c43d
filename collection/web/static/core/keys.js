/** Which key means which action, as this browser's curator wants it, and who answers an action now. */

import { ACTIONS } from "./actions.js";
import { keep, setting } from "./settings.js";

/** @typedef {Record<string, (...given: any[]) => unknown>} Answers */

/** @type {Answers[]} */
const answers = []; // the last one that knows an action answers it

/** Answer actions with functions until the returned one is called. @param {Answers} given */
export function answer(given) {
  answers.push(given);
  return () => void answers.splice(answers.indexOf(given), 1);
}

/** What an answer returns to leave the action to whoever answered it before. */
export const PASS = Symbol("pass");

/** An answer that decides: a key that is held down gives it once. @param {() => unknown} then */
export const once = (then) => (/** @type {boolean} */ held) => held || then();

/**
 * Do an action, as its key would. Returns whether somebody answered.
 * @param {string} name
 * @param {any[]} given
 */
export function perform(name, ...given) {
  return answers.filter((each) => each[name]).reverse().some((each) => each[name](...given) !== PASS);
}

/** The keys that an action was given, in force or not. @param {string} name @returns {string[]} */
const given = (name) => (Object.hasOwn(setting("keys"), name) ? setting("keys")[name] : ACTIONS.get(name)?.keys ?? []);

/** Whether a key is a single character, which speech input and other typing may send. @param {string} key */
const isCharacter = (key) => [...key.replace(/^shift\+/, "")].length === 1;

/**
 * The keys of an action that are in force: without single characters where these are switched off.
 * @param {string} name
 * @returns {string[]} such as "p", "shift+p", "ctrl+z", "ArrowLeft"
 */
export const keysOf = (name) => given(name).filter((key) => setting("letters") || !isCharacter(key));

/**
 * Give an action a key, taking it from whatever had it; returns the action that lost it, or null.
 * @param {string} name
 * @param {string} key
 */
export function rebind(name, key) {
  const loser = [...ACTIONS.keys()].find((each) => given(each).includes(key)) ?? null;
  const keys = { ...setting("keys") };
  if (loser && loser !== name) keys[loser] = given(loser).filter((each) => each !== key);
  keys[name] = [key];
  keep("keys", keys);
  return loser === name ? null : loser;
}

export const resetKeys = () => keep("keys", {});

/** @param {string} key */
export function actionOf(key) {
  return [...ACTIONS.keys()].find((name) => keysOf(name).includes(key)) ?? null;
}

/**
 * How a key is written: "Ctrl Z", "←".
 * @param {string} key
 */
export function shown(key) {
  /** @type {Record<string, string>} */
  const signs = { ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓", Escape: "Esc", " ": "Space" };
  const words = key === "+" ? ["+"] : key.split(/\+(?!$)/);
  return words.map((word) => signs[word] ?? word[0].toUpperCase() + word.slice(1)).join(" ");
}

/**
 * The name of the key of an event; null for a modifier alone. A digit is one on every keyboard.
 * @param {KeyboardEvent} event
 */
export function nameOf(event) {
  if (["Control", "Shift", "Alt", "Meta", "Dead", "Process", "AltGraph", "CapsLock"].includes(event.key)) return null;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  const key = digit && !event.shiftKey ? digit[1] : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const letter = key.length > 1 || key.toLowerCase() !== key.toUpperCase(); // ? is shifted on some keyboards only
  return [
    (event.ctrlKey || event.metaKey) && "ctrl", event.altKey && "alt", event.shiftKey && letter && "shift", key,
  ].filter(Boolean).join("+");
}

const WRITING = "input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const SLIDING = /Arrow|Home|End|Page/;

/**
 * Whether the focused element wants this key for itself.
 * @param {Element} target
 * @param {string} key
 */
function taken(target, key) {
  if (target.closest?.(WRITING)) return true;
  if (target.closest?.("input[type=range], [role=slider]")) return SLIDING.test(key);
  if (target.closest?.("[data-roving] button") && /^(ArrowLeft|ArrowRight|Home|End)$/.test(key)) return true;
  return (key === "Enter" || key === " ") && Boolean(target.closest?.("button, a, summary, label, input"));
}

/** Shift and a digit, whatever sign that is on this keyboard; null for all else. @param {KeyboardEvent} event */
const shiftedDigit = (event) => {
  const digit = /^Digit(\d)$/.exec(event.code);
  return digit && event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey ? `shift+${digit[1]}` : null;
};

export function listenForKeys() {
  addEventListener("keydown", (event) => {
    const key = nameOf(event);
    if (!key || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (event.target instanceof Element && taken(event.target, key)) return;
    const name = actionOf(key) ?? actionOf(shiftedDigit(event) ?? ""); // the sign first: "/" is Shift 7 on some keyboards
    if (!name || (event.repeat && !ACTIONS.get(name)?.repeats)) return; // a held key must not judge a hundred images
    if (perform(name, event.repeat)) event.preventDefault();
  });
}
