// One token: its picture, traits, rarity, provenance and owner.

/**
 * @typedef {object} Detail What a file of data/details says of a token.
 * @property {string} description
 * @property {[string, string][]} provenance names and values
 * @property {string} prompt
 * @property {string} external_url
 * @property {string} animation where a film or sound of it lies, beside the page
 */

/** @type {Map<number, Promise<Detail[]>>} by file */
const detailFiles = new Map();
/** @type {Map<number, (details: Detail[]) => void>} */
const awaited = new Map();
/** Called by the files of data/details. @param {number} file @param {Detail[]} details */
const detailsRead = (file, details) => awaited.get(file)?.(details);
Object.assign(globalThis, { COLLECTION_DETAILS: detailsRead });

/** @param {number} token @returns {Promise<Detail>} */
async function detailOf(token) {
  const file = Math.floor((token - 1) / set.together);
  if (!detailFiles.has(file)) {
    detailFiles.set(
      file,
      new Promise((resolve, reject) => {
        awaited.set(file, resolve);
        // A script, because pages that are opened from a disk may read no other kind of file.
        const script = element("script", { src: `data/details/${file}.js` });
        script.addEventListener("error", () => reject(new Error(`data/details/${file}.js is missing`)));
        document.head.append(script);
      }),
    );
  }
  return (await /** @type {Promise<Detail[]>} */ (detailFiles.get(file)))[(token - 1) % set.together];
}

/** Open the token of the state, or close the dialog where there is none. */
function showToken() {
  const dialog = /** @type {HTMLDialogElement} */ (byId("token"));
  if (!state.token) {
    if (dialog.open) dialog.close();
    return;
  }
  const token = state.token;
  dialog.replaceChildren(pictureOf(token), textOf(token));
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  dialog.querySelector("h2")?.focus();
}

/** @param {number} token */
function pictureOf(token) {
  const picture = element("img", { src: `images/${token}.png`, alt: `Picture of ${set.names[token - 1]}` });
  return element("a", { className: "picture", href: `images/${token}.png`, target: "_blank", "aria-label": "Open the picture alone" }, picture);
}

/** @param {number} token */
function textOf(token) {
  const place = grid.tokens.indexOf(token);
  const steps = element("nav", { "aria-label": "Tokens" });
  for (const [text, other] of /** @type {const} */ ([["Previous", place - 1], ["Next", place + 1]])) {
    const target = place < 0 ? undefined : grid.tokens[other];
    const button = element("button", { type: "button", disabled: target === undefined }, text);
    button.addEventListener("click", () => target && location.replace(addressOf(target)));
    steps.append(button);
  }
  const close = element("button", { type: "button", className: "close" }, "Close");
  close.addEventListener("click", closeToken);
  steps.append(close);
  const more = element("div", { className: "more" });
  const heading = element("h2", { id: "token-name", tabIndex: -1 }, set.names[token - 1]);
  const rank = element("p", { className: "quiet" }, `Token ${token} of ${set.tokens.toLocaleString("en")}, rarity rank ${set.ranks[token - 1].toLocaleString("en")}${editionOf(token) && `, ${editionOf(token)}`}`);
  fillMore(token, more);
  return element("div", { className: "text" }, steps, heading, rank, traitTable(token), more);
}

/** @param {number} token */
function traitTable(token) {
  const list = element("ul", { className: "traits", "aria-label": "Traits" });
  set.traits.forEach(({ name, values, tokens }, trait) => {
    const value = tokens[token - 1];
    if (value < 0) return;
    const share = tokens.filter((other) => other === value).length / set.tokens;
    const link = element("a", { href: onlyTrait(trait, value) }, values[value]);
    list.append(element("li", {}, element("span", { className: "quiet" }, name), link, element("span", { className: "quiet" }, percent(share))));
  });
  return list;
}

/** The address of all tokens with a value. @param {number} trait @param {number} value */
function onlyTrait(trait, value) {
  return `#${new URLSearchParams({ [`trait ${set.traits[trait].name}`]: set.traits[trait].values[value] })}`;
}

/** @param {number} token @param {HTMLElement} place */
async function fillMore(token, place) {
  const list = element("dl", {});
  const add = (/** @type {string} */ name, /** @type {Node | string} */ value, kind = "") => {
    const told = element("dd", { className: kind }, value);
    list.append(element("dt", {}, name), told);
    return told;
  };
  if (set.contract && nodeAddress()) showOwner(set.contract, token, add("Owner", "asking the node ...", "hash"));
  try {
    const detail = await detailOf(token);
    if (detail.description) place.append(element("p", {}, detail.description));
    if (detail.animation) place.append(element("p", {}, element("a", { href: detail.animation }, "Play the animation")));
    if (webAddress(detail.external_url)) place.append(element("p", {}, element("a", { href: detail.external_url, rel: "noreferrer" }, "Its page")));
    if (detail.prompt) add("Prompt", detail.prompt);
    for (const [name, value] of detail.provenance) add(name, value, /^[0-9a-f]{64}$|^0x|^baf|^Qm/.test(value) ? "hash" : "");
  } catch (error) {
    place.append(element("p", { className: "wrong" }, /** @type {Error} */ (error).message));
  }
  /** @param {Contract | Editions} contract @param {number} id */
  const where = ({ address, explorer }, id) =>
    explorer ? element("a", { href: `${explorer}/token/${address}?a=${id}`, rel: "noreferrer" }, address) : address;
  if (set.contract) {
    if (tokenOnChain(token) !== token) add("Drawn by token", String(tokenOnChain(token)));
    add(`Contract on ${set.contract.network}`, where(set.contract, tokenOnChain(token)), "hash");
  }
  if (set.editions) add(`Copies on ${set.editions.network}`, where(set.editions, token), "hash");
  place.append(element("h3", {}, "Provenance"), list);
  const links = element("p", { className: "links" }, element("a", { href: `metadata/${token}.json` }, "Metadata"));
  if (set.merkle_root) links.append(element("a", { href: `proof.html#token=${token}` }, "Check this token"));
  place.append(links);
}

/** Leave the token: the filters stay. */
function closeToken() {
  const place = grid.tokens.indexOf(state.token);
  history.replaceState(null, "", addressOf(0));
  state.token = 0;
  showToken();
  if (place >= 0) goToPlace(place);
}
