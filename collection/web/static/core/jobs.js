/** Long work: what runs, how fast, and how it ended. */

import { get, post, remove } from "./api.js";
import { counted } from "./element.js";
import { say, sayWrong } from "./status.js";
import { onStream } from "./stream.js";

/** @import { App } from "./app.js" */
/** @import { Job, Kind } from "./types.js" */

/** What each kind of job is called. @type {Record<Kind, string>} */
export const KINDS = {
  reroll: "Reroll", "top-up": "Top up", breed: "Breed", variations: "Variations", generate: "Make what is planned",
  score: "Score", dedupe: "Look for near-duplicates", select: "Choose the set", learn: "Learn a preference",
};
/** @type {Record<string, string>} */
const STEPS = { generate: "making images", score: "scoring", dedupe: "comparing", select: "choosing", learn: "learning" };
const KNOWN = 20;

/** The jobs, the newest first; the event "jobs" of the app says that one changed. @type {Job[]} */
export const jobs = [];
/** @type {Map<number, {step: string, done: number, at: number}>} */
const begun = new Map(); // of each job, when its present step was first heard of, and how far it was then

/**
 * Follow the jobs for as long as the page lives.
 * @param {App} app
 */
export async function followJobs(app) {
  /** @param {Job} job */
  const take = (job) => {
    const known = jobs.find(({ id }) => id === job.id);
    const ends = known?.state === "running" && job.state !== "running";
    if (known) Object.assign(known, job);
    else jobs.unshift({ ...job });
    jobs.length = Math.min(jobs.length, KNOWN);
    if (begun.get(job.id)?.step !== job.step) begun.set(job.id, { step: job.step, done: job.done, at: performance.now() });
    if (ends) ended(known);
    app.tell("jobs");
  };
  const catchUp = async () => {
    const told = (await get("/api/jobs")).jobs;
    if (!told.length) jobs.length = 0; // another server: its jobs are counted anew
    told.reverse().forEach(take);
  };
  onStream("job", take);
  onStream("here", () => catchUp().catch(sayWrong));
  await catchUp().catch(sayWrong);
}

/**
 * Begin a job. Resolves to whether it was begun.
 * @param {{kind: Kind, [option: string]: unknown}} request
 */
export async function start(request) {
  try {
    await post("/api/jobs", request);
    say(`${KINDS[request.kind]}: started; go on deciding, the strip tells how far it is`);
    return true;
  } catch (refusal) {
    sayWrong(refusal);
    return false;
  }
}

export const running = () => jobs.find(({ state }) => state === "running");

/** @param {Job} job */
function ended(job) {
  if (job.state === "failed") say(`${KINDS[job.kind]}: ${job.error}. ${job.hint ?? ""}`, "wrong");
  else say(`${KINDS[job.kind]}: ${outcome(job)}`);
  job.shown = true;
}

/**
 * How a job ended, in words: "4 new images", "stopped; what was made is kept"
 * @param {Job} job
 */
export function outcome({ state, result, error, hint }) {
  if (state === "cancelled") return "stopped; what was made is kept";
  if (state === "failed") return [error, hint].filter(Boolean).join(". ");
  const failed = result.failed?.length ? `, ${result.failed.length} failed: ${result.failed[0].why}` : "";
  if (result.added) return `${counted(result.added.length, "new image")}${failed}`;
  if (result.made != null) return `${counted(result.made, "image")} made${failed}`;
  if (result.scored != null) return `${counted(result.scored, "image")} scored${failed}`;
  if (result.learned) return `right on ${Math.round((100 * result.learned.right) / Math.max(1, result.learned.votes))} % of votes that it had not seen${result.better ? "" : ", which does not show that it is better than the stock metrics"}`;
  if (result.duplicates != null) return `${counted(result.duplicates, "near-duplicate")} marked`;
  return result.selected == null ? "done" : `${result.selected} of ${result.supply} tokens chosen`;
}

/**
 * "generate 31 of 40 · 1.7 a second · 0:05 left"
 * @param {Job} job
 */
export function progress(job) {
  if (!job.step) return "starting";
  const said = [STEPS[job.step] ?? job.step];
  if (job.total > 1) said[0] += ` ${job.done.toLocaleString("en")} of ${job.total.toLocaleString("en")}`;
  const { done, at } = begun.get(job.id) ?? { done: 0, at: 0 };
  const rate = (job.done - done) / ((performance.now() - at) / 1000);
  if (Number.isFinite(rate) && rate > 0 && job.done < job.total) {
    said.push(rate >= 1 ? `${rate.toFixed(1)} a second` : `${(60 * rate).toFixed(0)} a minute`);
    said.push(`${clock((job.total - job.done) / rate)} left`);
  }
  return said.join(" · ");
}

/** @param {number} seconds */
function clock(seconds) {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** @param {Job} job */
export const stop = (job) => remove(`/api/jobs/${job.id}`).catch(sayWrong);
