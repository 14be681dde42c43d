/** What this browser remembers of how its curator likes to work. */

/**
 * @typedef {object} Settings
 * @property {string} theme auto, light or dark
 * @property {number} size of the pictures in the grid, in pixels
 * @property {boolean} advance whether to go on to the next image after deciding
 * @property {boolean} scores whether scores are shown
 * @property {boolean} facts whether the panel about the image is open
 * @property {boolean} find whether the panel of filters is open
 * @property {boolean} letters whether single characters are keys: off for speech input, which types words
 * @property {Record<string, number>} culling from where on numbers are defects, by the issue: those that preselect
 * @property {Record<string, string[]>} keys of the actions that were given others
 */

const PLACE = "collection-review";
/** @type {Settings} */
const DEFAULTS = { theme: "auto", size: 176, advance: true, scores: true, facts: false, find: false, letters: true, culling: {}, keys: {} };
const changes = new EventTarget();
const kept = read();

/** @returns {Settings} */
function read() {
  try {
    const told = Object.entries(JSON.parse(localStorage.getItem(PLACE) ?? "{}") ?? {});
    return { ...DEFAULTS, ...Object.fromEntries(told.filter(([name, value]) => isLike(value, DEFAULTS[/** @type {keyof Settings} */ (name)]))) };
  } catch {
    return { ...DEFAULTS }; // storage may be forbidden or hold anything
  }
}

/** @param {unknown} value @param {unknown} other */
function isLike(value, other) {
  return value !== null && typeof value === typeof other && Array.isArray(value) === Array.isArray(other);
}

/** @template {keyof Settings} N @param {N} name @returns {Settings[N]} */
export const setting = (name) => kept[name];

/** @template {keyof Settings} N @param {N} name @param {Settings[N]} value */
export function keep(name, value) {
  kept[name] = value;
  try {
    localStorage.setItem(PLACE, JSON.stringify({ ...read(), [name]: value })); // other tabs keep theirs there too
  } catch {
    // it lasts as long as the page
  }
  changes.dispatchEvent(new Event(name));
}

/**
 * Call `then` with the value whenever it changes; returns what ends that.
 * @template {keyof Settings} N
 * @param {N} name
 * @param {(value: Settings[N]) => unknown} then
 */
export function whenSet(name, then) {
  const told = () => void then(kept[name]);
  changes.addEventListener(name, told);
  return () => changes.removeEventListener(name, told);
}
