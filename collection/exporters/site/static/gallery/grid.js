// The grid of tokens: only the rows in sight are in the page, so that ten thousand tokens are no more work than fifty.

const ROWS_BEYOND = 2;
const CAPTION = 52 / 15; // of the reader's letters, below a picture
const grid = {
  /** @type {number[]} */
  tokens: [],
  columns: 1,
  side: 200,
  /** Pixels below a picture. */
  caption: 52,
  gap: 12,
  /** The place that the Tab key leads to. */
  at: 0,
  /** @type {Map<number, HTMLLIElement>} the cards in the page, by place */
  cards: new Map(),
};

/** Show other tokens. @param {number[]} tokens */
function showTokens(tokens) {
  const same = tokens.length === grid.tokens.length && tokens.every((token, place) => token === grid.tokens[place]);
  grid.tokens = tokens;
  if (!same) {
    grid.at = 0;
    for (const card of grid.cards.values()) card.remove();
    grid.cards.clear();
  }
  layOut();
}

/** Fit the columns to the width, then draw. */
function layOut() {
  const list = byId("grid");
  const width = list.clientWidth;
  grid.gap = width < 600 ? 8 : 14;
  grid.caption = CAPTION * parseFloat(getComputedStyle(document.documentElement).fontSize);
  grid.columns = Math.max(2, Math.floor((width + grid.gap) / (208 + grid.gap)));
  grid.side = Math.floor((width - grid.gap * (grid.columns - 1)) / grid.columns);
  const rows = Math.ceil(grid.tokens.length / grid.columns);
  list.style.height = `${rows * rowHeight()}px`;
  drawRows();
}

const rowHeight = () => grid.side + grid.caption + grid.gap;

/** Draw the rows in sight, and take the others out. */
function drawRows() {
  const list = byId("grid");
  const above = -list.getBoundingClientRect().top;
  const first = Math.max(0, Math.floor(above / rowHeight()) - ROWS_BEYOND) * grid.columns;
  const after = (Math.ceil((above + innerHeight) / rowHeight()) + ROWS_BEYOND) * grid.columns;
  const last = Math.min(grid.tokens.length, Math.max(after, first));
  for (const [place, card] of grid.cards) {
    if ((place < first || place >= last) && !card.contains(document.activeElement)) {
      card.remove();
      grid.cards.delete(place);
    }
  }
  for (let place = first; place < last; place++) {
    if (!grid.cards.has(place)) addCard(list, place);
  }
  for (const [place, card] of grid.cards) placeCard(card, place);
}

/** Add a card before the next one, so that readers meet them in order. @param {HTMLElement} list @param {number} place */
function addCard(list, place) {
  const card = newCard(place);
  grid.cards.set(place, card);
  const next = [...grid.cards.keys()].filter((other) => other > place).sort((one, other) => one - other)[0];
  list.insertBefore(card, next === undefined ? null : /** @type {HTMLLIElement} */ (grid.cards.get(next)));
}

/** @param {number} place */
function newCard(place) {
  const token = grid.tokens[place];
  const name = set.names[token - 1];
  const picture = element("img", { src: `thumbs/${token}.webp`, alt: "", loading: "lazy", decoding: "async" });
  const caption = element("span", { className: "name" }, name);
  const rank = element("span", { className: "quiet" }, [`#${token}`, `rank ${set.ranks[token - 1].toLocaleString("en")}`, editionOf(token)].filter(Boolean).join(", "));
  const link = element("a", { href: addressOf(token) }, picture, caption, rank);
  link.dataset.place = String(place);
  return element("li", { "aria-setsize": grid.tokens.length, "aria-posinset": place + 1, className: "card" }, link);
}

/** @param {HTMLLIElement} card @param {number} place */
function placeCard(card, place) {
  const [row, column] = [Math.floor(place / grid.columns), place % grid.columns];
  card.style.width = `${grid.side}px`;
  card.style.transform = `translate(${column * (grid.side + grid.gap)}px, ${row * rowHeight()}px)`;
  card.style.setProperty("--side", `${grid.side}px`);
  const link = /** @type {HTMLAnchorElement} */ (card.firstElementChild);
  link.tabIndex = place === grid.at ? 0 : -1;
  link.href = addressOf(grid.tokens[place]);
}

/** Bring a place into sight and lead the keyboard to it. @param {number} place */
function goToPlace(place) {
  grid.at = Math.max(0, Math.min(grid.tokens.length - 1, place));
  const top = byId("grid").getBoundingClientRect().top + Math.floor(grid.at / grid.columns) * rowHeight();
  const bar = byId("bar").offsetHeight;
  if (top < bar) scrollBy({ top: top - bar - grid.gap, behavior: "instant" });
  else if (top + rowHeight() > innerHeight) scrollBy({ top: top + rowHeight() - innerHeight, behavior: "instant" });
  drawRows();
  /** @type {HTMLElement | null | undefined} */ (grid.cards.get(grid.at)?.firstElementChild)?.focus({ preventScroll: true });
}

/** Arrow keys, Home and End in the grid. @param {KeyboardEvent} event */
function moveInGrid(event) {
  const from = Number(/** @type {HTMLElement} */ (event.target).dataset?.place ?? -1);
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -grid.columns, ArrowDown: grid.columns };
  const ends = { Home: 0, End: grid.tokens.length - 1 };
  const key = /** @type {keyof typeof steps & keyof typeof ends} */ (event.key);
  const to = key in ends ? ends[key] : key in steps ? from + steps[key] : -1;
  if (from < 0 || to < 0 || to >= grid.tokens.length || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  goToPlace(to);
}
