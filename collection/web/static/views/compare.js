export const name = "compare";
export const key = "c";
export const title = "Compare";

export function mount(place, room) {
  place.textContent = "";
  return () => {};
}
