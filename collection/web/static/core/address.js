/** The address of the page, which holds what it shows: `q` the query, `view`, `at` the image, and more of the view. */

/** @import { Params } from "./types.js" */

/** As the address holds it: what is empty, and the grid, is left out. @param {Params} given */
export function addressOf(given) {
  const kept = Object.entries(given).filter(([, value]) => value != null && value !== "" && value !== "grid");
  return new URLSearchParams(kept.map(([name, value]) => [name, String(value)]));
}

/** @param {Params} given @param {"replaceState" | "pushState"} [how] */
export function writeAddress(given, how = "replaceState") {
  const search = String(addressOf(given));
  history[how](null, "", search ? `?${search}` : location.pathname);
}

/** What the address says now; `params`: whatever else the view keeps in it. */
export function readAddress() {
  const params = new URLSearchParams(location.search);
  const [query, view, at] = [params.get("q") ?? "", params.get("view") ?? "grid", Number(params.get("at")) || null];
  for (const name of ["q", "view", "at"]) params.delete(name);
  return { query, view, at, params };
}
