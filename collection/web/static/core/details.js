/** What is known of single images, fetched for those that are looked at and forgotten again. */

import { get } from "./api.js";

/** @import { Asset, ReviewState } from "./types.js" */

const AT_ONCE = 200;
const MOST = 3000;

export class Details {
  /** @type {Map<number, Asset & {version: number}>} */
  #known = new Map(); // oldest use first
  /** @type {Map<number, Promise<void>>} */
  #asked = new Map();

  /**
   * What is known of an image now, or undefined.
   * @param {number} id
   */
  known(id) {
    return this.#known.get(id);
  }

  /** The numbers of the images of which something is known. */
  ids() {
    return this.#known.keys();
  }

  /**
   * What is known of images, fetched where it must be; those that do not exist are left out.
   * @param {number[]} ids
   */
  async of(ids) {
    const missing = [...new Set(ids)].filter((id) => !this.#known.has(id) && !this.#asked.has(id));
    for (let start = 0; start < missing.length; start += AT_ONCE) this.#ask(missing.slice(start, start + AT_ONCE));
    await Promise.all(new Set(ids.map((id) => this.#asked.get(id)).filter(Boolean)));
    return ids.map((id) => this.#used(id)).filter((found) => found !== undefined);
  }

  /** Take over how images stand. @param {Record<string, ReviewState>} states by number */
  stand(states, version = 0) {
    for (const [id, state] of Object.entries(states)) {
      const known = this.#known.get(Number(id));
      if (known) this.#known.set(known.id, { ...known, ...state, version: Math.max(version, known.version) });
    }
  }

  /**
   * Fetch those images again of which something older than their version is known; returns their numbers.
   * @param {number[]} ids
   * @param {number[]} [versions]
   */
  async renew(ids, versions = []) {
    const old = ids.filter((id, place) => (this.#known.get(id)?.version ?? Infinity) < (versions[place] ?? Infinity));
    for (let start = 0; start < old.length; start += AT_ONCE) this.#ask(old.slice(start, start + AT_ONCE));
    await Promise.all(old.map((id) => this.#asked.get(id)));
    return old;
  }

  /** @param {number[]} ids */
  #ask(ids) {
    const answer = get(`/api/assets?ids=${ids.join(",")}&others=false`)
      .then((/** @type {{assets: Asset[], version: number}} */ { assets, version }) => assets.forEach((asset) => this.#known.set(asset.id, { ...asset, version })))
      .finally(() => ids.forEach((id) => this.#asked.delete(id)))
      .then(() => this.#trim());
    for (const id of ids) this.#asked.set(id, answer);
  }

  /** @param {number} id */
  #used(id) {
    const found = this.#known.get(id);
    if (found) {
      this.#known.delete(id);
      this.#known.set(id, found);
    }
    return found;
  }

  #trim() {
    for (const id of this.#known.keys()) {
      if (this.#known.size <= MOST) break;
      this.#known.delete(id);
    }
  }
}
