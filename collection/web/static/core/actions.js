/** Everything that can be done by a key: what it is called, and the keys it has until a curator gives it others. */

/** @typedef {{name: string, group: string, title: string, keys: string[], repeats: boolean}} Action */

/** [name, group, title, keys, whether holding the key repeats it] @type {[string, string, string, string[], boolean?][]} */
const TABLE = [
  ["pick", "Decide", "Pick", ["p"]],
  ["reject", "Decide", "Reject", ["x"]],
  ["unflag", "Decide", "Take the flag back", ["u"]],
  .../** @type {typeof TABLE} */ ([0, 1, 2, 3, 4, 5].map((n) => [`stars${n}`, "Decide", n ? "★".repeat(n) : "No stars", [String(n)]])),
  ["red", "Decide", "Red", ["6"]],
  ["yellow", "Decide", "Yellow", ["7"]],
  ["green", "Decide", "Green", ["8"]],
  ["blue", "Decide", "Blue", ["9"]],
  ["purple", "Decide", "Purple", []],
  ["lock", "Decide", "Lock into the set, or unlock", ["l"]],
  ["keep", "Decide", "Keep this, reject the rest of its stack", ["shift+p"]],
  ["unstack", "Decide", "Take this out of its stack, or back", ["shift+u"]],
  ["write", "Decide", "Write a note", ["t"]],
  ["tag", "Decide", "Put tags on it", ["k"]],
  ["undo", "Decide", "Undo", ["ctrl+z"], true],
  ["redo", "Decide", "Redo", ["ctrl+shift+z", "ctrl+y"], true],
  ["left", "Move", "Previous", ["ArrowLeft"], true],
  ["right", "Move", "Next", ["ArrowRight"], true],
  ["up", "Move", "Up", ["ArrowUp"], true],
  ["down", "Move", "Down", ["ArrowDown"], true],
  ["pageUp", "Move", "A screen up", ["PageUp"], true],
  ["pageDown", "Move", "A screen down", ["PageDown"], true],
  ["first", "Move", "First", ["Home"]],
  ["last", "Move", "Last", ["End"]],
  ["earlier", "Move", "A token earlier, in the order by hand", ["["], true],
  ["later", "Move", "A token later, in the order by hand", ["]"], true],
  ["enter", "Move", "Open, or take the lead", ["Enter"]],
  ["toggle", "Select", "Select this, or not", ["s", " "]],
  ["extendLeft", "Select", "Select to the left", ["shift+ArrowLeft"], true],
  ["extendRight", "Select", "Select to the right", ["shift+ArrowRight"], true],
  ["extendUp", "Select", "Select upwards", ["shift+ArrowUp"], true],
  ["extendDown", "Select", "Select downwards", ["shift+ArrowDown"], true],
  ["selectAll", "Select", "Select all in view", ["ctrl+a"]],
  ["putAside", "Select", "Remove from survey or compare", ["Delete", "Backspace"]],
  ["escape", "Select", "Select nothing, or back to the grid", ["Escape"]],
  ["zoom", "Look", "Zoom to 100 %, and back", ["z"]],
  ["bigger", "Look", "Bigger", ["+", "="], true],
  ["smaller", "Look", "Smaller", ["-"], true],
  ["facts", "Look", "All about this image", ["i"]],
  ["scores", "Look", "Show or hide scores", ["o"]],
  ["advance", "Look", "Go on to the next after deciding, or not", ["a"]],
  ["fullScreen", "Look", "Full screen, the picture alone", ["shift+f"]],
  ["theme", "Look", "Light, dark, or as the system", ["shift+t"]],
  ["search", "Find", "Search", ["/"]],
  ["find", "Find", "Filters", ["f"]],
  ["similar", "Find", "Similar to this one", ["m"]],
  ["refresh", "Find", "Refresh: ask again for what the query means", ["r"]],
];

/** @type {Map<string, Action>} */
export const ACTIONS = new Map(TABLE.map(([name, ...rest]) => [name, action(name, ...rest)]));

/** Every view can be gone to by a key. @param {{name: string, title: string, key: string}[]} views */
export function addViews(views) {
  for (const { name, title, key } of views) {
    ACTIONS.set(`view:${name}`, action(`view:${name}`, "Views", title, key ? [key] : []));
  }
}

/** Rejecting for each reason is an action, by Shift and its place. @param {string[]} reasons */
export function addReasons(reasons) {
  reasons.forEach((reason, place) => ACTIONS.set(`reason${place + 1}`, action(`reason${place + 1}`, "Decide", `Reject: ${reason}`, [`shift+${place + 1}`])));
}

/**
 * @param {string} name
 * @param {string} group
 * @param {string} title
 * @param {string[]} keys
 * @param {boolean} [repeats]
 */
function action(name, group, title, keys, repeats = false) {
  return { name, group, title, keys, repeats };
}
