/** The strip of long work, which stays in sight in every view. */

import { button } from "../components/card.js";
import { element, present } from "../core/element.js";
import { jobs, KINDS, outcome, progress, running, stop } from "../core/jobs.js";

/** @import { App } from "../core/app.js" */

/**
 * Show the strip for as long as the page lives.
 * @param {HTMLElement} strip
 * @param {App} app
 */
export function jobStrip(strip, app) {
  app.on("jobs", () => draw(strip, app));
}

/**
 * The strip: the job that runs, else the last one that ended while the page was open, until it is put away.
 * @param {HTMLElement} strip
 * @param {App} app
 */
function draw(strip, app) {
  const job = running() ?? (jobs[0]?.shown ? jobs[0] : null);
  strip.hidden = !job;
  if (!job) return strip.replaceChildren();
  const added = job.result?.added ?? [];
  const [called, told] = [element("b", {}, KINDS[job.kind]), element("span", { class: "grow" })];
  told.textContent = job.state === "running" ? progress(job) : outcome(job);
  const far = job.total ? { max: job.total, value: job.done } : {};
  const bar = element("progress", { ...far, "aria-label": KINDS[job.kind] });
  const same = strip.dataset.state === `${job.id} ${job.state}`;
  if (same && job.state === "running") { // a button that is drawn anew cannot be pressed
    strip.querySelector("progress")?.replaceWith(bar);
    return strip.querySelector(".grow")?.replaceWith(told);
  }
  strip.dataset.state = `${job.id} ${job.state}`;
  strip.dataset.tone = job.state;
  strip.replaceChildren(...present([
    called, told, job.state === "running" && bar,
    job.state === "running" && button("Cancel", () => stop(job)),
    added.length > 0 && button("Show them", () => app.goToAll(added)),
    job.state !== "running" && button("Put away", () => ((job.shown = false), app.tell("jobs"))),
  ]));
}
