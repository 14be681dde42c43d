/** What stands around the pictures: title and tabs, the query, counts, and the bar that decides. */

import { byId, counted, element, icon } from "../core/element.js";
import { answer, keysOf, perform, shown } from "../core/keys.js";
import { roving } from "../components/roving.js";
import { exporting } from "./export.js";
import { search } from "./search.js";
import { keep, setting, whenSet } from "../core/settings.js";
import { say, sayWrong } from "../core/status.js";
import { decisionBar } from "./decision_bar.js";

/** @import { App } from "../core/app.js" */
/** @import { Child, View } from "../core/types.js" */

/**
 * A button that does an action, and says its key.
 * @param {string} name
 * @param {string} title
 * @param {...Child} content
 */
export function doing(name, title, ...content) {
  const made = element("button", { class: "doing", "data-action": name, click: () => perform(name) }, ...content);
  const named = () => {
    const keys = keysOf(name).map(shown).join(" or ");
    made.title = keys ? `${title} (${keys})` : title;
    made.setAttribute("aria-label", title);
  };
  named();
  whenSet("keys", named);
  whenSet("letters", named);
  return made;
}

/** @param {App} app @param {View[]} views */
export function buildShell(app, views) {
  const bar = byId("bar");
  bar.append(
    element("div", { class: "whose" }, element("h1", {}, app.state.project.title),
      element("span", { class: "you", title: `What is decided here is recorded under this name (${app.state.role})` }, app.state.you)),
    tabs(app, views),
    element(
      "div",
      { class: "tools" },
      doing("undo", "Undo", icon("undo")),
      doing("redo", "Redo", icon("redo")),
      pressed("advance", "Go on to the next after deciding", icon("advance")),
      pressed("facts", "All about this image", icon("facts")),
      doing("theme", "Light, dark, or as the system", icon("theme")),
    ),
    element("div", { class: "asking" }, search(app), pressed("find", "Filters", icon("sliders")), refresh(app), app.state.role !== "voter" && exporting(app), counts(app)),
  );
  decisionBar(byId("decide"), app, doing);
  for (const each of [".tabs", ".tools", "#decide"]) roving(/** @type {HTMLElement} */ (document.querySelector(each)));
  answer({
    ...Object.fromEntries(views.map(({ name }) => [`view:${name}`, () => goTo(app, name)])),
    escape: () => (app.selection.size ? app.select([]) : goTo(app, "grid")),
    theme: nextTheme,
    fullScreen: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()).catch(() => say("this browser has no full screen")),
    facts: () => keep("facts", !setting("facts")),
    scores: () => {
      keep("scores", !setting("scores"));
      say(setting("scores") ? "scores are shown" : "scores are hidden");
    },
    refresh: () => app.refresh().then(() => say(counted(app.ids.length, "image"))).catch(sayWrong),
    selectAll: () => selectAll(app),
    similar: () => app.cursor && app.ask(`like:${app.cursor}`),
  });
  whenSet("theme", showTheme);
  showTheme(setting("theme"));
}

/**
 * Views of several images take the selection over: they act on single ones, so nothing stays selected behind them.
 * @param {App} app
 * @param {string} name
 */
function goTo(app, name) {
  if ((name !== "compare" && name !== "survey") || app.selection.size < 2) return app.go(name);
  app.several = [...app.selection];
  app.select([]);
  return app.go(name, { ids: app.several.slice(0, 60).join(",") });
}

/** @param {App} app @param {View[]} views */
function tabs(app, views) {
  const buttons = views.map((view) => {
    const made = doing(`view:${view.name}`, view.title, view.title);
    made.dataset.viewTab = view.name;
    return made;
  });
  /** @type {HTMLSelectElement} */
  const chosen = element("select", { class: "small-tabs", "aria-label": "View", change: () => goTo(app, chosen.value) },
    views.map(({ name, title }) => element("option", { value: name }, title)));
  app.on("view", () => (chosen.value = app.view));
  return element("nav", { "aria-label": "Views" }, element("div", { class: "tabs" }, buttons), chosen);
}

/**
 * A button of something that is on or off.
 * @param {"find" | "facts" | "advance"} name
 * @param {string} title
 * @param {...Child} content
 */
function pressed(name, title, ...content) {
  const made = doing(name, title, ...content);
  /** @param {boolean} on */
  const show = (on) => made.setAttribute("aria-pressed", String(on));
  show(setting(name));
  whenSet(name, show);
  return made;
}

/**
 * Shown while the list may hold what the query no longer means.
 * @param {App} app
 */
function refresh(app) {
  const made = doing("refresh", "Refresh: ask again for what the query means", "Refresh");
  made.classList.add("plain");
  const show = () => (made.hidden = !app.stale);
  app.on("stale", show);
  show();
  return made;
}

/** @param {App} app */
function counts(app) {
  const made = element("span", { class: "counts" });
  const show = () => {
    const { images, reviewed, picked, rejected } = app.state.counts;
    const shown = app.ids.length === images ? "" : `${app.ids.length.toLocaleString("en")} of `;
    const supply = app.state.project.supply;
    made.textContent = `${shown}${counted(images, "image")} · ${reviewed.toLocaleString("en")} reviewed · ${picked.toLocaleString("en")} of ${supply.toLocaleString("en")} picked · ${rejected.toLocaleString("en")} rejected`;
  };
  for (const name of ["state", "ids", "changed"]) app.on(name, show); // at once, before the server counts again
  show();
  return made;
}

/** @param {App} app */
function selectAll(app) {
  app.select(app.ids);
  say(`${app.ids.length.toLocaleString("en")} selected: an action is now about all of them; Esc ends that`);
}

function nextTheme() {
  const next = new Map([["auto", "light"], ["light", "dark"]]).get(setting("theme")) ?? "auto";
  keep("theme", next);
  say(next === "auto" ? "light or dark as the system" : next);
}

/** @param {string} theme */
function showTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
