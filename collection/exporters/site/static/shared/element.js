// Elements are made of text alone: what a set says of itself is never read as markup.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [settings] properties; names with a dash are attributes
 * @param {...(Node | string)} inside
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function element(tag, settings = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(settings)) {
    if (name.includes("-") || name === "role") made.setAttribute(name, value);
    else Object.assign(made, { [name]: value });
  }
  made.append(...inside);
  return made;
}

/**
 * The element of the page that has that id.
 * @template {HTMLElement} [Kind=HTMLElement]
 * @param {string} id
 * @returns {Kind}
 */
function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no #${id}`);
  return /** @type {Kind} */ (found);
}

/** A number with its noun. @param {number} count @param {string} noun */
const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** A share of the set in percent. @param {number} share 0 to 1 */
const percent = (share) => `${(100 * share).toLocaleString("en", { maximumSignificantDigits: 2 })} %`;

/** An ipfs:// address as a link that works here: pictures and files of the set lie beside the page. @param {string} uri */
function webAddress(uri) {
  return /^https?:\/\//.test(uri) ? uri : "";
}
