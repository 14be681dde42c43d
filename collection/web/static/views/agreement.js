/** The people who decide: how much each said, how far they agree, and what to talk about. */

import { fileAddress, get } from "../core/api.js";
import { button, card } from "../components/card.js";
import { counted, element, present } from "../core/element.js";
import { under } from "../core/names.js";
import { show } from "../core/sight.js";
import { sayWrong } from "../core/status.js";
import { learning } from "../panels/learning.js";
import { LinksForm } from "../panels/links.js";

/** @import { App } from "../core/app.js" */
/** @import { Agreement, AgreementReport, Asset, Flag } from "../core/types.js" */

export const name = "people";
export const key = "q";
export const title = "People";

const MOST = 24;

/** @param {HTMLElement} place @param {App} app */
export function mount(place, app) {
  let gone = false;
  let timer = 0;
  const access = new LinksForm(app, () => draw().catch(sayWrong));
  const learned = learning(app);
  const [said, agreeing, log] = ["div", "section", "section"].map((tag) => element(/** @type {"div" | "section"} */ (tag)));
  const disputed = element("section", { class: "wide" });
  const board = element("div", { class: "read columns" }, // made once: the field that is typed into stays, and keeps the keys
    element("section", {}, element("h2", {}, "Curators"), said, access.element), agreeing, learned.element, disputed, log);
  const draw = async () => {
    const found = await get("/api/agreement");
    const contested = found.contested.slice(0, MOST);
    await app.details(contested);
    const { assets } = contested.length ? await get(`/api/assets?ids=${contested.join(",")}`) : { assets: [] };
    if (gone) return;
    for (const { id, others } of assets) if (others) show("others", id);
    access.show(found);
    said.replaceChildren(curators(found, app.state.you));
    agreeing.replaceChildren(...present(agreement(found)));
    disputed.replaceChildren(element("h2", {}, "Contested"), ...contestedOf(found, app, new Map(assets.map((/** @type {Asset} */ asset) => [asset.id, asset]))));
    log.hidden = !found.links;
    log.replaceChildren(...(found.links ? logged() : []));
    if (!board.isConnected) place.replaceChildren(board);
  };
  draw().catch(sayWrong);
  app.aim = () => [];
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => draw().catch(sayWrong), 500);
  };
  const ends = ["changed", "images", "state"].map((name) => app.on(name, soon)); // votes on images that are not known here count too
  return () => {
    gone = true;
    clearTimeout(timer);
    learned.end();
    ends.forEach((end) => end());
  };
}

/** @param {AgreementReport} found */
const agreement = (found) => [
  element("h2", {}, "How far you agree"),
  !found.flags && element("p", {}, "This shows once you have voted yourself."),
  found.flags && agreed("Pick or reject", found.flags),
  found.stars && agreed("Stars", found.stars),
  found.comparisons && agreed("Comparisons", found.comparisons),
  element("p", { class: "quiet" },
    "Krippendorff's alpha: 1 where all agree, 0 where votes might as well be drawn by lot. Of pictures people seldom agree fully."),
];

const logged = () => [
  element("h2", {}, "The log"),
  element("p", { class: "quiet" }, "Every vote, undo and redo: who, when, and what was in sight; each line carries the hash of the one before. collection reviews --check FILE checks it."),
  element("a", { class: "button", href: fileAddress("/api/audit"), download: "reviews.jsonl" }, "Download the log"),
];

/** @param {AgreementReport} found @param {string} you */
function curators({ votes, comparisons_by, repeats, curators: known }, you) {
  const head = element("tr", {}, ["Curator", "Images", "Duels", "Asked again"].map((words) => element("th", { scope: "col" }, words)));
  const rows = known.map((who) => element("tr", {},
    element("th", { scope: "row" }, who === you ? `${who} (you)` : who),
    element("td", {}, (under(votes, who) ?? 0).toLocaleString("en")),
    element("td", {}, (under(comparisons_by, who) ?? 0).toLocaleString("en")),
    element("td", {}, again(under(repeats, who)))));
  return element("table", {}, element("caption", { class: "unseen" }, "Curators and their votes"), element("thead", {}, head), element("tbody", {}, rows));
}

/** @param {{equal: number, asked: number} | undefined} repeats */
function again(repeats) {
  if (!repeats?.asked) return "not yet";
  return `${repeats.equal} of ${repeats.asked} the same`;
}

/** @param {string} what @param {Agreement} found */
function agreed(what, found) {
  const told = element("div", { class: "agreed" }, element("b", {}, what), element("span", {}, inWords(found)));
  if (found.alpha != null) told.append(element("small", {}, numbers(found)));
  return told;
}

/**
 * What alpha and its interval allow to be said.
 * @param {Agreement} found
 */
export function inWords({ alpha, interval, units }) {
  if (!units) return "no two of you said something of the same yet";
  if (alpha == null) return `all said the same of ${counted(units, "thing")}, so that there is nothing to measure against`;
  if (!interval) return "too few votes to say";
  const [low, high] = interval;
  if (low > 0.8) return "you agree: one of you could decide for all";
  if (low > 0.4) return "you agree mostly";
  if (low > 0) return high - low > 0.5 ? "you agree more than by chance; more votes would say how far" : "you agree somewhat, more than by chance";
  if (high < 0) return "you disagree more than by chance: talk about what you look for";
  return "no agreement beyond chance can be told yet";
}

/** @param {Agreement} found */
function numbers({ alpha, interval, units, equal, pairs }) {
  const ends = interval ? ` (95 %: ${interval.map((end) => end.toFixed(2)).join(" to ")})` : "";
  return `alpha ${alpha?.toFixed(2)}${ends}; ${equal} of ${pairs} pairs of votes alike, on ${units}`;
}

/** @param {AgreementReport} found @param {App} app @param {Map<number, Asset>} assets */
function contestedOf({ contested: ids }, app, assets) {
  if (!ids.length) return [element("p", { class: "quiet" }, "None of those that you have voted on. What others said shows once you have voted yourself.")];
  const query = `id:${ids.slice(0, 500).join(",")}`;
  const shown = ids.slice(0, MOST).map((id) => card(id, app.known(id), {
    role: "listitem", caption: [votes(assets.get(id))], click: () => app.go("loupe", { q: query, at: id }),
  }));
  return [
    element("p", {}, `${counted(ids.length, "image")}, the closest votes first. `, button("Go through them", () => app.go("loupe", { q: query, at: ids[0] }))),
    element("div", { class: "cards small", role: "list" }, shown),
  ];
}

/**
 * "you: reject, 2 stars; ben: pick"
 * @param {Asset} [asset]
 */
function votes(asset) {
  if (!asset?.others) return "";
  const { you, others } = asset;
  /** @param {Flag} flag @param {number} stars */
  const said = (flag, stars) => [flag !== "none" && flag, stars > 0 && counted(stars, "star")].filter(Boolean).join(", ");
  const names = [...new Set([...Object.keys(others.flags), ...Object.keys(others.stars)])];
  return [["you", said(you.flag, you.stars)], ...names.map((who) => [who, said(under(others.flags, who) ?? "none", under(others.stars, who) ?? 0)])]
    .map(([who, words]) => `${who}: ${words || "nothing"}`).join("; ");
}
