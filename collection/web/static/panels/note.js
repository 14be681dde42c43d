/** The field of a note: there before anything is fetched, and bound to the images that it was opened for. */

import { draft, keepDraft } from "../core/drafts.js";
import { counted, element, labelled } from "../core/element.js";
import { say } from "../core/status.js";

/** @import { App } from "../core/app.js" */
/** @import { AssetDetail } from "../core/types.js" */

const LONGEST = 4000;

export class NoteForm {
  /** The images that the note is about. @type {number[]} */
  ids = [];

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.title = element("h3", {});
    /** @type {HTMLTextAreaElement} */
    this.field = element("textarea", {
      rows: 2, dir: "auto", "aria-label": "Note", placeholder: "A note", input: () => this.#draft(), keydown: (event) => this.#key(event),
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
    this.list.replaceChildren(...asset.notes.map(({ curator, text }) => element("li", {}, `${curator}: `, element("bdi", {}, text))));
  }

  /** @param {number[]} ids */
  #bind(ids) {
    const same = ids.length === this.ids.length && ids.every((id, place) => id === this.ids[place]);
    this.element.hidden = !ids.length;
    if (same) return;
    this.ids = [...ids];
    this.list.replaceChildren();
    this.title.textContent = ids.length === 1 ? `Notes on ${labelled(ids[0])}` : `Note on ${counted(ids.length, "image")}`;
    this.field.value = draft(String(ids));
    this.field.dataset.note = String(ids);
  }

  #draft() {
    keepDraft(String(this.ids), this.field.value);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "Escape") this.field.blur();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#save();
  }

  async #save() {
    const ids = this.ids;
    if (!this.field.value.trim()) return this.field.focus();
    const length = [...this.field.value.trim()].length;
    if (length > LONGEST) return say(`a note has ${LONGEST.toLocaleString("en")} characters at most, and this one ${length.toLocaleString("en")}: make it shorter`, "wrong");
    const named = ids.length === 1 ? labelled(ids[0]) : counted(ids.length, "image");
    const typed = this.field.value;
    this.field.value = "";
    this.#draft();
    if (await this.app.decide("note", typed.trim(), ids)) return say(`noted on ${named}`);
    if (!draft(String(ids))) keepDraft(String(ids), typed); // of these images, whichever the field is about by now
    if (String(this.ids) === String(ids) && !this.field.value) this.field.value = typed;
  }
}
