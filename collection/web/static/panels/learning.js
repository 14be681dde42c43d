/** What votes taught: learned preferences with their accuracy on votes that they had not seen, and whom to ask next. */

import { get } from "../core/api.js";
import { button } from "../components/card.js";
import { counted, element } from "../core/element.js";
import { start } from "../core/jobs.js";
import { say, sayWrong } from "../core/status.js";

/** @import { App } from "../core/app.js" */
/** @import { LearnedReport, Share } from "../core/types.js" */

/** @param {App} app */
export function learning(app) {
  const list = element("div", {});
  const draw = async () => {
    const { preferences } = /** @type {{preferences: LearnedReport[]}} */ (await get("/api/preferences"));
    list.replaceChildren(...(preferences.length ? preferences.map(told) : [element("p", { class: "quiet" }, "Nothing was learned yet: some picks and rejects are needed, or comparisons.")]));
  };
  draw().catch(sayWrong);
  const end = app.on("images", () => draw().catch(sayWrong)); // what was learned just now is a score, too
  const ask = async () => {
    const { ids } = await get("/api/doubtful");
    if (!ids.length) return say("every image has a vote of yours");
    say(`${counted(ids.length, "image")} whose vote would teach most`);
    await app.go("loupe", { q: `id:${ids.join(",")} is:unreviewed`, at: ids[0] });
  };
  const made = element("section", {}, element("h2", {}, "What votes taught"), list, element("div", { class: "line" },
    app.state.role !== "viewer" && button("Ask me about the doubtful ones", () => ask().catch(sayWrong), true),
    app.state.role === "owner" && button("Learn from all votes", () => start({ kind: "learn" }))));
  return { element: made, end };
}

/** @param {LearnedReport} report */
const told = ({ metric, votes, learned, stock, chance, better }) => element("div", { class: "agreed" },
  element("b", {}, metric),
  element("span", {}, `right on ${inWords(learned)} of ${counted(learned.votes, "vote")} that it had not seen; ${counted(votes, "vote")} in all`),
  element("small", {}, `${stock ? `the stock metrics ${inWords(stock)}, ` : ""}chance ${Math.round(100 * chance)} %: ${better ? "it is better than they are" : "votes do not show that it is better"}; sort:-${metric} sorts by it`));

/** @param {Share} share */
const inWords = ({ right, votes, interval: [low, high] }) => `${percent(right / Math.max(1, votes))} (${percent(low)} to ${percent(high)})`;

/** @param {number} share */
const percent = (share) => `${Math.round(100 * share)} %`;
