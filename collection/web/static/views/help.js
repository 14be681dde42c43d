export const name = "help";
export const key = "?";
export const title = "Help";

export function mount(place, room) {
  place.textContent = "";
  return () => {};
}
