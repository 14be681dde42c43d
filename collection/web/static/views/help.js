/** The sheet of keys, on which they can be changed, and what a query may say. */

import { ACTIONS } from "../core/actions.js";
import { byId, element } from "../core/element.js";
import { answer, keysOf, nameOf, rebind, resetKeys, shown } from "../core/keys.js";
import { preset, PRESETS } from "../core/presets.js";
import { keep, setting } from "../core/settings.js";
import { say } from "../core/status.js";

/** @import { Action } from "../core/actions.js" */
/** @import { App } from "../core/app.js" */

export const name = "help";
export const key = "?";
export const title = "Keys";

const ASKS = [
  ["lighthouse", "the prompt has this word; \"torn sky\": these words one after the other; light*: a word that begins so"],
  ["quality>80", "a score; quality%>90 is its percentile among its kind, quality:60-80 a range; banding<0.01 where lower is better"],
  ["is:unreviewed", "or picked, rejected, locked, issue, duplicate, selected, contested, disagrees"],
  ["stars>=3 colour:red", "what you gave; by:NAME what somebody else did"],
  ["series:Tides sky:violet", "a series, a trait; with commas any of several"],
  ["style.oil>0.5 seed:100-200", "the weight of a style, the seed"],
  ["like:31", "the most similar to an image first"],
  ["sky:violet (stars>=4 or is:locked)", "or joins, brackets group; -( ) turns them round"],
  ["tag:boats,quays reason:blurred", "any of these tags; what you rejected for that reason; tag:* any"],
  ["note:crop 0031", "a note that has this word; the image of that number"],
  ["-is:duplicate", "a minus before anything turns it round"],
  ["sort:-quality", "highest first; sort:banding lowest first; sort:random(7) shuffles"],
];

/** @param {HTMLElement} place @param {App} app */
export function mount(place, app) {
  const sheet = element("div", { class: "sheet", tabindex: 0 });
  place.append(sheet);
  draw(sheet);
  sheet.focus({ preventScroll: true });
  return answer({ "view:help": () => history.back(), escape: () => app.go("grid") });
}

/** @param {HTMLElement} sheet */
function draw(sheet) {
  const groups = Map.groupBy(ACTIONS.values(), ({ group }) => group);
  sheet.replaceChildren(
    element(
      "div",
      { class: "line" },
      element("span", { class: "quiet" }, "Choose an action to give it another key. Keys are remembered by this browser."),
      element("button", { class: "plain", click: () => (resetKeys(), draw(sheet)) }, "All keys as they were"),
    ),
    presets(sheet),
    element("label", { class: "line" },
      element("input", { type: "checkbox", id: "letters", checked: setting("letters"),
        change: (event) => (keep("letters", event.target.checked), draw(sheet), byId("letters").focus()) }),
      "Single characters are keys. Without them arrows, Enter, Esc and keys with Ctrl still work: for speech input."),
    element("div", { class: "columns" }, [...groups].map(([title, actions]) => group(title, actions, sheet)), asks()),
  );
}

/** Keys that somebody knows from elsewhere, all at once. @param {HTMLElement} sheet */
function presets(sheet) {
  /** @type {HTMLSelectElement} */
  const made = element("select", { id: "preset", change: () => {
    keep("keys", preset(made.value, ACTIONS));
    draw(sheet);
    byId("preset").focus();
    say(`keys: ${made.value}`);
  } }, element("option", { value: "" }, "as you made them"), [...PRESETS.keys()].map((name) => element("option", { value: name }, name)));
  const now = JSON.stringify(setting("keys"));
  made.value = [...PRESETS.keys()].find((name) => JSON.stringify(preset(name, ACTIONS)) === now) ?? "";
  return element("label", { class: "line" }, "Keys of ", made);
}

/** @param {string} title @param {Action[]} actions @param {HTMLElement} sheet */
const group = (title, actions, sheet) =>
  element("section", {}, element("h2", {}, title), actions.map((action) => row(action, sheet)));

/** @param {Action} action @param {HTMLElement} sheet */
function row({ name, title }, sheet) {
  const keys = keysOf(name).flatMap((key) => [element("kbd", {}, shown(key)), " "]);
  /** @type {HTMLButtonElement} */
  const made = element("button", { class: "binding", "data-binding": name, click: () => listen(made, name, title, sheet) },
    title, element("span", {}, keys.length ? keys : "no key"));
  return made;
}

/**
 * The next key is the action's; Escape leaves it as it is.
 * @param {HTMLElement} made
 * @param {string} name
 * @param {string} title
 * @param {HTMLElement} sheet
 */
function listen(made, name, title, sheet) {
  made.classList.add("listening");
  made.lastElementChild?.replaceChildren("press a key");
  say(`press the key for: ${title}`);
  /** @param {KeyboardEvent} event */
  const take = (event) => {
    const key = nameOf(event);
    if (!key || key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    stop();
    if (key === "Escape") return say("left as it was");
    const loser = rebind(name, key);
    say(`${shown(key)}: ${title}${loser ? `; ${ACTIONS.get(loser)?.title} has no longer that key` : ""}`);
    refocus();
  };
  const refocus = () => (draw(sheet), /** @type {HTMLElement | null} */ (sheet.querySelector(`[data-binding="${name}"]`))?.focus());
  const stop = () => {
    made.removeEventListener("blur", left);
    removeEventListener("keydown", take, true);
  };
  const left = () => (stop(), draw(sheet));
  addEventListener("keydown", take, true);
  made.addEventListener("blur", left);
}

const asks = () =>
  element("section", {}, element("h2", {}, "What a query may say"),
    element("dl", { class: "asks" }, ASKS.flatMap(([asked, means]) => [element("dt", {}, element("code", {}, asked)), element("dd", {}, means)])));
