/** The ranking that comparisons give: each image with its strength and how sure that is, best first. */

import { get } from "../core/api.js";
import { button, card, nothing } from "../components/card.js";
import { capital, counted, element } from "../core/element.js";
import { sayWrong } from "../core/status.js";
import { show } from "../core/sight.js";

/** @import { App } from "../core/app.js" */
/** @import { RankedImage } from "../core/types.js" */

const MOST = 120;

/**
 * Show it in place of the question.
 * @param {HTMLElement} place
 * @param {App} app
 * @param {"you" | "everybody"} of
 */
export async function showRanking(place, app, of) {
  const back = button("Back to the question", () => app.go("duel"), true);
  try {
    const found = await get(`/api/ranking?of=${of}`);
    const images = /** @type {RankedImage[]} */ (found.images);
    const assets = await app.details(images.slice(0, MOST).map(({ id }) => id));
    if (app.view !== "duel") return;
    if (found.of === "everybody" && app.state.curators.length > 1) for (const { id } of images) show("others", id);
    if (!images.length) return void place.replaceChildren(nothing("Nothing is ranked yet", "Answer some comparisons first.", back));
    const known = new Map(assets.map((asset) => [asset.id, asset]));
    place.replaceChildren(element("section", { class: "read" },
      element("div", { class: "line" },
        element("p", { class: "grow" }, `${counted(images.length, "image")} by ${counted(found.answers, "answer")} of ${found.of === "you" ? "yours" : "everybody"}${images.length > MOST ? `, the first ${MOST} shown` : ""}`),
        found.of === "you" && app.state.curators.length > 1 && app.state.role !== "voter" && button("Everybody's", () => app.go("duel", { ranking: "everybody" })),
        found.of === "everybody" && app.state.curators.length > 1 && button("Yours", () => app.go("duel", { ranking: "you" })),
        app.state.role !== "voter" && button("Sort the grid by all answers", () => get("/api/ranking?of=everybody").then(() => app.go("grid", { q: "sort:-votes" })).catch(sayWrong)), back),
      element("div", { class: "cards small", role: "list" }, images.slice(0, MOST).map(({ id, label, strength, interval, won, asked }, place) => card(id, known.get(id), {
        role: "listitem", click: () => app.openAt(id),
        caption: [element("b", {}, `${place + 1}. ${label}`), `won ${won} of ${asked}`, `${strength.toFixed(2)} (${interval.map((end) => end.toFixed(1)).join(" to ")})`],
      })))));
  } catch (/** @type {any} */ refusal) {
    if (!refusal?.blind) return sayWrong(refusal);
    place.replaceChildren(nothing("Others have answered", `${capital(refusal.hint)}.`, back,
      button("Show it all the same", () => app.news.seeOthers().then(() => showRanking(place, app, of)).catch(sayWrong))));
  }
}
