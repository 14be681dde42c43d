/** The first images of the room. */

import { get } from "./api.js";

const room = document.getElementById("room");
const { ids, total } = await get("/api/ids");
const { assets } = await get(`/api/assets?ids=${ids.slice(0, 100).join(",")}`);

const heading = document.createElement("h1");
heading.textContent = `${total} images`;
const list = document.createElement("ol");
for (const asset of assets) {
  const picture = document.createElement("img");
  picture.src = asset.thumb;
  picture.alt = asset.label;
  const item = document.createElement("li");
  item.append(picture);
  list.append(item);
}
room.replaceChildren(heading, list);
