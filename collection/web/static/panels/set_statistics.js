/** A set in words and numbers: what changes, how good and how varied, the quotas, what is rare, its colours. */

import { drawn, element, present } from "../core/element.js";
import { changeInWords } from "../core/published.js";

/** @import { Child, ProposedSet, QuotaStatus, Show, TraitRarity, Tried } from "../core/types.js" */

export const NOT_JUDGED = "No metric says which image is better: chosen for variety and by your votes";

/** @param {any} found GET /api/set @param {Map<number, any>} tried @param {(query: string) => void} show @param {(ids: number[]) => unknown} showAll */
export function setStatistics(found, tried, show, showAll) {
  return present([
    figures(found),
    found.sighted && element("p", { class: "quiet" }, "You have seen what came of the others' votes: your later ones are logged so."),
    found.published.version > 0 && section("The frozen set", element("p", {}, changeInWords(found.published))),
    differs(tried) && section("Tried so far", trade(tried, found.diversity)),
    changes(found, showAll),
    section("What each rule costs", element("div", { id: "costs" }, element("p", { class: "quiet" }, "…")), "of the mean percentile"),
    found.quotas.length > 0 && section("Quotas", found.quotas.map(quota)),
    ...Object.entries(Object.groupBy(found.rarity, ({ trait }) => trait)).map(([trait, values]) => rarity(trait, values ?? [], show)),
    found.palette.length > 0 && section("Colours of the set", palette(found.palette)),
  ]);
}

/** @param {Child} title @param {Child} content @param {string} [aside] */
function section(title, content, aside = "") {
  return element("section", {}, element("h2", {}, title, aside && element("small", {}, ` ${aside}`)), ...[content].flat());
}

/** @param {string} label @param {string} value @param {string} [title] */
function row(label, value, title = "") {
  return element("div", { class: "row", title: title || false }, element("span", {}, label), element("b", {}, value));
}

/** @param {ProposedSet} found */
function figures({ ids, supply, eligible, mean_score, coverage }) {
  return element("section", {},
    row("Tokens", `${ids.length} of ${supply}`),
    row("To choose from", eligible.toLocaleString("en")),
    mean_score == null
      ? row("Judged by", "nobody", NOT_JUDGED)
      : row("Mean percentile", mean_score.toFixed(1), "Mean of the percentiles of the chosen images, 0 to 100"),
    coverage && row("Farthest from the set", coverage.farthest.toFixed(2),
      "The image least like any chosen one, as 1 - cosine, 0 to 2: the lower, the better the set stands for all"),
  );
}

/** @param {ProposedSet} found @param {(ids: number[]) => unknown} show */
function changes({ added, removed }, show) {
  if (!added.length && !removed.length) return element("p", { class: "quiet" }, "The same images as in the selection that is written.");
  /** @param {number[]} ids @param {string} words */
  const link = (ids, words) => ids.length > 0 &&
    element("button", { class: "plain", type: "button", click: () => show(ids) }, `${ids.length} ${words}`);
  return section("Against the written selection", element("div", { class: "line" }, link(added, "in"), link(removed, "out")));
}

/** @param {Tried} tried */
const differs = (tried) => new Set([...tried.values()].map(({ score }) => score)).size > 1;

/**
 * Each diversity that was tried: mean percentile upwards, nearness of the rest to the set to the right.
 * @param {Tried} tried
 * @param {number} now
 */
