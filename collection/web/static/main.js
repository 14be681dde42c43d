/** Opens the page: asks for the state and the list at once, then builds the shell and the view. */

import { addReasons, addViews } from "./core/actions.js";
import { listenForDecisions } from "./panels/decision_keys.js";
import { facts } from "./panels/facts.js";
import { find } from "./panels/find.js";
import { followJobs } from "./core/jobs.js";
import { jobStrip } from "./panels/job_strip.js";
import { listenForKeys } from "./core/keys.js";
import { App } from "./core/app.js";
import { shows } from "./core/roles.js";
import { buildShell } from "./panels/shell.js";
import { byId } from "./core/element.js";
import { sayWrong } from "./core/status.js";
import { listen, onStream } from "./core/stream.js";
import { get } from "./core/api.js";
import { connection, onLine } from "./core/connection.js";
import { notice } from "./panels/notice.js";
import { showViews, VIEWS } from "./views/views.js";

const AGAIN = 2000; // milliseconds until a server that did not answer is asked again
const app = new App();
addViews(VIEWS);

async function open() {
  notice(byId("notice"), app);
  await app.open();
  document.body.dataset.role = app.state.role;
  addReasons(app.state.reasons);
  buildShell(app, VIEWS.filter(({ name }) => shows(app.state.role, name)));
  listenForDecisions(app); // before the views, whose answers come before these
  showViews(byId("view"), app);
  app.tell("view");
  facts(byId("facts"), app);
  find(byId("find"), app);
  listenForKeys();
  jobStrip(byId("jobs"), app);
  followJobs(app);
  listen();
  followLine();
  onStream("changed", (changes) => app.news.decided(changes).catch(sayWrong));
  onStream("version", ({ images }) => images && app.news.imagesChanged().catch(sayWrong));
}

/** The stream breaks first: ask what is wrong, and catch up with what was missed once it is back. */
function followLine() {
  let broken = false;
  onStream("away", () => {
    broken = true;
    get("/api/jobs").catch(() => {}); // its refusal says whether the server is gone or the link
  });
  onStream("here", () => {
    if (!broken) return;
    broken = false;
    if (connection.line === "away") connection.is("here");
    else app.news.catchUp().catch(sayWrong);
  });
  onLine((line) => line === "away" && knock());
}

let knocks = false;

/** Ask until the server answers: where the stream outlived what failed, nothing else tells that it is back. */
async function knock() {
  if (knocks) return;
  knocks = true;
  while (connection.line === "away") {
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
    await get("/api/jobs").catch(() => {});
  }
  knocks = false;
}

addEventListener("unhandledrejection", (event) => {
  if (event.reason?.error === undefined) return; // ours: it belongs in the console
  event.preventDefault();
  sayWrong(event.reason);
});
await open();
