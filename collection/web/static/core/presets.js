/** Sets of keys that people know from elsewhere: what differs from the room's own. */

/** Lightroom Classic's, where the room has the same action. @type {Record<string, string[]>} */
const LIGHTROOM = {
  zoom: ["z", " "],
  toggle: ["s"],
  escape: ["Escape", "ctrl+d"],
  fullScreen: ["f"],
  find: ["\\"],
  search: ["ctrl+f"],
  facts: ["i"],
  tag: ["ctrl+k"],
  lock: ["b"],
  "view:set": ["ctrl+b"],
  "view:help": ["ctrl+/", "?"],
  unstack: ["ctrl+shift+g"],
  keep: ["shift+s"],
  write: ["t"],
};

/** @type {Map<string, Record<string, string[]>>} */
export const PRESETS = new Map([["The room's own", {}], ["Lightroom Classic", LIGHTROOM]]);

/**
 * The keys of a preset: an action that is not in it loses the keys that it takes.
 * @param {string} name
 * @param {Iterable<[string, {keys: string[]}]>} actions
 */
export function preset(name, actions) {
  const given = PRESETS.get(name) ?? {};
  const taken = new Set(Object.values(given).flat());
  const lost = [...actions].filter(([action, { keys }]) => !given[action] && keys.some((key) => taken.has(key)));
  return { ...Object.fromEntries(lost.map(([action, { keys }]) => [action, keys.filter((key) => !taken.has(key))])), ...given };
}
