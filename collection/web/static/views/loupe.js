/** One picture as large as the window: the preview at once, then the file; zoom, pan, and its neighbours below. */

import { element, icon } from "../core/element.js";
import { Filmstrip } from "../components/filmstrip.js";
import { answer, perform } from "../core/keys.js";
import { Lens, Pane } from "../components/lens.js";
import { say } from "../core/status.js";
import { badges, empty } from "../components/tile.js";

export const name = "loupe";
export const key = "e";
export const title = "Loupe";

const SWIPES = { right: "pick", left: "reject", up: "right", down: "left" };

export function mount(place, room) {
  const lens = new Lens();
  const pane = new Pane(lens, (way) => perform(SWIPES[way]));
  const strip = new Filmstrip(room);
  const marks = element("p", { class: "marks" });
  const turn = (name, label) => element("button", { class: `turn ${name}`, "aria-label": label, click: () => perform(name) }, icon(name));
  const looking = element("div", { class: "looking" }, pane.element, marks, turn("left", "Previous"), turn("right", "Next"));
  const loupe = element("div", { class: "loupe" }, looking, strip.element);
  place.append(loupe);
  let nothing = null;
  room.aim = () => (room.cursor == null ? [] : [room.cursor]);

  const show = async () => {
    const at = room.cursor;
    nothing?.remove();
    loupe.hidden = at == null;
    if (loupe.hidden) return void place.append((nothing = empty(room)));
    strip.draw();
    const [asset] = await room.details([at]);
    if (!asset || at !== room.cursor) return;
    lens.reset();
    pane.show(asset);
    marks.replaceChildren(...badges(asset));
    room.tell("loaded");
    ahead(room);
  };
  const redraw = () => {
    strip.draw();
    const asset = room.known(room.cursor);
    if (asset) marks.replaceChildren(...badges(asset));
  };
  const ends = [
    room.on("cursor", show),
    room.on("ids", show),
    room.on("changed", redraw),
    room.on("advance", () => room.step(1)),
    answer({
      left: () => room.step(-1),
      right: () => room.step(1),
      up: () => room.step(-1),
      down: () => room.step(1),
      first: () => room.step(-room.ids.length),
      last: () => room.step(room.ids.length),
      zoom: () => pane.asset && lens.toggle(pane),
      enter: () => room.go("grid"),
      escape: () => (lens.zoom > 1 ? lens.reset() : room.go("grid")),
    }),
    () => pane.end(),
    () => strip.end(),
  ];
  if (matchMedia("(pointer: coarse)").matches) say("swipe right to pick, left to reject, up for the next");
  show();
  return () => ends.forEach((end) => end());
}

/** Have the next previews ready. */
async function ahead(room) {
  const at = room.place(room.cursor);
  const near = [1, 2, -1].map((places) => room.ids[at + places]).filter((id) => id !== undefined);
  for (const { preview } of await room.details(near)) new Image().src = preview;
}
