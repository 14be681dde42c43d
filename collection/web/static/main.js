/** Opens the page: asks for the state and the list at once, then builds the shell and the view. */

import { addViews } from "./core/actions.js";
import { listenForDecisions } from "./panels/decision_keys.js";
import { facts } from "./panels/facts.js";
import { find } from "./panels/find.js";
import { followJobs } from "./core/jobs.js";
import { jobStrip } from "./panels/job_strip.js";
import { listenForKeys } from "./core/keys.js";
import { App } from "./core/app.js";
import { buildShell } from "./panels/shell.js";
import { byId } from "./core/element.js";
import { sayWrong } from "./core/status.js";
import { listen, onStream } from "./core/stream.js";
import { showViews, VIEWS } from "./views/views.js";

const app = new App();
addViews(VIEWS);

async function open() {
  await app.open();
  buildShell(app, VIEWS);
  showViews(byId("view"), app);
  app.tell("view");
  facts(byId("facts"), app);
  find(byId("find"), app);
  listenForDecisions(app);
  listenForKeys();
  jobStrip(byId("jobs"), app);
  followJobs(app);
  listen();
  onStream("changed", (changes) => app.othersChanged(changes).catch(sayWrong));
  onStream("version", ({ images }) => images && app.imagesChanged().catch(sayWrong));
}

addEventListener("unhandledrejection", (event) => {
  if (event.reason?.error === undefined) return; // ours: it belongs in the console
  event.preventDefault();
  sayWrong(event.reason);
});
await open();
