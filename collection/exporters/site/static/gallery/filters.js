// The filters by trait: of one trait any of the chosen values, of several traits all.

const VALUES_SHOWN = 12;
/** @type {Map<number, number>} how many values of a trait are shown */
const shownValues = new Map();
/** @type {Set<number>} traits whose list is folded */
const folded = new Set([...set.traits.keys()].slice(set.traits.length > 5 ? 2 : 5));

/** Draw the filters anew. @param {() => void} changed called when the visitor chose */
function drawFilters(changed) {
  const focused = document.activeElement?.id;
  byId("traits").replaceChildren(...set.traits.map((_, trait) => traitFilter(trait, changed)));
  byId("clear").hidden = !state.chosen.size && !state.query;
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/** @param {number} trait @param {() => void} changed */
function traitFilter(trait, changed) {
  const { name, values } = set.traits[trait];
  const chosen = state.chosen.get(trait) ?? new Set();
  const summary = element("summary", { id: `trait-${trait}` }, name, chosen.size ? ` (${chosen.size})` : "");
  const details = element("details", { open: !folded.has(trait) || chosen.size > 0 }, summary);
  details.addEventListener("toggle", () => {
    if (details.open === folded.has(trait)) {
      if (details.open) folded.delete(trait);
      else folded.add(trait);
      drawFilters(changed);
    }
  });
  if (!details.open) return details; // its values are counted when it is unfolded
  const counts = valueCounts(trait);
  const order = [...values.keys()].sort(
    (one, other) => Number(chosen.has(other)) - Number(chosen.has(one)) || counts[other] - counts[one] || one - other,
  );
  const most = shownValues.get(trait) ?? VALUES_SHOWN;
  const list = element("ul", {}, ...order.slice(0, most).map((value) => valueBox(trait, value, counts[value], changed)));
  details.append(list);
  if (order.length > most) {
    const more = element("button", { type: "button", id: `more-${trait}` }, `${order.length - most} more`);
    more.addEventListener("click", () => {
      shownValues.set(trait, most + 100);
      drawFilters(changed);
    });
    details.append(more);
  }
  return details;
}

/** @param {number} trait @param {number} value @param {number} count @param {() => void} changed */
function valueBox(trait, value, count, changed) {
  const chosen = state.chosen.get(trait) ?? new Set();
  const box = element("input", { type: "checkbox", id: `value-${trait}-${value}`, checked: chosen.has(value) });
  box.addEventListener("change", () => {
    if (box.checked) chosen.add(value);
    else chosen.delete(value);
    if (chosen.size) state.chosen.set(trait, chosen);
    else state.chosen.delete(trait);
    changed();
  });
  const text = element("span", { className: "value" }, set.traits[trait].values[value]);
  return element("li", {}, element("label", {}, box, text, element("span", { className: "quiet" }, count.toLocaleString("en"))));
}
