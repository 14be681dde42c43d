/** Something that tells others what happened to it, by name. */

export class Emitter {
  #events = new EventTarget();

  /**
   * Call `then` with the detail of every event of a name; returns what ends that.
   * @param {string} name
   * @param {(detail: any) => unknown} then
   */
  on(name, then) {
    /** @param {Event} event */
    const told = (event) => void then(/** @type {CustomEvent} */ (event).detail);
    this.#events.addEventListener(name, told);
    return () => this.#events.removeEventListener(name, told);
  }

  /** @param {string} name @param {unknown} [detail] */
  tell(name, detail = null) {
    this.#events.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
