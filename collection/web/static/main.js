/** Opens the room: the state and the list are asked for at once, then the shell and the view are built. */

import { addViews } from "./actions.js";
import { listenForDecisions } from "./deciding.js";
import { facts } from "./facts.js";
import { find } from "./find.js";
import { followJobs } from "./jobs.js";
import { listenForKeys } from "./keys.js";
import { Room } from "./room.js";
import { buildShell } from "./shell.js";
import { sayWrong } from "./status.js";
import { listen, stream } from "./stream.js";
import { showViews, VIEWS } from "./views.js";

const room = new Room();
addViews(VIEWS);

async function open() {
  await room.open();
  buildShell(room);
  showViews(document.getElementById("view"), room);
  room.tell("view");
  facts(document.getElementById("facts"), room);
  find(document.getElementById("find"), room);
  listenForDecisions(room);
  listenForKeys();
  followJobs(document.getElementById("jobs"), room);
  listen();
  stream.addEventListener("changed", ({ detail }) => room.othersChanged(detail).catch(sayWrong));
  stream.addEventListener("version", ({ detail }) => detail.images && room.imagesChanged().catch(sayWrong));
}

addEventListener("unhandledrejection", (event) => {
  if (event.reason?.error === undefined) return; // ours: it belongs in the console
  event.preventDefault();
  sayWrong(event.reason);
});
await open();
