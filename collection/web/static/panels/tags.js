/** The tags of the images that decisions are about, and the field that puts more on them. */

import { counted, element, icon, labelled } from "../core/element.js";
import { sent } from "../core/fields.js";
import { condition } from "../core/query.js";
import { whyNot } from "../core/roles.js";
import { say, sayWrong } from "../core/status.js";

/** @import { App } from "../core/app.js" */

const LONGEST = 64; // characters of a tag

export class TagForm {
  /** The images that the tags are put on. @type {number[]} */
  ids = [];

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.known = element("datalist", { id: "known-tags" });
    /** @type {HTMLInputElement} */
    this.field = element("input", { dir: "auto", list: "known-tags", "aria-label": "Tags", placeholder: "Tags, commas between", keydown: (event) => this.#key(event) });
    this.title = element("h3", {});
    this.list = element("div", { class: "chips" });
    /** @type {HTMLElement} */
    this.element = element("section", { class: "tags", focusout: (event) => this.element.contains(event.relatedTarget) || this.follow() },
      this.title, this.list, this.field, this.known);
    app.on("state", () => this.#offer());
    this.#offer();
  }

  /** Tag the present targets: from here on every key goes into the field. Returns whether there are any. */
  write() {
    const ids = this.app.targets();
    if (!ids.length || whyNot(this.app.state.role, "tag")) return false;
    this.ids = ids;
    this.#show();
    this.field.focus();
    return true;
  }

  /** Be about the present targets, unless somebody types. */
  follow() {
    if (document.activeElement !== this.field) this.ids = this.app.targets();
    this.#show();
  }

  #offer() {
    this.known.replaceChildren(...this.app.state.tags.map((value) => element("option", { value })));
  }

  /** The tags that any of the images has, each with a way to its query and a way off. */
  #show() {
    this.element.hidden = !this.ids.length || Boolean(whyNot(this.app.state.role, "tag"));
    this.title.textContent = `Tags of ${this.ids.length === 1 ? labelled(this.ids[0]) : counted(this.ids.length, "image")}`;
    const tags = [...new Set(this.ids.flatMap((id) => this.app.known(id)?.you.tags ?? []))];
    this.list.replaceChildren(...tags.map((tag) => element("span", { class: "pair" },
      element("button", { class: "chip", title: `only tag:${tag}`, click: () => this.app.ask(condition("tag", ":", tag)) }, tag),
      element("button", { class: "chip", "aria-label": `Take the tag ${tag} off`, click: () => this.#act("untag", [tag]).catch(sayWrong) }, icon("cross")))));
  }

  /** @param {KeyboardEvent} event @returns {void} */
  #key(event) {
    if (event.key === "Escape") this.field.blur();
    if (event.key !== "Enter") return;
    if (!this.field.value.trim()) return this.field.blur();
    const tags = this.field.value.split(",").map((tag) => tag.trim()).filter(Boolean);
    const long = tags.find((tag) => [...tag].length > LONGEST);
    if (long) return say(`a tag has ${LONGEST} characters at most: ${[...long].slice(0, LONGEST).join("")}… is longer`, "wrong");
    sent(this.field, () => this.#act("tag", tags)).catch(sayWrong);
  }

  /** @param {"tag" | "untag"} kind @param {string[]} tags */
  async #act(kind, tags) {
    const ids = this.ids;
    const kept = await this.app.act(tags.flatMap((value) => ids.map((asset) => ({ kind, asset, value }))));
    if (kept) say(`${kind === "tag" ? "tagged" : "took the tag off"}: ${tags.join(", ")}`);
    this.#show();
    return kept;
  }
}
