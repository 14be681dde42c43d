/** Long work: what runs, how fast, and how it ended; the strip of it stays in sight in every view. */

import { get, post, remove } from "./api.js";
import { button } from "../components/card.js";
import { counted, element } from "./element.js";
import { say, sayWrong } from "./status.js";
import { stream } from "./stream.js";

/** What each kind of job is called, and what its steps do. */
export const KINDS = {
  reroll: "Reroll", refill: "Refill", breed: "Breed", variants: "Variants", generate: "Make what is planned",
  score: "Score", dedupe: "Look for near-duplicates", select: "Choose the set",
};
const STEPS = { generate: "making images", score: "scoring", dedupe: "comparing", select: "choosing" };
const KNOWN = 20;

/** The jobs, the newest first; "jobs" on the room tells that one changed. */
export const jobs = [];
const begun = new Map(); // of each job, when its present step was first heard of, and how far it was then

/** Show the strip, and follow the jobs for as long as the page lives. */
export async function followJobs(strip, room) {
  const take = (job) => {
    const known = jobs.find(({ id }) => id === job.id);
    const ends = known?.state === "running" && job.state !== "running";
    if (known) Object.assign(known, job);
    else jobs.unshift({ ...job });
    jobs.length = Math.min(jobs.length, KNOWN);
    if (begun.get(job.id)?.step !== job.step) begun.set(job.id, { step: job.step, done: job.done, at: performance.now() });
    if (ends) ended(known);
    room.tell("jobs");
  };
  const catchUp = async () => {
    const told = (await get("/api/jobs")).jobs;
    if (!told.length) jobs.length = 0; // another server: its jobs are counted anew
    told.reverse().forEach(take);
  };
  room.on("jobs", () => draw(strip, room));
  stream.addEventListener("job", ({ detail }) => take(detail));
  stream.addEventListener("here", () => catchUp().catch(sayWrong));
  await catchUp().catch(sayWrong);
}

/** Begin a job. Resolves to whether it was begun. */
export async function start(room, wish) {
  try {
    await post("/api/jobs", wish);
    say(`${KINDS[wish.kind]}: started; go on deciding, the strip tells how far it is`);
    return true;
  } catch (refusal) {
    sayWrong(refusal);
    return false;
  }
}

export const running = () => jobs.find(({ state }) => state === "running");

function ended(job) {
  if (job.state === "failed") say(`${KINDS[job.kind]}: ${job.error}. ${job.hint ?? ""}`, "wrong");
  else say(`${KINDS[job.kind]}: ${outcome(job)}`);
  job.shown = true;
}

/** How a job ended, in words: "4 new images", "stopped; what was made is kept" */
export function outcome({ state, result, error, hint }) {
  if (state === "cancelled") return "stopped; what was made is kept";
  if (state === "failed") return [error, hint].filter(Boolean).join(". ");
  const failed = result.failed?.length ? `, ${result.failed.length} failed: ${result.failed[0].why}` : "";
  if (result.added) return `${counted(result.added.length, "new image")}${failed}`;
  if (result.made != null) return `${counted(result.made, "image")} made${failed}`;
  if (result.scored != null) return `${counted(result.scored, "image")} scored${failed}`;
  if (result.duplicates != null) return `${counted(result.duplicates, "near-duplicate")} set aside`;
  return result.selected == null ? "done" : `${result.selected} of ${result.supply} tokens chosen`;
}

/** "generate 31 of 40 · 1.7 a second · 0:05 left" */
export function progress(job) {
  if (!job.step) return "starting";
  const said = [STEPS[job.step] ?? job.step];
  if (job.total > 1) said[0] += ` ${job.done.toLocaleString("en")} of ${job.total.toLocaleString("en")}`;
  const { done, at } = begun.get(job.id);
  const rate = (job.done - done) / ((performance.now() - at) / 1000);
  if (Number.isFinite(rate) && rate > 0 && job.done < job.total) {
    said.push(rate >= 1 ? `${rate.toFixed(1)} a second` : `${(60 * rate).toFixed(0)} a minute`);
    said.push(`${clock((job.total - job.done) / rate)} left`);
  }
  return said.join(" · ");
}

function clock(seconds) {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export const stop = (job) => remove(`/api/jobs/${job.id}`).catch(sayWrong);

/** The strip: the job that runs, else the last one that ended while the page was open, until it is put away. */
function draw(strip, room) {
  const job = running() ?? (jobs[0]?.shown ? jobs[0] : null);
  strip.hidden = !job;
  if (!job) return strip.replaceChildren();
  const added = job.result?.added ?? [];
  const [called, told] = [element("b", {}, KINDS[job.kind]), element("span", { class: "grow" })];
  told.textContent = job.state === "running" ? progress(job) : outcome(job);
  const bar = job.state === "running" && element("progress", job.total ? { max: job.total, value: job.done, "aria-label": KINDS[job.kind] } : { "aria-label": KINDS[job.kind] });
  const same = strip.dataset.state === `${job.id} ${job.state}`;
  if (same && job.state === "running") { // a button that is drawn anew cannot be pressed
    strip.querySelector("progress").replaceWith(bar);
    return strip.querySelector(".grow").replaceWith(told);
  }
  strip.dataset.state = `${job.id} ${job.state}`;
  strip.dataset.tone = job.state;
  strip.replaceChildren(...[
    called, told, bar,
    job.state === "running" && button("Cancel", () => stop(job)),
    added.length > 0 && button("Show them", () => room.go("grid", { q: `id:${spans(added)}`, at: added[0] })),
    job.state !== "running" && button("Put away", () => ((job.shown = false), room.tell("jobs"))),
  ].filter(Boolean));
}

/** 41, 42, 43, 50 -> "41-43,50" */
function spans(ids) {
  const found = [];
  for (const id of [...ids].sort((one, other) => one - other)) {
    const last = found.at(-1);
    if (last && id === last[1] + 1) last[1] = id;
    else found.push([id, id]);
  }
  return found.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(",");
}