function trade(tried, now) {
  const points = [...tried].flatMap(([diversity, { score, coverage }]) => (coverage && score != null ? [{ diversity, x: -coverage.mean, y: score }] : []));
  /** @param {number[]} values @param {number} from @param {number} to */
  const scale = (values, from, to) => {
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return (/** @type {number} */ value) => (high > low ? from + ((value - low) / (high - low)) * (to - from) : (from + to) / 2);
  };
  const across = scale(points.map(({ x }) => x), 24, 240);
  const up = scale(points.map(({ y }) => y), 82, 14);
  const words = points.map(({ diversity, x, y }) => `diversity ${diversity}: mean percentile ${y.toFixed(1)}, mean distance ${(-x).toFixed(3)}`).join("; ");
  const dots = points.map(({ diversity, x, y }) =>
    drawn("circle", { cx: across(x), cy: up(y), r: diversity === now ? 6 : 4, class: diversity === now ? "now" : "" }));
  return drawn("svg", { viewBox: "0 0 264 112", class: "trade", role: "img", "aria-label": words },
    drawn("path", { d: "M12 4V96H258" }), ...dots,
    label(16, 12, "better"), label(258, 109, "more of the collection stood for", "end"));
}

/** @param {number} x @param {number} y @param {string} words @param {string} [anchor] */
function label(x, y, words, anchor = "start") {
  const made = drawn("text", { x, y, "text-anchor": anchor });
  made.textContent = words;
  return made;
}

/** @param {QuotaStatus} status */
function quota({ trait, value, wanted, chosen, eligible }) {
  const called = trait ? `${trait} ${value}` : value;
  const short = chosen < wanted;
  return element("div", { class: short ? "quota short" : "quota" },
    element("span", {}, called),
    element("meter", { min: 0, max: Math.max(wanted, 1), value: chosen, "aria-label": `${called}: ${chosen} of ${wanted}` }),
    element("b", {}, `${chosen} of ${wanted}`),
    element("small", {}, short ? wanting(eligible, wanted) : ""),
  );
}

/** @param {number} eligible @param {number} wanted */
function wanting(eligible, wanted) {
  const why = eligible < wanted ? `only ${eligible} to choose from` : `${eligible} to choose from, but other quotas bind them`;
  return `${why}: top up under Work`;
}

/** @param {string} trait @param {TraitRarity[]} values @param {Show} show */
function rarity(trait, values, show) {
  const changes = values.some(({ count, before }) => count !== before);
  const names = ["Value", "Tokens", "Share", changes && "Change"].filter(Boolean);
  const head = element("tr", {}, names.map((words) => element("th", { scope: "col" }, words)));
  const rows = values.map(({ value, count, share, before }) =>
    element("tr", {},
      element("th", { scope: "row" }, element("button", { type: "button", click: () => show(`${quoted(trait)}:${quoted(value)}`) }, value)),
      element("td", {}, String(count)),
      element("td", {}, bar(share), `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`),
      changes && element("td", {}, count === before ? "" : signed(count - before))));
  return section(trait, element("table", {}, element("caption", { class: "unseen" }, `Rarity of ${trait}`), element("thead", {}, head), element("tbody", {}, rows)));
}

/** @param {string} words */
const quoted = (words) => (/^[\w-]+$/.test(words) ? words : `"${words.replace(/["\\]/g, "\\$&")}"`);
/** @param {number} change */
const signed = (change) => (change > 0 ? `+${change}` : `−${-change}`);

/** @param {number} share */
function bar(share) {
  return drawn("svg", { viewBox: "0 0 40 6", class: "bar", "aria-hidden": "true" },
    drawn("rect", { width: 40, height: 6, class: "all" }), drawn("rect", { width: Math.max(1, 40 * share), height: 6 }));
}

/** @param {ProposedSet["palette"]} colours */
function palette(colours) {
  let from = 0;
  const parts = colours.map(({ colour, share }) => {
    const made = drawn("rect", { x: from * 100, width: share * 100 + 0.2, height: 10, fill: colour });
    from += share;
    return made;
  });
  const words = colours.map(({ colour, share }) => `${colour} ${Math.round(share * 100)} %`).join(", ");
  return [
    drawn("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", class: "palette", role: "img", "aria-label": words }, ...parts),
    element("p", { class: "quiet" }, colours.map(({ colour }) => colour).join(" ")),
  ];
}
