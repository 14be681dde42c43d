/** Views that somebody gave a name: the whole address, so that a name brings all of it back. */

import { post, remove } from "../core/api.js";
import { confirmed } from "../components/confirm.js";
import { element, icon } from "../core/element.js";
import { sent } from "../core/fields.js";
import { say, sayWrong } from "../core/status.js";

/** @import { App } from "../core/app.js" */
/** @import { SavedView } from "../core/types.js" */

/** @param {App} app */
export function savedViews(app) {
  const list = element("ul", { class: "saved" });
  const field = element("input", { placeholder: "Name of this view", "aria-label": "Name of this view" });
  const show = () => list.replaceChildren(...app.state.views.map((view) => item(app, view)));
  app.on("state", show);
  show();
  /** @param {Event} event */
  const save = async (event) => {
    event.preventDefault();
    const name = field.value.trim();
    if (!name) return say("a view needs a name");
    const same = app.state.views.find((view) => view.name === name);
    if (same && !(await confirmed(`Replace the view ${name}?`, "Replace", `${same.curator} saved it, for everybody.`))) return;
    await sent(field, () => post("/api/views", { name, query: app.address() }));
    await app.renew();
    say(`saved as ${name}`);
  };
  return element("section", { class: "views" }, element("h3", {}, "Saved views"), list,
    element("form", { submit: (event) => save(event).catch(sayWrong) }, field, element("button", { class: "plain" }, "Save")));
}

/** @param {App} app @param {SavedView} view */
function item(app, { name, query }) {
  const drop = async () => {
    await remove(`/api/views?${new URLSearchParams({ name })}`);
    await app.renew();
  };
  return element("li", {},
    element("a", { href: `?${query}`, click: (event) => (event.preventDefault(), follow(app, query)) }, name),
    element("button", { "aria-label": `Forget the view ${name}`, click: () => drop().catch(sayWrong) }, icon("cross")));
}

/** @param {App} app @param {string} query */
function follow(app, query) {
  const { view = "grid", ...params } = Object.fromEntries(new URLSearchParams(query));
  return app.go(view, { q: "", at: null, ...params });
}
