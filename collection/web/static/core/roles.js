/** What a role may do: the server refuses the rest; the page says so before anything looks decided. */

const VOTES = ["flag", "stars", "colour", "reason", "pair"];

/**
 * Why somebody of a role may not decide so; empty where they may.
 * @param {string} role
 * @param {string} kind of the decision
 */
export function whyNot(role, kind) {
  if (role === "viewer") return "your link is for looking only";
  if (role === "voter" && !VOTES.includes(kind)) return "your link is for voting only";
  return "";
}

/**
 * Whether a view is of use to somebody of a role.
 * @param {string} role
 * @param {string} view
 */
export function shows(role, view) {
  const hidden = new Map([["voter", ["set", "people", "jobs"]], ["viewer", ["duel", "jobs"]], ["curator", ["jobs"]]]);
  return !hidden.get(role)?.includes(view);
}
