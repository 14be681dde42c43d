/** The panel of filters. Each of them edits the one query, so the address holds them all. */

import { get } from "../core/api.js";
import { Brush } from "../components/brush.js";
import { element, icon } from "../core/element.js";
import { mirrored } from "../core/fields.js";
import { answer } from "../core/keys.js";
import { betterOf, direction, orders } from "../core/metrics.js";
import { condition, parse, replaced, words, wordsOf } from "../core/query.js";
import { savedViews } from "./saved_views.js";
import { keep, setting, whenSet } from "../core/settings.js";
import { sayWrong } from "../core/status.js";

/** @import { App } from "../core/app.js" */
/** @import { Child, State } from "../core/types.js" */

/** @param {HTMLElement} panel @param {App} app */
export function find(panel, app) {
  let built = false;
  const show = () => {
    panel.hidden = !setting("find");
    if (panel.hidden || built) return;
    built = true;
    build(panel, app);
  };
  whenSet("find", show);
  answer({ find: () => keep("find", !setting("find")) });
  show();
}

/** @param {HTMLElement} panel @param {App} app */
function build(panel, app) {
  const { metrics, styles, traits, series } = app.state;
  panel.append(
    element("div", { class: "heading" }, element("h2", {}, "Filters"),
      element("button", { class: "plain", click: () => app.ask("") }, "Clear"),
      element("button", { "aria-label": "Close", click: () => keep("find", false) }, icon("cross"))),
    states(app),
    folded(app, "Tags", chips(app, "tag")),
    folded(app, "Reasons", chips(app, "reason")),
    app.state.curators.length > 1 ? votesOf(app) : "",
    order(app),
    app.state.words ? looks(app) : "",
    savedViews(app),
    ...(series.length > 1 ? [folded(app, "Series", chips(app, "series"))] : []),
    ...Object.keys(traits).map((name) => folded(app, name, chips(app, name))),
    folded(app, title(app.state, "score"), brush(app, "score"), true),
    ...metrics.map(({ name }) => folded(app, title(app.state, name), metric(app, name))),
    ...styles.map((name) => folded(app, `Style ${name}`, brush(app, `style.${name}`))),
    folded(app, "Seed", brush(app, "seed")),
  );
}

/** @param {string} field */
const called = (field) =>
  field === "score" ? "Score" : field.endsWith("%") ? `${field.slice(0, -1)}, percentile` : field;

/**
 * What a numeric field is called, and which way it is better: "banding, percentile ↓"; in words for screen readers.
 * @param {State} state
 * @param {string} field
 */
function title(state, field) {
  const [sign, words] = direction(betterOf(state, field));
  return sign ? [called(field), element("span", { class: "quiet", role: "img", "aria-label": words, title: words }, ` ${sign}`)] : [called(field)];
}

/** @param {State} state @param {string} field */
const spoken = (state, field) => [called(field), direction(betterOf(state, field))[1]].filter(Boolean).join(", ");

/** @typedef {{content: HTMLElement, draw: () => Promise<void>}} Part */

/**
 * A part that asks for nothing until it is opened, and again whenever the list is another.
 * @param {App} app
 * @param {Child} heading
 * @param {Part} part
 * @param {boolean} [open]
 */
function folded(app, heading, { content, draw }, open = false) {
  /** @type {HTMLDetailsElement} */
  const made = element("details", { open, toggle: () => renew() }, element("summary", {}, heading), content);
  const renew = () => made.open && draw().catch(sayWrong);
  app.on("ids", renew);
  renew();
  return made;
}

/** @param {App} app @param {string} field */
function brush(app, field) {
  const made = new Brush(app, field, spoken(app.state, field));
  return { content: made.element, draw: () => made.draw() };
}

/**
 * The words of a field with how many images have each.
 * @param {App} app
 * @param {string} field
 */
