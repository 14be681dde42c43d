/** The query as text and as terms: the same grammar as the server's, so that a brush edits what a person typed. */

const QUOTED = String.raw`"(?:[^"\\]|\\.)*"`;
const FIELD = String.raw`(?!"")${QUOTED}|[^\s":<>=]+(?::[^\s":<>=]+(?=[<>=]))?`;
const TERM = new RegExp(
  String.raw`(?<minus>-?)(?:(?<field>${FIELD})(?<op>>=|<=|[:=<>])(?<value>${QUOTED}|[^\s"]+)|(?<text>${QUOTED}|[^\s"]+))(?=\s|$)`,
  "suy",
);

/**
 * The terms of a query, as far as it can be read. `source` is what was typed.
 * @returns {{field: string, op: string, value: string, negated: boolean, source: string}[]}
 */
export function parse(text) {
  const terms = [];
  TERM.lastIndex = 0;
  for (let place = 0; ; place = TERM.lastIndex) {
    TERM.lastIndex = place + /^\s*/.exec(text.slice(place))[0].length;
    const found = TERM.lastIndex < text.length && TERM.exec(text);
    if (!found) return terms;
    const { minus, field = "", op = "", value, text: words } = found.groups;
    terms.push({ field: read(field), op, value: read(value ?? words), negated: minus === "-", source: found[0] });
  }
}

const read = (word) => (word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/gsu, "$1") : word);
const quoted = (word) => `"${word.replace(/["\\]/g, String.raw`\$&`)}"`;
const plain = (word, kind) => (kind.test(word) ? word : quoted(word));

/** A term as it is written. */
export const condition = (field, op, value) =>
  `${plain(field, /^[^\s":<>=\\-][^\s":<>=\\]*$/u)}${op}${plain(String(value), /^[^\s"\\<>=]+$/u)}`;

export const words = (text) => plain(text, /^[^\s":<>=\\-][^\s":<>=\\]*$/u);

const same = (name) => (term) => term.field.toLowerCase() === name.toLowerCase();
const joined = (sources) => sources.filter(Boolean).join(" ");
const sources = (terms) => terms.map(({ source }) => source);

export const hasTerm = (text, term) => parse(text).some(({ source }) => source.toLowerCase() === term.toLowerCase());

/** With a term that was not there. */
export const withTerm = (text, term) => (hasTerm(text, term) ? text : joined([text.trim(), term]));

/** With a term if it was not there, without it if it was. */
export function toggled(text, term) {
  if (!hasTerm(text, term)) return withTerm(text, term);
  return joined(sources(parse(text)).filter((source) => source.toLowerCase() !== term.toLowerCase()));
}

/** With these terms in place of all about a field. */
export const replaced = (text, field, ...terms) =>
  joined([...sources(parse(text).filter((term) => !same(field)(term))), ...terms]);

/** The range that a query gives a field. @returns {[number, number]} infinite where it is open */
export function rangeOf(text, field) {
  let [low, high] = [-Infinity, Infinity];
  for (const { op, value, negated } of parse(text).filter(same(field))) {
    const between = /^(-?\d+(?:\.\d+)?)-(-?\d+(?:\.\d+)?)$/.exec(value);
    if (negated || (!between && Number.isNaN(Number(value)))) continue;
    if (between && op !== "<" && op !== ">") [low, high] = [Math.max(low, between[1]), Math.min(high, between[2])];
    else if (op.startsWith(">")) low = Math.max(low, value);
    else if (op.startsWith("<")) high = Math.min(high, value);
    else [low, high] = [Number(value), Number(value)];
  }
  return [low, high];
}

/** The words that a query accepts of a field. @returns {string[]} */
export const wordsOf = (text, field) =>
  parse(text).filter((term) => same(field)(term) && !term.negated).flatMap(({ value }) => value.split(","));
