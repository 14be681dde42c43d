// Where the files of a set are read from. Nothing that a source gives is believed.

/**
 * @typedef {object} Source
 * @property {string} name
 * @property {(path: string) => Promise<Uint8Array<ArrayBuffer>>} read throws where there is no such file
 */

/** The folder that this page lies in, or any other below an address. @param {string} address ends with / @returns {Source} */
function webSource(address) {
  return {
    name: address,
    async read(path) {
      const answer = await fetch(new URL(path, address), { cache: "no-store" });
      if (!answer.ok) throw new Error(`${path} is missing (status ${answer.status})`);
      return new Uint8Array(await answer.arrayBuffer());
    },
  };
}

/** A set on an IPFS gateway. @param {string} gateway @param {string} cid @returns {Source} */
function gatewaySource(gateway, cid) {
  return webSource(`${gateway.replace(/\/+$/, "")}/ipfs/${cid.replace(/^ipfs:\/\//, "").replace(/\/.*$/, "")}/`);
}

/** Files that the visitor chose: the folder that holds `proof`. @param {Iterable<File>} files @returns {Source} */
function fileSource(files) {
  const paths = new Map([...files].map((file) => [file.webkitRelativePath || file.name, file]));
  const manifest = [...paths.keys()].find((path) => /(^|\/)proof\/manifest\.json$/.test(path));
  if (!manifest) throw new Error("there is no proof/manifest.json among these files: choose the folder that holds images, metadata and proof");
  const place = manifest.slice(0, -"proof/manifest.json".length);
  return {
    name: place || "the chosen files",
    async read(path) {
      const file = paths.get(place + path);
      if (!file) throw new Error(`${path} is missing`);
      return new Uint8Array(await file.arrayBuffer());
    },
  };
}
