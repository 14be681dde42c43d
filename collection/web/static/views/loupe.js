export const name = "loupe";
export const key = "e";
export const title = "Loupe";

export function mount(place, room) {
  place.textContent = "";
  return () => {};
}
