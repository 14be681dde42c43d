/** The way out: the images of the query as files, as tables, as contact sheets. */

import { fileAddress } from "../core/api.js";
import { counted, element } from "../core/element.js";

/** @import { App } from "../core/app.js" */

/** @type {[string, string][]} */
const FORMS = [["zip", "Images and metadata (ZIP)"], ["sheet", "Contact sheet (PNG)"], ["csv", "Table (CSV)"], ["json", "Records (JSON)"]];

/** @param {App} app */
export function exporting(app) {
  const title = element("p", { class: "quiet" });
  /** @type {HTMLSelectElement} */
  const by = element("select", { change: () => draw() }, element("option", { value: "number" }, "number"), element("option", { value: "token" }, "token id"));
  const names = element("label", { class: "line" }, "Files named by ", by);
  const links = FORMS.map(([form, words]) => element("a", { "data-form": form, download: true }, words));
  const list = element("div", { class: "menu" }, title, names, links);
  /** @type {HTMLDetailsElement} */
  const made = element("details", { class: "export", toggle: () => draw() }, element("summary", { class: "plain" }, "Export"), list);
  const draw = () => {
    const { tokens } = app.state.published;
    names.hidden = !tokens;
    const named = tokens ? by.value : "number";
    title.textContent = `${counted(app.ids.length, "image")} ${app.query ? "of this query" : "in all"}${named === "token" ? ": those that are tokens" : ""}`;
    for (const link of links) link.href = fileAddress(`/api/export/${link.dataset.form}`, { q: app.query, by: named });
  };
  made.addEventListener("focusout", (event) => made.contains(/** @type {Node | null} */ (event.relatedTarget)) || (made.open = false));
  made.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !made.open) return;
    event.stopPropagation();
    made.open = false;
  });
  for (const name of ["ids", "state"]) app.on(name, draw);
  draw();
  return made;
}
