/** What this browser remembers of how its curator likes to work. */

const PLACE = "collection-review";
const DEFAULTS = { theme: "auto", size: 176, advance: true, scores: true, facts: false, find: false, keys: {} };
const changes = new EventTarget();
const kept = read();

function read() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(PLACE) ?? "{}") };
  } catch {
    return { ...DEFAULTS }; // storage may be forbidden or hold anything
  }
}

export const setting = (name) => kept[name];

export function keep(name, value) {
  kept[name] = value;
  try {
    localStorage.setItem(PLACE, JSON.stringify(kept));
  } catch {
    // it lasts as long as the page
  }
  changes.dispatchEvent(new Event(name));
}

/** Call `then` with the value whenever it changes; returns what ends that. */
export function whenSet(name, then) {
  const told = () => then(kept[name]);
  changes.addEventListener(name, told);
  return () => changes.removeEventListener(name, told);
}
