/** What stands around the pictures: title and tabs, the query, counts, and the bar that decides. */

import { counted, element, icon } from "../core/element.js";
import { answer, keysOf, perform, shown } from "../core/keys.js";
import { search } from "./search.js";
import { keep, setting, whenSet } from "../core/settings.js";
import { say, sayWrong } from "../core/status.js";
import { verdict } from "./verdict.js";
import { VIEWS } from "../views/views.js";

/** A button that does an action, and says its key. */
export function doing(name, title, ...content) {
  const made = element("button", { class: "doing", "data-action": name, click: () => perform(name) }, ...content);
  const named = () => {
    const keys = keysOf(name).map(shown).join(" or ");
    made.title = keys ? `${title} (${keys})` : title;
    made.setAttribute("aria-label", title);
  };
  named();
  whenSet("keys", named);
  return made;
}

export function buildShell(room) {
  const bar = document.getElementById("bar");
  bar.append(
    element("h1", {}, room.state.project.title),
    tabs(room),
    search(room),
    pressed("find", "Filters", icon("sliders")),
    refresh(room),
    element(
      "div",
      { class: "tools" },
      counts(room),
      doing("undo", "Undo", icon("undo")),
      doing("redo", "Redo", icon("redo")),
      pressed("advance", "Go on to the next after deciding", icon("advance")),
      pressed("facts", "All about this image", icon("facts")),
      doing("theme", "Light, dark, or as the system", icon("theme")),
    ),
  );
  verdict(document.getElementById("verdict"), room, doing);
  answer({
    ...Object.fromEntries(VIEWS.map(({ name }) => [`view:${name}`, () => goTo(room, name)])),
    escape: () => (room.selection.size ? room.select([]) : goTo(room, "grid")),
    theme: nextTheme,
    facts: () => keep("facts", !setting("facts")),
    scores: () => {
      keep("scores", !setting("scores"));
      say(setting("scores") ? "scores are shown" : "scores are hidden");
    },
    refresh: () => room.refresh().then(() => say(counted(room.ids.length, "image"))).catch(sayWrong),
    selectAll: () => selectAll(room),
    similar: () => room.cursor && room.ask(`like:${room.cursor}`),
  });
  whenSet("theme", showTheme);
  showTheme(setting("theme"));
}

/** Views of several images take the selection along. */
function goTo(room, name) {
  const several = name === "compare" || name === "survey";
  const ids = several && room.selection.size > 1 ? { ids: [...room.selection].slice(0, 60).join(",") } : {};
  return room.go(name, ids);
}

function tabs(room) {
  const buttons = VIEWS.map((view) => {
    const made = doing(`view:${view.name}`, view.title, view.title);
    made.dataset.viewTab = view.name;
    return made;
  });
  const chosen = element("select", { class: "small-tabs", "aria-label": "View", change: () => goTo(room, chosen.value) },
    VIEWS.map(({ name, title }) => element("option", { value: name }, title)));
  room.on("view", () => (chosen.value = room.view));
  return element("nav", { "aria-label": "Views" }, element("div", { class: "tabs" }, buttons), chosen);
}

/** A button of something that is on or off. */
function pressed(name, title, ...content) {
  const made = doing(name, title, ...content);
  const show = (on) => made.setAttribute("aria-pressed", String(on));
  show(setting(name));
  whenSet(name, show);
  return made;
}

/** Shown while the list may hold what the query no longer means. */
function refresh(room) {
  const made = doing("refresh", "Look again for what the query means", "Look again");
  made.classList.add("plain");
  const show = () => (made.hidden = !room.stale);
  room.on("stale", show);
  show();
  return made;
}

function counts(room) {
  const made = element("span", { class: "counts" });
  const show = () => {
    const { images, picked, rejected } = room.state.counts;
    const of = room.ids.length === images ? "" : ` of ${images.toLocaleString("en")}`;
    const supply = room.state.project.supply;
    made.textContent = `${room.ids.length.toLocaleString("en")}${of} · ${picked.toLocaleString("en")} of ${supply.toLocaleString("en")} picked · ${rejected.toLocaleString("en")} out`;
  };
  room.on("state", show);
  room.on("ids", show);
  show();
  return made;
}

function selectAll(room) {
  room.select(room.ids);
  say(`${room.ids.length.toLocaleString("en")} selected: an action is now about all of them; Esc ends that`);
}

function nextTheme() {
  const next = { auto: "light", light: "dark", dark: "auto" }[setting("theme")];
  keep("theme", next);
  say(next === "auto" ? "light or dark as the system" : next);
}

function showTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
