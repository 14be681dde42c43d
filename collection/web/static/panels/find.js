/** The panel of filters. Each of them edits the one query, so the address holds them all. */

import { get } from "../core/api.js";
import { Brush } from "../components/brush.js";
import { element, icon } from "../core/element.js";
import { answer } from "../core/keys.js";
import { condition, hasTerm, parse, replaced, toggled, words, wordsOf } from "../core/query.js";
import { savedViews } from "./saved_views.js";
import { keep, setting, whenSet } from "../core/settings.js";
import { sayWrong } from "../core/status.js";

export function find(panel, room) {
  let built = false;
  const show = () => {
    panel.hidden = !setting("find");
    if (panel.hidden || built) return;
    built = true;
    build(panel, room);
  };
  whenSet("find", show);
  answer({ find: () => keep("find", !setting("find")) });
  show();
}

function build(panel, room) {
  const { metrics, styles, traits, series } = room.state;
  const scores = ["score", ...metrics.flatMap(({ name }) => [name, `${name}%`])];
  panel.append(
    element("div", { class: "heading" }, element("h2", {}, "Filters"),
      element("button", { class: "plain", click: () => room.ask("") }, "Clear"),
      element("button", { "aria-label": "Close", click: () => keep("find", false) }, icon("cross"))),
    states(room),
    room.state.curators.length > 1 ? votesOf(room) : "",
    order(room),
    room.state.words ? looks(room) : "",
    ...scores.map((field) => folded(room, title(field), brush(room, field), field === "score")),
    ...(series.length > 1 ? [folded(room, "Series", chips(room, "series"))] : []),
    ...Object.keys(traits).map((name) => folded(room, name, chips(room, name))),
    ...styles.map((name) => folded(room, `Style ${name}`, brush(room, `style.${name}`))),
    folded(room, "Seed", brush(room, "seed")),
    savedViews(room),
  );
}

const title = (field) =>
  field === "score" ? "Score" : field.endsWith("%") ? `${field.slice(0, -1)}, percentile` : field;

/** A part that asks for nothing until it is opened, and again whenever the list is another. */
function folded(room, heading, { content, draw }, open = false) {
  const made = element("details", { open, toggle: () => renew() }, element("summary", {}, heading), content);
  const renew = () => made.open && draw().catch(sayWrong);
  room.on("ids", renew);
  renew();
  return made;
}

function brush(room, field) {
  const made = new Brush(room, field, title(field));
  return { content: made.element, draw: () => made.draw() };
}

/** The words of a field with how many images have each. */
function chips(room, field) {
  const content = element("div", { class: "chips" });
  const toggle = (word) => {
    const given = wordsOf(room.query, field);
    const others = given.filter((each) => each.toLowerCase() !== word.toLowerCase());
    const next = others.length < given.length ? others : [...given, word];
    return room.ask(replaced(room.query, field, next.length ? condition(field, ":", next.join(",")) : ""));
  };
  const draw = async () => {
    const rest = replaced(room.query, field);
    const found = await get(`/api/histogram?${new URLSearchParams({ field, q: rest })}`);
    if (rest !== replaced(room.query, field)) return; // another answer is on its way
    const given = wordsOf(room.query, field).map((each) => each.toLowerCase());
    content.replaceChildren(
      ...found.words.map((word, place) =>
        element("button", { class: "chip", "aria-pressed": String(given.includes(word.toLowerCase())), click: () => toggle(word) },
          word, " ", element("span", { class: "quiet" }, found.counts[place].toLocaleString("en")))),
    );
  };
  return { content, draw };
}

function states(room) {
  const names = [...room.state.states, ...room.state.flags];
  const made = names.map((name) =>
    element("button", { class: "chip", "data-state": name, click: () => room.ask(toggled(room.query, condition("is", ":", name))) }, name));
  const show = () => made.forEach((chip) => chip.setAttribute("aria-pressed", String(hasTerm(room.query, `is:${chip.dataset.state}`))));
  room.on("ids", show);
  show();
  return element("div", { class: "chips", role: "group", "aria-label": "States" }, made);
}

/** A choice that stands for one term of the query. */
function choice(room, label, field, options) {
  const made = element("select", { "aria-label": label, change: () => room.ask(replaced(room.query, field, made.value && condition(field, ":", made.value))) },
    options.map(([value, text]) => element("option", { value }, text)));
  const show = () => {
    const given = parse(room.query).find((term) => term.field.toLowerCase() === field)?.value ?? "";
    made.value = options.some(([value]) => value === given) ? given : "";
  };
  room.on("ids", show);
  show();
  return element("label", {}, element("span", {}, label), made);
}

const votesOf = (room) =>
  choice(room, "Votes of", "by", [["", `you (${room.state.you})`], ["everybody", "everybody"],
    ...room.state.curators.filter((name) => name !== room.state.you).map((name) => [name, name])]);

function order(room) {
  const fields = ["score", ...room.state.metrics.map(({ name }) => name), "stars", "seed"];
  return choice(room, "Order", "sort", [["", "by number"], ...fields.flatMap((name) => [[`-${name}`, `${name}, highest first`], [name, `${name}, lowest first`]]),
    ["random(1)", "shuffled"]]);
}

/** What the picture shows, as the encoder sees it. */
function looks(room) {
  const field = element("input", { type: "search", placeholder: "a red hat" });
  const current = () => parse(room.query).find(({ field, value }) => !field && value.startsWith("~"));
  const rest = () => parse(room.query).filter((term) => term !== current()).map(({ source }) => source)
    .filter((source) => source !== current()?.source).join(" ");
  const show = () => (field.value = current()?.value.slice(1) ?? "");
  room.on("ids", show);
  show();
  return element("form", { submit: (event) => {
    event.preventDefault();
    const asked = field.value.trim();
    room.ask(asked ? `${rest()} ${words(`~${asked}`)}` : rest());
  } }, element("label", {}, element("span", {}, "Looks like"), field));
}
