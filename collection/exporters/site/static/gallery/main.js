// The page: what was asked for is read from the address, and drawn.

const query = /** @type {HTMLInputElement} */ (byId("query"));
const order = /** @type {HTMLSelectElement} */ (byId("order"));

function draw() {
  const tokens = matching();
  showTokens(tokens);
  drawFilters(changedByVisitor);
  const some = tokens.length === set.tokens ? "" : ` of ${set.tokens.toLocaleString("en")}`;
  byId("count").textContent = tokens.length ? `${tokens.length.toLocaleString("en")}${some} tokens` : "No token is like that";
}

/** The visitor chose: the address follows. */
function changedByVisitor() {
  history.replaceState(null, "", addressOf(state.token));
  draw();
}

function readAndDraw() {
  readAddress();
  query.value = state.query;
  order.value = state.order;
  draw();
  showToken();
}

/** What is to be known of the whole set. */
function tellOfSet() {
  byId("about").textContent = set.description;
  byId("about").hidden = !set.description;
  const facts = [counted(set.tokens, "token"), set.license && `License ${set.license}`, set.signer && `Signed by ${set.signer}`];
  const contract = set.contract;
  const line = byId("facts");
  line.append(...facts.filter(Boolean).map((fact) => element("span", { className: "fact" }, fact)));
  if (contract) {
    const where = contract.explorer
      ? element("a", { href: `${contract.explorer}/address/${contract.address}`, rel: "noreferrer" }, contract.address)
      : contract.address;
    line.append(element("span", { className: "fact" }, `On ${contract.network}: `, where));
  }
  if (set.merkle_root) line.append(element("span", { className: "fact" }, element("a", { href: "proof.html" }, "Check the proof")));
}

query.addEventListener("input", () => {
  state.query = query.value;
  changedByVisitor();
});
order.addEventListener("change", () => {
  state.order = order.value;
  changedByVisitor();
});
byId("clear").addEventListener("click", () => {
  state.query = query.value = "";
  state.chosen.clear();
  changedByVisitor();
  query.focus();
});
byId("open-filters").addEventListener("click", () => {
  const open = document.body.classList.toggle("filtering");
  byId("open-filters").setAttribute("aria-expanded", String(open));
  scrollTo({ top: byId("filters").offsetTop - byId("bar").offsetHeight, behavior: "instant" });
  layOut();
});
byId("skip").addEventListener("click", (event) => {
  event.preventDefault(); // the part of the address after # is the state's
  goToPlace(grid.at);
});
byId("grid").addEventListener("keydown", moveInGrid);
byId("grid").addEventListener("focusin", (event) => {
  const place = /** @type {HTMLElement} */ (event.target).dataset?.place;
  if (place !== undefined) grid.at = Number(place);
});
byId("token").addEventListener("cancel", (event) => {
  event.preventDefault();
  closeToken();
});
byId("token").addEventListener("click", (event) => {
  if (event.target === byId("token")) closeToken(); // beside the dialog
});
byId("token").addEventListener("keydown", (event) => {
  const text = event.key === "ArrowRight" ? "Next" : event.key === "ArrowLeft" ? "Previous" : "";
  const button = [...byId("token").querySelectorAll("button")].find((one) => one.textContent === text);
  if (text && button) button.click();
});
addEventListener("scroll", drawRows, { passive: true });
addEventListener("resize", layOut);
addEventListener("hashchange", readAndDraw);
tellOfSet();
startOwners(draw);
readAndDraw();
