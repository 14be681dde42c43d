/** Deciding by keys and buttons: about the selection or the cursor image, said in the status line, then onwards. */

import { confirmed } from "../components/confirm.js";
import { counted, labelled } from "../core/element.js";
import { answer } from "../core/keys.js";
import { keep, setting } from "../core/settings.js";
import { say, sayWrong } from "../core/status.js";

const MANY = 100;
const COLOURS = ["red", "yellow", "green", "blue", "purple"];
const DONE = { pick: "picked", reject: "rejected", none: "took the flag from" };
const ASKED = { pick: "Pick", reject: "Reject", none: "Take the flag from" };

/** Answer the actions that decide, for as long as the page lives. */
export function listenForDecisions(app) {
  const flag = (value) => () => decide(app, "flag", value, { done: DONE[value], asked: ASKED[value] });
  const stars = (value) => () => decide(app, "stars", value, words("gave", "Give", value ? "★".repeat(value) : "no stars"));
  answer({
    pick: flag("pick"),
    reject: flag("reject"),
    unflag: flag("none"),
    ...Object.fromEntries([0, 1, 2, 3, 4, 5].map((value) => [`stars${value}`, stars(value)])),
    ...Object.fromEntries(COLOURS.map((colour) => [colour, () => toggleColour(app, colour)])),
    lock: () => toggleLock(app),
    undo: () => step(app, "undo"),
    redo: () => step(app, "redo"),
    advance: () => {
      keep("advance", !setting("advance"));
      say(setting("advance") ? "goes on to the next after deciding" : "stays on the image after deciding");
    },
  });
}

const words = (done, asked, what, to = "to") => ({ done: `${done} ${what} ${to}`, asked: `${asked} ${what} ${to}` });

/** Decide about the targets; with one decision behind and no selection, go on. */
async function decide(app, kind, value, { done, asked }) {
  const targets = app.targets();
  if (!targets.length) return say("there is no image to decide about");
  if (targets.length > MANY && !(await confirmed(`${asked} ${counted(targets.length, "image")}?`, asked))) return;
  const told = app.decide(kind, value, targets);
  const alone = app.aim ? targets.length === 1 : !app.selection.size;
  const goesOn = setting("advance") && alone && value !== "none" && ["flag", "stars"].includes(kind);
  if (goesOn) app.tell("advance");
  const counts = targets.every((id) => app.known(id)); // those that are not known here the server has yet to count
  if (await told) say(`${done} ${named(targets)}${counts ? `, ${left(app)}` : ""}`);
}

const named = (ids) => (ids.length === 1 ? labelled(ids[0]) : counted(ids.length, "image"));

function left(app) {
  const { images, reviewed } = app.state.counts;
  return `${(images - reviewed).toLocaleString("en")} left`;
}

/** A colour that all targets have is taken from them. */
function toggleColour(app, colour) {
  const targets = app.targets();
  const all = targets.every((id) => app.known(id)?.you.colour === colour);
  const value = all ? "none" : colour;
  return decide(app, "colour", value, all ? words("took", "Take", colour, "from") : words("gave", "Give", colour));
}

function toggleLock(app) {
  const all = app.targets().every((id) => app.known(id)?.you.locked);
  return decide(app, "lock", !all, all ? { done: "unlocked", asked: "Unlock" } : { done: "locked", asked: "Lock" });
}

/** Undo or redo, and go to what it was about. */
async function step(app, kind) {
  const changed = await app[kind]().catch(sayWrong);
  if (!changed) return;
  const here = changed.find((id) => app.place(id) >= 0);
  if (here !== undefined && !app.selection.size) app.moveTo(here);
  say(changed.length ? `${kind === "undo" ? "undone" : "done again"}: ${named(changed)}` : `nothing to ${kind}`);
}
