/** One line to the server for all tabs: a browser opens only six connections to it, however many tabs there are. */

import { follow } from "./event_source.js";

/** @import { Told } from "./event_source.js" */
/** @typedef {"bye"} Word of a tab that goes */

/** @type {Set<MessagePort>} */
const tabs = new Set();
/** How the line is. @type {Told | null} */
let line = null;

/** @type {any} */ (self).onconnect = (/** @type {MessageEvent} */ { ports: [tab] }) => {
  tabs.add(tab);
  tab.onmessage = () => tabs.delete(tab); // it says goodbye
  if (line) tab.postMessage(line);
  else if (tabs.size === 1) {
    follow((told) => {
      if (told.name === "here" || told.name === "away") line = told;
      for (const each of tabs) each.postMessage(told);
    });
  }
};
