/** The bar that decides by mouse and touch, and says what it decides about. */

import { counted, element, icon, labelled } from "../core/element.js";

/** @import { App } from "../core/app.js" */
/** @import { Child } from "../core/types.js" */

const COLOURS = ["red", "yellow", "green", "blue", "purple"];

/**
 * @param {HTMLElement} bar
 * @param {App} app
 * @param {(name: string, title: string, ...content: Child[]) => HTMLElement} doing
 */
export function decisionBar(bar, app, doing) {
  const target = element("output", { class: "target", "aria-label": "Decides about" });
  const flags = [
    doing("reject", "Reject", icon("cross"), element("span", {}, "Reject")),
    doing("unflag", "Take the flag back", icon("circle")),
    doing("pick", "Pick", icon("flag"), element("span", {}, "Pick")),
  ];
  const stars = [1, 2, 3, 4, 5].map((n) => doing(`stars${n}`, n === 1 ? "1 star" : `${n} stars`, "★"));
  const colours = COLOURS.map((colour) => doing(colour, colour, element("i", { class: `dot ${colour}` })));
  const lock = doing("lock", "Lock into the set", icon("lock"));
  bar.append(
    target,
    element("div", { class: "group flags", role: "group", "aria-label": "Flag" }, flags),
    element(
      "div",
      { class: "rest" },
      element("div", { class: "group stars", role: "group", "aria-label": "Stars" }, doing("stars0", "No stars", "0"), stars),
      element("div", { class: "group colours", role: "group", "aria-label": "Colour" }, colours),
      lock,
      doing("similar", "Similar to this one", "≈"),
      doing("tag", "Put tags on it", icon("tag")),
    ),
    element("div", { class: "extra", id: "extra" }),
  );
  const show = () => {
    const ids = app.targets();
    target.textContent = aimed(app, ids);
    const you = ids.length === 1 ? app.known(ids[0])?.you : null;
    for (const [place, value] of ["reject", "none", "pick"].entries()) press(flags[place], you?.flag === value);
    stars.forEach((star, place) => star.classList.toggle("given", place < (you?.stars ?? 0)));
    colours.forEach((dot, place) => press(dot, you?.colour === COLOURS[place]));
    press(lock, Boolean(you?.locked));
  };
  for (const name of ["cursor", "selection", "changed", "ids", "shown", "loaded"]) app.on(name, show);
  show();
}

/** @param {HTMLElement} made @param {boolean} on */
const press = (made, on) => made.setAttribute("aria-pressed", String(on));

/** @param {App} app @param {number[]} ids */
function aimed(app, ids) {
  if (!ids.length) return "no image";
  if (ids.length > 1 || (app.selection.size && !app.aim)) return `${counted(ids.length, "image")} selected`;
  if (app.place(ids[0]) < 0) return labelled(ids[0]);
  return `${labelled(ids[0])} · ${(app.place(ids[0]) + 1).toLocaleString("en")} of ${app.ids.length.toLocaleString("en")}`;
}