function chips(app, field) {
  const content = element("div", { class: "chips" });
  /** @type {string[]} */
  let known = [];
  /** @param {string} word */
  const toggle = (word) => {
    const given = wordsOf(app.query, field, known);
    const others = given.filter((each) => each.toLowerCase() !== word.toLowerCase());
    const next = others.length < given.length ? others : [...given, word];
    return app.ask(replaced(app.query, field, next.length ? condition(field, ":", next.join(",")) : ""));
  };
  const draw = async () => {
    const rest = replaced(app.query, field);
    const found = /** @type {{words: string[], counts: number[]}} */ (await get(`/api/histogram?${new URLSearchParams({ field, q: rest })}`));
    if (rest !== replaced(app.query, field)) return; // another answer is on its way
    known = found.words;
    const given = wordsOf(app.query, field, known).map((each) => each.toLowerCase());
    const focused = content.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.word : undefined;
    content.replaceChildren(
      ...found.words.map((word, place) =>
        element("button", { class: "chip", "data-word": word, "aria-pressed": String(given.includes(word.toLowerCase())), click: () => toggle(word) },
          word, " ", element("span", { class: "quiet" }, found.counts[place].toLocaleString("en")))),
    );
    if (focused !== undefined) [.../** @type {Iterable<HTMLElement>} */ (content.children)].find((chip) => chip.dataset.word === focused)?.focus();
  };
  return { content, draw };
}

/**
 * The two ways to ask for a metric, one at a time: its value, and its percentile among its kind.
 * @param {App} app
 * @param {string} name
 * @returns {Part}
 */
function metric(app, name) {
  const [value, percentile] = [brush(app, name), brush(app, `${name}%`)];
  let shown = hasField(app.query, `${name}%`) ? percentile : value;
  const other = element("button", { class: "plain", type: "button", click: () => {
    shown = shown === value ? percentile : value;
    draw().catch(sayWrong);
  } });
  const content = element("div", {});
  const draw = () => {
    other.textContent = shown === value ? "By percentile" : "By value";
    content.replaceChildren(shown.content, other);
    return shown.draw();
  };
  return { content, draw };
}

/** @param {string} query @param {string} field */
const hasField = (query, field) => parse(query).some((term) => term.field.toLowerCase() === field.toLowerCase());

/** Of these an image has one at most: several of them are asked for as any of them. */
const FLAGS = ["unreviewed", "picked", "rejected"];

/**
 * The states, each with its count, and beside it a button for all that are not so.
 * @param {App} app
 */
function states(app) {
  const content = element("div", { class: "chips", role: "group", "aria-label": "States" });
  /** Made once: a button that is drawn anew cannot be pressed. @type {Map<string, (count: number) => void>} */
  const shown = new Map();
  const draw = async () => {
    const query = app.query;
    const found = /** @type {{words: string[], counts: number[]}} */ (await get(`/api/histogram?${new URLSearchParams({ field: "is", q: query })}`));
    if (query !== app.query) return;
    found.words.forEach((name, place) => {
      if (!shown.has(name)) shown.set(name, stateChips(app, name, content));
      shown.get(name)?.(found.counts[place]);
    });
  };
  const renew = () => draw().catch(sayWrong);
  app.on("ids", renew);
  app.on("state", renew);
  renew();
  return content;
}

/**
 * The two buttons of a state; returns what shows its count, and what the query asks of it.
 * @param {App} app
 * @param {string} name
 * @param {HTMLElement} place
 */
function stateChips(app, name, place) {
  /** @param {"yes" | "no"} way */
  const ask = (way) => () => app.ask(turned(app.query, name, stateOf(app.query, name) === way ? "" : way));
  const count = element("span", { class: "quiet" });
  const yes = element("button", { class: "chip", "data-state": name, click: ask("yes") }, name, " ", count);
  const no = element("button", { class: "chip", "data-not": name, "aria-label": `not ${name}`, title: `all that are not ${name}`, click: ask("no") }, "−");
  place.append(element("span", { class: "pair" }, yes, no));
  return (/** @type {number} */ images) => {
    const given = stateOf(app.query, name);
    count.textContent = images.toLocaleString("en");
    yes.setAttribute("aria-pressed", String(given === "yes"));
    no.setAttribute("aria-pressed", String(given === "no"));
  };
}

