// Owners, read from the node that the page or the visitor names. No node is asked unless one is named.

const OWNER_OF = "6352211e";
const BURNED = "23250cae";
const OWNERS_TOGETHER = 100;

/** Where owners are read; "" where no node is named. */
const nodeAddress = () => /** @type {HTMLInputElement} */ (byId("node")).value.trim();

/**
 * The owners of some tokens, kept in the state; one that does not exist yet has none, and neither has a burned one.
 * @param {Contract} contract
 * @param {number[]} tokens
 */
async function readOwners(contract, tokens) {
  const answers = await askNode(nodeAddress(), tokens.map((token) => contractCall(contract.address, OWNER_OF, tokenOnChain(token))));
  tokens.forEach((token, place) => state.owners.set(token, addressIn(answers[place])));
  const without = tokens.filter((token) => !state.owners.get(token));
  if (!without.length) return;
  const told = await askNode(nodeAddress(), without.map((token) => contractCall(contract.address, BURNED, tokenOnChain(token))));
  without.forEach((token, place) => (Number(told[place]) === 1 ? state.burned.add(token) : state.burned.delete(token)));
}

/** Read the owners of all tokens, a group after another. @param {Contract} contract @param {() => void} changed */
async function readAllOwners(contract, changed) {
  const button = /** @type {HTMLButtonElement} */ (byId("read-owners"));
  const said = byId("owners-said");
  button.disabled = true;
  try {
    await checkChain(nodeAddress(), contract.chain_id);
    for (let first = 1; first <= set.tokens; first += OWNERS_TOGETHER) {
      const many = Math.min(OWNERS_TOGETHER, set.tokens - first + 1);
      await readOwners(contract, Array.from({ length: many }, (_, place) => first + place));
      said.textContent = `Read ${counted(first + many - 1, "token")} of ${set.tokens.toLocaleString("en")}`;
    }
    const owned = [...state.owners.values()].filter(Boolean);
    said.textContent = `${counted(owned.length, "token")}, ${counted(new Set(owned).size, "owner")}. Search for an address to see its tokens.`;
  } catch (error) {
    said.textContent = `Owners cannot be read: ${/** @type {Error} */ (error).message}`;
  }
  button.disabled = false;
  changed();
}

/** The owner of one token, in words, into an element. @param {Contract} contract @param {number} token @param {HTMLElement} place */
async function showOwner(contract, token, place) {
  try {
    if (!state.owners.has(token)) {
      await checkChain(nodeAddress(), contract.chain_id);
      await readOwners(contract, [token]);
    }
    const owner = state.owners.get(token);
    if (!owner) place.textContent = state.burned.has(token) ? "burned: it exists no more" : "not minted yet";
    else if (!contract.explorer) place.textContent = owner;
    else place.replaceChildren(element("a", { href: `${contract.explorer}/address/${owner}`, rel: "noreferrer" }, owner));
  } catch (error) {
    place.textContent = `cannot be read: ${/** @type {Error} */ (error).message}`;
  }
}

/** Show the controls of owners, where the set has a contract. @param {() => void} changed */
function startOwners(changed) {
  const contract = set.contract;
  if (!contract) return;
  byId("chain").hidden = false;
  byId("network").textContent = contract.network;
  const node = /** @type {HTMLInputElement} */ (byId("node"));
  node.value = contract.node;
  byId("read-owners").addEventListener("click", () => {
    if (node.value && node.reportValidity()) readAllOwners(contract, changed);
    else node.focus();
  });
}
