/** The notice that stays as long as something is wrong with the line: what, how much waits, and the way out. */

import { button } from "../components/card.js";
import { connection, onLine } from "../core/connection.js";
import { counted, present } from "../core/element.js";

/** @import { App } from "../core/app.js" */

const SLOW = 3000; // milliseconds after which decisions on their way are worth a word

/** @param {HTMLElement} place @param {App} app */
export function notice(place, app) {
  const { outbox } = app;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let slow = false;
  const draw = () => {
    const words = said(outbox.waiting.length, outbox.lasting, slow);
    place.hidden = !words;
    if (place.dataset.words === words) return;
    place.dataset.words = words;
    place.dataset.line = connection.line;
    const way = connection.line === "other" && button(`Go on as ${connection.other}`, () => location.reload(), true);
    place.replaceChildren(...present([words, way]));
  };
  const changed = () => {
    if (!outbox.waiting.length) [timer, slow] = [clearTimeout(timer) ?? undefined, false];
    else timer ??= setTimeout(() => ((slow = true), draw()), SLOW);
    draw();
  };
  onLine(draw);
  outbox.addEventListener("change", changed);
  changed();
  addEventListener("beforeunload", (event) => outbox.waiting.length && !outbox.lasting && event.preventDefault());
}

/**
 * @param {number} waiting
 * @param {boolean} lasting
 * @param {boolean} slow
 */
function said(waiting, lasting, slow) {
  const { line, why, other } = connection;
  const kept = lasting ? "kept in this browser" : "kept by this tab, which must stay open,";
  const wait = waiting ? `${counted(waiting, "decision")} ${waiting === 1 ? "is" : "are"} ${kept} and sent later. ` : "";
  if (line === "away") return `The server does not answer. ${wait || "Go on: decisions are kept and sent when it is back."}`.trim();
  if (line === "closed") return `This link no longer opens the room: open your link again in this browser. ${wait}`.trim();
  if (line === "other") return `Nothing is recorded from here: ${why || `this browser is ${other}'s now`}. ${wait}`;
  if (line === "unable") return `The server cannot keep decisions now: ${why}. ${wait}`.trim();
  return slow ? `The server is slow: ${counted(waiting, "decision")} on the way.` : "";
}
