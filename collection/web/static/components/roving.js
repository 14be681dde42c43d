/** Several buttons that are one stop of the Tab key: the arrows go from one to the next, Home and End to the ends. */

/** @param {HTMLElement} place */
export function roving(place) {
  place.dataset.roving = "";
  const stops = () => [...place.querySelectorAll("button")].filter((each) => each.checkVisibility() && !each.disabled);
  /** @param {HTMLElement | undefined} here */
  const mark = (here) => {
    for (const each of place.querySelectorAll("button")) each.tabIndex = each === here ? 0 : -1;
  };
  place.addEventListener("focusin", (event) => event.target instanceof HTMLButtonElement && mark(event.target));
  place.addEventListener("mousedown", (event) => event.preventDefault()); // the mouse presses, and the keys stay with the pictures
  place.addEventListener("keydown", (event) => {
    const all = stops();
    const at = all.findIndex((each) => each === document.activeElement);
    const to = new Map([["ArrowLeft", at - 1], ["ArrowRight", at + 1], ["Home", 0], ["End", all.length - 1]]).get(event.key);
    if (to === undefined || at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    all[(to + all.length) % all.length]?.focus();
  });
  mark(stops()[0] ?? place.querySelector("button") ?? undefined);
}
