// What the visitor asked for, and which tokens that leaves. The part of the address after # keeps it.

/**
 * @typedef {object} TokenSet What data/set.js says of the set; lists are in the order of the tokens, which begin at 1.
 * @property {string} title
 * @property {string} description
 * @property {number} tokens
 * @property {string} root_cid
 * @property {string} merkle_root
 * @property {string} signer
 * @property {string} license
 * @property {string[]} names
 * @property {{name: string, values: string[], tokens: number[]}[]} traits of each token the place of its value, or -1
 * @property {number[]} ranks
 * @property {number} together details that lie in one file
 * @property {null | Contract} contract
 * @property {null | Editions} editions
 */
/**
 * @typedef {object} Editions Copies of the images, by a contract of their own.
 * @property {string} address
 * @property {string} network
 * @property {string} explorer
 * @property {boolean} closed
 * @property {number[]} sizes of each token how many copies there can be; 0: any number, or of a closed one none
 */
/**
 * @typedef {object} Contract
 * @property {string} address
 * @property {string} network
 * @property {number} chain_id
 * @property {string} explorer
 * @property {string} node
 * @property {number} offset of a set that was drawn: token 1 shows document `offset` + 1
 */

const set = /** @type {TokenSet} */ (/** @type {any} */ (globalThis).COLLECTION_SET);

/** The token that shows a document of the set: the same number, unless a draw gave it another. @param {number} document */
function tokenOnChain(document) {
  const moved = document - 1 - (set.contract?.offset ?? 0);
  return (((moved % set.tokens) + set.tokens) % set.tokens) + 1;
}

/** The copies of a token's image: "edition of 50"; empty where there are none. @param {number} token */
function editionOf(token) {
  if (!set.editions) return "";
  const size = set.editions.sizes[token - 1];
  if (size) return `edition of ${size.toLocaleString("en")}`;
  return set.editions.closed ? "no copies" : "open edition";
}

const state = {
  query: "",
  order: "number",
  /** @type {Map<number, Set<number>>} chosen values by trait */
  chosen: new Map(),
  /** The open token; 0: none. */
  token: 0,
  /** @type {Map<number, string>} owners that a node told */
  owners: new Map(),
  /** @type {Set<number>} tokens that were burned, as a node told */
  burned: new Set(),
};

/** Whether a token has a chosen value of each trait, `except` one. @param {number} place @param {number} [except] */
function hasChosen(place, except = -1) {
  for (const [trait, values] of state.chosen) {
    if (trait !== except && !values.has(set.traits[trait].tokens[place])) return false;
  }
  return true;
}

/** Whether a token is what the visitor searched for. @param {number} place */
function isSearched(place) {
  const query = state.query.trim().toLowerCase();
  if (!query) return true;
  const number = query.replace(/^#/, "");
  if (/^\d+$/.test(number)) return place + 1 === Number(number);
  if (/^0x[0-9a-f]+$/.test(query)) return (state.owners.get(place + 1) ?? "").toLowerCase().startsWith(query);
  return set.names[place].toLowerCase().includes(query);
}

/** The tokens that are asked for, in the order that is asked for. @returns {number[]} */
function matching() {
  const found = [];
  for (let place = 0; place < set.tokens; place++) if (isSearched(place) && hasChosen(place)) found.push(place + 1);
  if (state.order === "rank") found.sort((one, other) => set.ranks[one - 1] - set.ranks[other - 1] || one - other);
  return found;
}

/** How many tokens have each value of a trait, among those that the other filters leave. @param {number} trait */
function valueCounts(trait) {
  const { values, tokens } = set.traits[trait];
  const counts = values.map(() => 0);
  tokens.forEach((value, place) => {
    if (value >= 0 && isSearched(place) && hasChosen(place, trait)) counts[value]++;
  });
  return counts;
}

/** Read the state from the address. */
function readAddress() {
  const told = new URLSearchParams(location.hash.slice(1));
  state.query = told.get("search") ?? "";
  state.order = told.get("order") === "rank" ? "rank" : "number";
  const token = Number(told.get("token"));
  state.token = Number.isInteger(token) && token > 0 && token <= set.tokens ? token : 0;
  state.chosen = new Map();
  set.traits.forEach(({ name, values }, trait) => {
    const chosen = told.getAll(`trait ${name}`).map((value) => values.indexOf(value)).filter((value) => value >= 0);
    if (chosen.length) state.chosen.set(trait, new Set(chosen));
  });
}

/** The address of the state, with another token open. @param {number} token */
function addressOf(token) {
  const told = new URLSearchParams();
  if (state.query) told.append("search", state.query);
  if (state.order !== "number") told.append("order", state.order);
  for (const [trait, values] of state.chosen) {
    for (const value of values) told.append(`trait ${set.traits[trait].name}`, set.traits[trait].values[value]);
  }
  if (token) told.append("token", String(token));
  return `#${told}`;
}
