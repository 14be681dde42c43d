export const name = "survey";
export const key = "n";
export const title = "Survey";

export function mount(place, room) {
  place.textContent = "";
  return () => {};
}