/** Whether a query asks for a state, or for all without it. @param {string} query @param {string} name @returns {"yes" | "no" | ""} */
function stateOf(query, name) {
  const term = parse(query).find(({ field, value }) => field.toLowerCase() === "is" && value.toLowerCase().split(",").includes(name.toLowerCase()));
  if (!term) return "";
  return term.negated ? "no" : "yes";
}

/**
 * The query with a state asked for, with all without it asked for, or with neither.
 * @param {string} query
 * @param {string} name
 * @param {"yes" | "no" | ""} way
 */
function turned(query, name, way) {
  const terms = parse(query);
  /** @param {import("../core/query.js").Term} term */
  const holds = ({ field, value }) => field.toLowerCase() === "is" && value.toLowerCase().split(",").includes(name.toLowerCase());
  const sources = terms.map((term) => {
    if (!holds(term)) return term.source;
    const left = term.value.split(",").filter((each) => each.toLowerCase() !== name.toLowerCase());
    return left.length ? `${term.negated ? "-" : ""}is:${left.join(",")}` : "";
  });
  if (way === "no") sources.push(`-is:${name}`);
  if (way === "yes") {
    const any = FLAGS.includes(name) ? terms.findIndex(({ field, value, negated }) => field.toLowerCase() === "is" && !negated && value.split(",").every((each) => FLAGS.includes(each))) : -1;
    if (any >= 0 && sources[any]) sources[any] += `,${name}`;
    else sources.push(condition("is", ":", name));
  }
  return sources.filter(Boolean).join(" ");
}

/**
 * A choice that stands for one term of the query.
 * @param {App} app
 * @param {string} label
 * @param {string} field
 * @param {[string, string][]} options
 */
function choice(app, label, field, options) {
  /** @type {HTMLSelectElement} */
  const made = element("select", { "aria-label": label, change: () => app.ask(replaced(app.query, field, made.value && condition(field, ":", made.value))) },
    options.map(([value, text]) => element("option", { value }, text)));
  const show = () => {
    const given = parse(app.query).find((term) => term.field.toLowerCase() === field)?.value ?? "";
    made.value = options.some(([value]) => value === given) ? given : "";
  };
  app.on("ids", show);
  show();
  return element("label", {}, element("span", {}, label), made);
}

/** @param {App} app */
const votesOf = (app) =>
  choice(app, "Votes of", "by", [["", `you (${app.state.you})`], ["everybody", "everybody"],
    ...app.state.curators.filter((name) => name !== app.state.you).map((name) => /** @type {[string, string]} */ ([name, name]))]);

/** @param {App} app */
function order(app) {
  const fields = ["score", ...app.state.metrics.map(({ name }) => name), "stars", "seed"];
  return choice(app, "Order", "sort", [["", "by number"], ...fields.flatMap((name) => orders(betterOf(app.state, name), name)), ["random(1)", "shuffled"]]);
}

/**
 * What the picture shows, as the encoder sees it.
 * @param {App} app
 */
function looks(app) {
  const field = element("input", { type: "search", placeholder: "a red hat" });
  const current = () => parse(app.query).find(({ field, value }) => !field && value.startsWith("~"));
  const rest = () => parse(app.query).filter((term) => term !== current()).map(({ source }) => source)
    .filter((source) => source !== current()?.source).join(" ");
  const show = mirrored(field, () => current()?.value.slice(1) ?? "");
  app.on("ids", () => show());
  show();
  return element("form", { submit: (event) => {
    event.preventDefault();
    const asked = field.value.trim();
    app.ask(asked ? `${rest()} ${words(`~${asked}`)}` : rest());
  } }, element("label", {}, element("span", {}, "Looks like"), field));
}
