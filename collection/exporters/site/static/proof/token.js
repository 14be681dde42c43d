// What is proven of one token.

/**
 * What is wrong with a token; nothing if its image, metadata and place are those under the root.
 * @param {Source} source
 * @param {Whole} whole
 * @param {number} number from 1
 * @returns {Promise<string[]>}
 */
async function tokenFaults(source, { manifest, lines }, number) {
  const line = lines[number - 1];
  const [token, image, , metadata] = line.split(" ");
  /** @type {string[]} */
  const faults = token === String(number) ? [] : [`its line is of token ${token}`];
  const attempt = async (/** @type {() => Promise<string>} */ look) => {
    try {
      const fault = await look();
      if (fault) faults.push(fault);
    } catch (error) {
      faults.push(/** @type {Error} */ (error).message);
    }
  };
  await attempt(async () => {
    const { index, leaf, path } = await readJson(source, `proof/tokens/${number}.json`);
    const included = leaf === line && index === number - 1 && isIncluded(manifest.merkle_root, manifest.tokens, index, leaf, path);
    return included ? "" : "its inclusion proof does not lead to the root";
  });
  await attempt(async () => {
    const file = await source.read(`metadata/${number}.json`);
    const found = await sha256Hex(file);
    if (found !== metadata) return `its metadata is another file: SHA-256 ${found}, not ${metadata}`;
    const told = JSON.parse(new TextDecoder().decode(file));
    const uri = `ipfs://${manifest.images_cid}/${number}.png`;
    return told.image === uri ? "" : `its metadata names the image ${told.image}, not ${uri}`;
  });
  await attempt(async () => {
    const found = await sha256Hex(await source.read(`images/${number}.png`));
    return found === image ? "" : `its image is another file: SHA-256 ${found}, not ${image}`;
  });
  return faults;
}
