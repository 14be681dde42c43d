/** The query as text and as terms: the same grammar as the server's, so that a brush edits what a person typed. */

/** @typedef {{field: string, op: string, value: string, negated: boolean, source: string}} Term */

const QUOTED = String.raw`"(?:[^"\\]|\\.)*"`;
const FIELD = String.raw`(?!"")${QUOTED}|[^\s":<>=]+(?::[^\s":<>=]+(?=[<>=]))?`;
const TERM = new RegExp(
  String.raw`(?<minus>-?)(?:(?<field>${FIELD})(?<op>>=|<=|[:=<>])(?<value>${QUOTED}|[^\s"]+)|(?<text>${QUOTED}|[^\s"]+))(?=\s|$)`,
  "suy",
);

/**
 * The terms of a query, as far as it can be read. `source` is what was typed. What brackets hold, and all that "or"
 * joins, is one text that nothing edits.
 * @param {string} text
 * @returns {Term[]}
 */
export function parse(text) {
  const parts = outer(text);
  if (parts.some((part) => part.toLowerCase() === "or")) return [whole(`(${text.trim()})`)];
  return parts.flatMap((part) => (/^-?\(/.test(part) ? [whole(part)] : simple(part)));
}

/** @param {string} source @returns {Term} */
const whole = (source) => ({ field: "", op: "", value: source, negated: false, source });

/** The words of a query outside of brackets, and each bracket as one. @param {string} text @returns {string[]} */
function outer(text) {
  /** @type {string[]} */
  const parts = [];
  let depth = 0;
  for (const [word] of text.matchAll(/(?:"(?:[^"\\]|\\.)*"?|[^\s"])+/gsu)) {
    const opens = /^(?:-?\()*/.exec(word)?.[0].replaceAll("-", "").length ?? 0;
    if (depth) parts[parts.length - 1] += ` ${word}`;
    else parts.push(word);
    if (!depth && !opens) continue;
    const bare = word.replace(/"(?:[^"\\]|\\.)*"/gsu, "");
    depth = Math.max(0, depth + (bare.match(/\(/g) ?? []).length - (bare.match(/\)/g) ?? []).length);
  }
  return parts;
}

/** The terms of a text without brackets. @param {string} text @returns {Term[]} */
function simple(text) {
  const terms = [];
  TERM.lastIndex = 0;
  for (let place = 0; ; place = TERM.lastIndex) {
    TERM.lastIndex = place + text.slice(place).search(/\S|$/);
    const found = TERM.lastIndex < text.length && TERM.exec(text);
    if (!found) return terms;
    const { minus, field = "", op = "", value, text: words } = found.groups ?? {};
    terms.push({ field: read(field), op, value: read(value ?? words), negated: minus === "-", source: found[0] });
  }
}

/** @param {string} word */
const read = (word) => (word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/gsu, "$1") : word);
/** @param {string} word */
const quoted = (word) => `"${word.replace(/["\\]/g, String.raw`\$&`)}"`;
const NAME = /^(?!or$)[^\s":<>=\\()-][^\s":<>=\\()]*$/iu; // what needs no quotes: "or" joins, and brackets group
/** @param {string} value */
const isPlainValue = (value) => /^[^\s"\\<>=]+$/u.test(value) && value.split("(").length === value.split(")").length;

/**
 * A term as it is written.
 * @param {string} field
 * @param {string} op
 * @param {string | number} value
 */
export const condition = (field, op, value) => `${words(field)}${op}${isPlainValue(String(value)) ? value : quoted(String(value))}`;

/** A text as it is written. @param {string} text */
export const words = (text) => (NAME.test(text) ? text : quoted(text));

/** @param {string} name */
const same = (name) => (/** @type {Term} */ term) => term.field.toLowerCase() === name.toLowerCase();
/** @param {string[]} sources */
const joined = (sources) => sources.filter(Boolean).join(" ");
/** @param {Term[]} terms */
const sources = (terms) => terms.map(({ source }) => source);

/** @param {string} text @param {string} term */
export const hasTerm = (text, term) => parse(text).some(({ source }) => source.toLowerCase() === term.toLowerCase());

/**
 * With a term that was not there.
 * @param {string} text
 * @param {string} term
 */
export const withTerm = (text, term) => (hasTerm(text, term) ? text : joined([...sources(parse(text)), term]));

/**
 * With these terms in place of all about a field.
 * @param {string} text
 * @param {string} field
 * @param {...string} terms
 */
export const replaced = (text, field, ...terms) =>
  joined([...sources(parse(text).filter((term) => !same(field)(term))), ...terms]);

/**
 * The range that a query gives a field.
 * @param {string} text
 * @param {string} field
 * @returns {[number, number]} infinite where it is open
 */
export function rangeOf(text, field) {
  let [low, high] = [-Infinity, Infinity];
  for (const { op, value, negated } of parse(text).filter(same(field))) {
    const between = /^(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)$/.exec(value);
    if (negated || (!between && Number.isNaN(Number(value)))) continue;
    if (between && op !== "<" && op !== ">") [low, high] = [Math.max(low, Number(between[1])), Math.min(high, Number(between[2]))];
    else if (op.startsWith(">")) low = Math.max(low, Number(value));
    else if (op.startsWith("<")) high = Math.min(high, Number(value));
    else [low, high] = [Number(value), Number(value)];
  }
  return [low, high];
}

/**
 * The words that a query accepts of a field, of which a known one may hold commas itself.
 * @param {string} text
 * @param {string} field
 * @param {string[]} known
 * @returns {string[]}
 */
export const wordsOf = (text, field, known) =>
  parse(text).filter((term) => same(field)(term) && !term.negated).flatMap(({ value }) => listed(value, known));

/** The words of a list with commas. @param {string} text @param {string[]} known @returns {string[]} */
function listed(text, known) {
  const folded = new Set(known.map((word) => word.toLowerCase()));
  const most = 1 + Math.max(0, ...known.map((word) => word.split(",").length - 1));
  const parts = text.split(",");
  /** @type {string[]} */
  const found = [];
  while (parts.length) {
    let size = Math.min(most, parts.length);
    while (size > 1 && !folded.has(parts.slice(0, size).join(",").toLowerCase())) size--;
    found.push(parts.splice(0, size).join(","));
  }
  return found;
}

const LONGEST = 3900; // characters of the numbers in a query, which has 4,000 at most

/**
 * The query for images by their numbers, 41, 42, 43, 50 being "id:41-43,50"; `count`: of how many of them, the first
 * ones, where a query holds no more.
 * @param {number[]} ids
 */
export function ofNumbers(ids) {
  const all = spans(ids);
  if (all.length <= LONGEST) return { query: `id:${all}`, count: ids.length };
  let [low, high] = [0, ids.length];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (spans(ids.slice(0, middle)).length <= LONGEST) low = middle;
    else high = middle;
  }
  return { query: `id:${spans(ids.slice(0, low))}`, count: low };
}

/** @param {number[]} ids */
function spans(ids) {
  /** @type {[number, number][]} */
  const found = [];
  for (const id of [...ids].sort((one, other) => one - other)) {
    const last = found.at(-1);
    if (last && id === last[1] + 1) last[1] = id;
    else found.push([id, id]);
  }
  return found.map(([from, to]) => (from === to ? from : `${from}-${to}`)).join(",");
}
