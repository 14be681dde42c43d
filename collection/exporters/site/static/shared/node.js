// A chain's node, asked by JSON-RPC. It is asked only where one is named, and must answer with the chain id expected.

/**
 * The results of some calls in their order; `undefined` in the place of one that is refused.
 * @param {string} url
 * @param {{method: string, params: unknown[]}[]} calls
 * @returns {Promise<any[]>}
 */
async function askNode(url, calls) {
  const body = calls.map((call, id) => ({ jsonrpc: "2.0", id, ...call }));
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body.length === 1 ? body[0] : body),
  });
  if (!answer.ok) throw new Error(`the node answers with status ${answer.status}`);
  const told = await answer.json();
  const items = Array.isArray(told) ? told : [told];
  if (calls.length > 1 && !Array.isArray(told)) throw new Error("the node takes no batch of calls");
  const results = Array(calls.length).fill(undefined);
  for (const item of items) results[Number(item.id)] = item.result;
  return results;
}

/**
 * Throw unless the node is one of that chain.
 * @param {string} url
 * @param {number} chainId
 */
async function checkChain(url, chainId) {
  const [found] = await askNode(url, [{ method: "eth_chainId", params: [] }]);
  if (Number(found) !== chainId) throw new Error(`the node is of chain ${Number(found)}, not of chain ${chainId}`);
}

/**
 * A call of a contract's function without or with one number.
 * @param {string} address
 * @param {string} selector 8 hex digits
 * @param {number} [number]
 */
function contractCall(address, selector, number) {
  const data = `0x${selector}${number === undefined ? "" : number.toString(16).padStart(64, "0")}`;
  return { method: "eth_call", params: [{ to: address, data }, "latest"] };
}

/** The address in a result of one word, with its checksum (EIP-55); "" where there is none. @param {any} word */
function addressIn(word) {
  return typeof word === "string" && /^0x[0-9a-f]{64}$/i.test(word) ? checksumAddress(word.slice(26)) : "";
}

/** The text in an ABI-encoded result; "" where there is none. @param {any} result */
function textIn(result) {
  if (typeof result !== "string" || result.length < 130) return "";
  const length = Number(`0x${result.slice(66, 130)}`);
  return new TextDecoder().decode(bytesOfHex(result.slice(130, 130 + 2 * length)));
}
