/**
 * Actions on their way to the server. Each is kept in the browser (IndexedDB) until the server has it, under an id by
 * which the server takes it only once, however often it is sent. They are sent in their order, one request at a time;
 * what came meanwhile goes together in the next one.
 */

import { bytes, post, Refusal, under } from "./api.js";
import { connection } from "./connection.js";

/** @typedef {{id: string, room: string, curator: string, tab: string, path: string, body: any}} Kept */
/** @typedef {{kept: Kept, resolve: (said: any) => void, reject: (refusal: unknown) => void}} Waiting */

const NAME = "collection-review";
const PAUSES = [250, 500, 1000, 2000, 4000]; // milliseconds between attempts; the last one for ever
const TOGETHER = 25_000; // bytes of what one request of several holds: so small a one outlives the page (api.js)

export class Outbox extends EventTarget {
  /** Oldest first. @type {Waiting[]} */
  waiting = [];
  /** Whether what waits outlives this tab. */
  lasting = true;
  /** Whether the oldest was sent and could not be kept; it is sent again. */
  blocked = false;
  #tab = newId();
  #running = false;
  /** @type {Promise<IDBDatabase | null>} */
  #store;
  #wake = () => {};

  constructor() {
    super();
    this.#store = opened().catch(() => ((this.lasting = false), null));
    navigator.locks?.request(this.#tab, () => new Promise(() => {})); // held as long as the tab lives: others see it
  }

  /**
   * Send an action. Resolves to the answer once the server has it, rejects once the server refuses it.
   * @param {string} path
   * @param {object} body
   * @param {string} [id]
   */
  send(path, body, id = newId()) {
    return this.#add({ id, ...under(), tab: this.#tab, path, body: { ...body, id, others: false } });
  }

  /** Take over what closed tabs of this curator left. Resolves to the promises of their answers. */
  async adopt() {
    const alive = new Set((await navigator.locks?.query())?.held?.map(({ name }) => name));
    const here = new Set(this.waiting.map(({ kept }) => kept.id));
    const { room, curator } = under();
    const left = (await this.#all()).filter((kept) => kept.room === room && kept.curator === curator);
    return left.filter(({ id, tab }) => !here.has(id) && !alive.has(tab)).map((kept) => this.#add(kept));
  }

  /** Try again at once. */
  nudge() {
    this.#wake();
  }

  /** Resolves once nothing waits, or what waits cannot be sent now. */
  settled() {
    return new Promise((resolve) => {
      const look = () => {
        if (this.waiting.length && !this.blocked) return;
        this.removeEventListener("change", look);
        resolve(undefined);
      };
      this.addEventListener("change", look);
      look();
    });
  }

  /** @param {Kept} kept @returns {Promise<any>} */
  #add(kept) {
    const answer = new Promise((resolve, reject) => this.waiting.push({ kept, resolve, reject }));
    this.#keep((store) => store.put(kept));
    this.#changed();
    this.#run();
    return answer;
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    for (let failed = 0, alone = 0, mistakes = 0; this.waiting.length; ) {
      const group = alone ? this.waiting.slice(0, 1) : this.#oldest();
      try {
        const answers = await sent(group.map(({ kept }) => kept));
        [failed, alone, mistakes] = [0, Math.max(0, alone - 1), 0];
        this.#done(group);
        connection.is("here");
        group.forEach(({ resolve, reject }, place) => {
          const { status, ...said } = answers[place];
          if (status < 400) resolve(said);
          else reject(new Refusal(said, status));
        });
      } catch (refusal) {
        if (refusal instanceof Refusal && refusal.passes) {
          this.blocked = true;
          if (refusal.line) connection.is(refusal.line, refusal);
          this.#changed();
          await this.#pause(PAUSES[Math.min(failed++, PAUSES.length - 1)]);
        } else if (group.length > 1) {
          alone = group.length; // nobody knows which of them it is about: each one sent alone tells
        } else {
          const mistake = refusal instanceof Refusal && refusal.isMistake;
          if (mistake && mistakes < PAUSES.length) {
            this.blocked = true;
            this.#changed();
            await this.#pause(PAUSES[mistakes++]);
            continue;
          }
          [alone, mistakes] = [Math.max(0, alone - 1), 0];
          this.#done(group, !mistake); // the next page that is loaded sends it again, and it holds up no other
          group[0].reject(refusal);
        }
      }
    }
    this.#running = false;
  }

  /** As many of the oldest as one request takes, and one at least. */
  #oldest() {
    let size = 0;
    const over = this.waiting.findIndex(({ kept }) => (size += bytes(JSON.stringify(kept.body))) > TOGETHER);
    return over < 0 ? [...this.waiting] : this.waiting.slice(0, Math.max(1, over));
  }

  /** @param {Waiting[]} group the oldest @param {boolean} [forget] */
  #done(group, forget = true) {
    this.waiting.splice(0, group.length);
    this.blocked = false;
    if (forget) this.#keep((store) => group.forEach(({ kept }) => store.delete(kept.id)));
    this.#changed();
  }

  /** @param {number} time */
  #pause(time) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, time);
      this.#wake = () => (clearTimeout(timer), resolve(undefined));
    });
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }

  /** @param {(store: IDBObjectStore) => unknown} change */
  async #keep(change) {
    const store = await this.#store;
    try {
      if (store) change(store.transaction("actions", "readwrite").objectStore("actions"));
    } catch {
      this.lasting = false; // the browser has no room, or forbids it
    }
  }

  /** @returns {Promise<Kept[]>} oldest first */
  async #all() {
    const store = await this.#store;
    if (!store) return [];
    return new Promise((resolve) => {
      const asked = store.transaction("actions").objectStore("actions").getAll();
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => resolve([]);
    });
  }
}

/**
 * Send what was kept: one as its own request, several as a batch. Resolves to the answer of each.
 * @param {Kept[]} kept
 * @returns {Promise<any[]>}
 */
async function sent(kept) {
  const [first, ...more] = kept;
  if (!more.length) return [{ status: 200, ...(await post(first.path, first.body, first)) }];
  return (await post("/api/batch", { actions: kept.map(({ path, body }) => ({ path, body })) }, first)).answers;
}

/** @returns {Promise<IDBDatabase>} */
function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("actions", { keyPath: "id" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

let count = 0;

/** A new id of an action; later ones sort behind earlier ones of the same browser. */
export function newId() {
  const random = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${Date.now().toString(36).padStart(9, "0")}-${(count++).toString(36).padStart(6, "0")}-${random}`;
}
