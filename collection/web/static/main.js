/** Opens the room: the state and the list are asked for at once, then the shell and the view are built. */

import { addViews } from "./core/actions.js";
import { listenForDecisions } from "./panels/deciding.js";
import { facts } from "./panels/facts.js";
import { find } from "./panels/find.js";
import { followJobs } from "./core/jobs.js";
import { listenForKeys } from "./core/keys.js";
import { Room } from "./core/app.js";
import { buildShell } from "./panels/shell.js";
import { sayWrong } from "./core/status.js";
import { listen, stream } from "./core/stream.js";
import { showViews, VIEWS } from "./views/views.js";

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
