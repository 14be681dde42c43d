/** The field of a note: there before anything is fetched, and bound to the images that it was opened for. */

import { counted, element, labelled } from "../core/element.js";
import { sent } from "../core/fields.js";
import { say, sayWrong } from "../core/status.js";

/** @import { App } from "../core/app.js" */
/** @import { AssetDetail } from "../core/types.js" */

const LONGEST = 4000;

export class NoteForm {
  /** The images that the note is about. @type {number[]} */
  ids = [];
  /** Notes that were begun, by the images they are about. @type {Map<string, string>} */
  #drafts = new Map();

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.title = element("h3", {});
    /** @type {HTMLTextAreaElement} */
    this.field = element("textarea", {
      rows: 2, maxlength: LONGEST, "aria-label": "Note", placeholder: "A note", input: () => this.#draft(), keydown: (event) => this.#key(event),
    });
    this.list = element("ul", {});
    /** @type {HTMLElement} */
    this.element = element(
      "section",
      { class: "note", focusout: (event) => this.element.contains(event.relatedTarget) || this.follow() },
      this.title,
      this.list,
      this.field,
      element(
        "button", // the field keeps the focus, and so its images, while the button is pressed
        { class: "plain", type: "button", pointerdown: (event) => event.preventDefault(), click: () => this.#save() },
        "Add the note",
      ),
    );
  }

  /** Write about the present targets: from here on every key goes into the field. Returns whether there are any. */
  write() {
    const ids = this.app.targets();
    if (!ids.length) return false;
    this.#bind(ids);
    this.field.focus();
    return true;
  }

  /** Be about the present targets, unless somebody writes. */
  follow() {
    if (document.activeElement !== this.field) this.#bind(this.app.targets());
  }

  /** Show what was noted on an image. @param {AssetDetail} asset */
  show(asset) {
    if (this.ids.length !== 1 || this.ids[0] !== asset.id) return;
    this.list.replaceChildren(...asset.notes.map(({ curator, text }) => element("li", {}, `${curator}: ${text}`)));
  }

  /** @param {number[]} ids */
  #bind(ids) {
    const same = ids.length === this.ids.length && ids.every((id, place) => id === this.ids[place]);
    this.element.hidden = !ids.length;
    if (same) return;
    this.ids = [...ids];
    this.list.replaceChildren();
    this.title.textContent = ids.length === 1 ? `Notes on ${labelled(ids[0])}` : `Note on ${counted(ids.length, "image")}`;
    this.field.value = this.#drafts.get(String(ids)) ?? "";
    this.field.dataset.note = String(ids);
  }

  #draft() {
    if (this.field.value) this.#drafts.set(String(this.ids), this.field.value);
    else this.#drafts.delete(String(this.ids));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Escape") this.field.blur();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#save();
  }

  async #save() {
    const ids = this.ids;
    if (!this.field.value.trim()) return this.field.focus();
    const named = ids.length === 1 ? labelled(ids[0]) : counted(ids.length, "image");
    try {
      if (await sent(this.field, (text) => this.app.decide("note", text, ids))) say(`noted on ${named}`);
    } catch (refusal) {
      sayWrong(refusal);
    }
    this.#draft();
  }
}
