/** Opens the app: the state and the list are asked for at once, then the shell and the view are built. */

import { addViews } from "./core/actions.js";
import { listenForDecisions } from "./panels/decision_keys.js";
import { facts } from "./panels/facts.js";
import { find } from "./panels/find.js";
import { followJobs } from "./core/jobs.js";
import { jobStrip } from "./panels/job_strip.js";
import { listenForKeys } from "./core/keys.js";
import { App } from "./core/app.js";
import { buildShell } from "./panels/shell.js";
import { sayWrong } from "./core/status.js";
import { listen, stream } from "./core/stream.js";
import { showViews, VIEWS } from "./views/views.js";

const app = new App();
addViews(VIEWS);

async function open() {
  await app.open();
  buildShell(app, VIEWS);
  showViews(document.getElementById("view"), app);
  app.tell("view");
  facts(document.getElementById("facts"), app);
  find(document.getElementById("find"), app);
  listenForDecisions(app);
  listenForKeys();
  jobStrip(document.getElementById("jobs"), app);
  followJobs(app);
  listen();
  stream.addEventListener("changed", ({ detail }) => app.othersChanged(detail).catch(sayWrong));
  stream.addEventListener("version", ({ detail }) => detail.images && app.imagesChanged().catch(sayWrong));
}

addEventListener("unhandledrejection", (event) => {
  if (event.reason?.error === undefined) return; // ours: it belongs in the console
  event.preventDefault();
  sayWrong(event.reason);
});
await open();
