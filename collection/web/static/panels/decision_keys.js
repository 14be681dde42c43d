/** Deciding by keys and buttons: about the selection or the cursor image, said in the status line, then onwards. */

import { confirmed } from "../components/confirm.js";
import { staysInWords } from "../core/published.js";
import { capital, counted, labelled } from "../core/element.js";
import { answer } from "../core/keys.js";
import { whyNot } from "../core/roles.js";
import { keep, setting } from "../core/settings.js";
import { say } from "../core/status.js";

/** @import { App } from "../core/app.js" */
/** @import { Flag, Value } from "../core/types.js" */

const MANY = 100;
const COLOURS = ["red", "yellow", "green", "blue", "purple"];
const DONE = { pick: "picked", reject: "rejected", none: "took the flag from" };
const ASKED = { pick: "Pick", reject: "Reject", none: "Take the flag from" };

/**
 * Answer the actions that decide, for as long as the page lives.
 * @param {App} app
 */
export function listenForDecisions(app) {
  /** @param {Flag} value */
  const flag = (value) => () => decide(app, "flag", value, { done: DONE[value], asked: ASKED[value] });
  /** @param {number} value */
  const stars = (value) => () => decide(app, "stars", value, words("gave", "Give", value ? "★".repeat(value) : "no stars"));
  answer({
    pick: flag("pick"),
    reject: flag("reject"),
    unflag: flag("none"),
    ...Object.fromEntries([0, 1, 2, 3, 4, 5].map((value) => [`stars${value}`, stars(value)])),
    ...Object.fromEntries(COLOURS.map((colour) => [colour, () => toggleColour(app, colour)])),
    ...Object.fromEntries(app.state.reasons.map((reason, place) => [`reason${place + 1}`, () => rejectFor(app, reason)])),
    lock: () => toggleLock(app),
    undo: () => step(app, "undo"),
    redo: () => step(app, "redo"),
    advance: () => {
      keep("advance", !setting("advance"));
      say(setting("advance") ? "goes on to the next after deciding" : "stays on the image after deciding");
    },
  });
}

/** @param {string} done @param {string} asked @param {string} what @param {string} [to] */
const words = (done, asked, what, to = "to") => ({ done: `${done} ${what} ${to}`, asked: `${asked} ${what} ${to}` });

/**
 * Decide about the targets; with one decision behind and no selection, go on.
 * @param {App} app
 * @param {string} kind
 * @param {Value} value
 * @param {{done: string, asked: string}} said
 * @param {string} [reason] why it is rejected
 */
async function decide(app, kind, value, { done, asked }, reason = "") {
  const targets = app.targets();
  const refused = whyNot(app.state.role, kind);
  if (refused) return say(refused);
  if (!targets.length) return say("there is no image to decide about");
  if (targets.length > MANY && !(await confirmed(`${asked} ${counted(targets.length, "image")}?`, asked, `${capital(staysInWords(app.state.published, targets.map((id) => app.known(id))))} One undo takes it back.`.trim()))) return;
  const told = reason ? app.act(targets.flatMap((asset) => [{ kind, asset, value }, { kind: "reason", asset, value: reason }])) : app.decide(kind, value, targets);
  const alone = app.aim ? targets.length === 1 : !app.selection.size;
  const goesOn = setting("advance") && alone && value !== "none" && ["flag", "stars"].includes(kind);
  if (goesOn) app.tell("advance");
  const counts = targets.every((id) => app.known(id)); // those that are not known here the server has yet to count
  const stays = ["flag", "lock"].includes(kind) ? staysInWords(app.state.published, targets.map((id) => app.known(id))) : "";
  if (await told) say([`${done} ${named(targets)}${counts ? `, ${left(app)}` : ""}`, stays].filter(Boolean).join("; "));
}

/** Reject the targets for a reason: one action. @param {App} app @param {string} reason */
const rejectFor = (app, reason) => decide(app, "flag", "reject", { done: `rejected for ${reason}:`, asked: `Reject for ${reason}:` }, reason);

/** @param {number[]} ids */
const named = (ids) => (ids.length === 1 ? labelled(ids[0]) : counted(ids.length, "image"));

/** @param {App} app */
function left(app) {
  const { images, reviewed } = app.state.counts;
  return `${(images - reviewed).toLocaleString("en")} left`;
}

/**
 * A colour that all targets have is taken from them.
 * @param {App} app
 * @param {string} colour
 */
function toggleColour(app, colour) {
  const targets = app.targets();
  const all = targets.every((id) => app.known(id)?.you.colour === colour);
  const value = all ? "none" : colour;
  return decide(app, "colour", value, all ? words("took", "Take", colour, "from") : words("gave", "Give", colour));
}

/** @param {App} app */
function toggleLock(app) {
  const all = app.targets().every((id) => app.known(id)?.you.locked);
  return decide(app, "lock", !all, all ? { done: "unlocked", asked: "Unlock" } : { done: "locked", asked: "Lock" });
}

/**
 * Undo or redo, and go to what it was about.
 * @param {App} app
 * @param {"undo" | "redo"} kind
 */
async function step(app, kind) {
  const changed = await app[kind]();
  if (!changed) return;
  const here = changed.find((id) => app.place(id) >= 0);
  if (here !== undefined && !app.selection.size) app.moveTo(here);
  say(changed.length ? `${kind === "undo" ? "undone" : "done again"}: ${named(changed)}` : `nothing to ${kind}`);
}
