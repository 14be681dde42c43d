/** Who may come in, and with which role: the owner gives links and takes them away, one at a time. */

import { post, remove } from "../core/api.js";
import { button } from "../components/card.js";
import { confirmed } from "../components/confirm.js";
import { element } from "../core/element.js";
import { under } from "../core/names.js";
import { say, sayWrong } from "../core/status.js";

/** @import { App } from "../core/app.js" */
/** @import { AgreementReport } from "../core/types.js" */

/** What each role may do; the owner's is nobody else's. @type {[string, string][]} */
const ROLES = [
  ["curator", "decides and locks"],
  ["voter", "votes"],
  ["viewer", "looks"],
];

export class LinksForm {
  /** @param {App} app @param {() => void} changed */
  constructor(app, changed) {
    this.app = app;
    this.changed = changed;
    this.name = element("input", { placeholder: "Name", "aria-label": "Name of the new link", required: true });
    /** @type {HTMLSelectElement} */
    this.role = element("select", { "aria-label": "Role of the new link" }, ROLES.map(([role, may]) => element("option", { value: role }, `${role}: ${may}`)));
    this.form = element("form", { class: "line", "data-add": true, submit: (event) => this.#add(event) },
      this.name, this.role, element("button", { class: "plain" }, "Give a link"));
    this.rows = element("div", {});
    this.words = element("p", { class: "quiet" });
    this.element = element("div", { class: "links" }, element("h2", {}, "Links"), this.rows, this.form, this.words);
  }

  /** @param {AgreementReport} found */
  show({ links, roles }) {
    this.form.hidden = !links;
    this.rows.replaceChildren(...Object.entries(links ?? {}).map(([who, link]) => this.#row(who, link, under(roles ?? {}, who) ?? "")));
    this.words.textContent = links ? "A link is a key: give each only theirs. A revoked one is refused at once, in every browser. A curator sees what others say after voting, a voter never does."
      : `The owner, ${this.app.state.curators[0]}, gives links.`;
  }

  /** @param {string} who @param {string} link @param {string} role */
  #row(who, link, role) {
    return element("div", { class: "row link", "data-link": who },
      element("span", {}, who, element("small", {}, ` ${role}`)),
      element("input", { readonly: true, value: link, "aria-label": `Link of ${who}`, focus: (event) => event.target.select() }),
      button("Copy", () => copy(link)),
      role !== "owner" && button("Revoke", () => this.#revoke(who).catch(sayWrong)));
  }

  /** @param {Event} event */
  async #add(event) {
    event.preventDefault();
    const name = this.name.value.trim();
    try {
      await post("/api/links", { name, role: this.role.value });
      if (this.name.value.trim() === name) this.name.value = "";
      say(`${name} has a link as a ${this.role.value}: copy it, and give it to nobody else`);
      this.changed();
    } catch (refusal) {
      sayWrong(refusal);
    }
  }

  /** @param {string} who */
  async #revoke(who) {
    if (!(await confirmed(`Revoke the link of ${who}?`, "Revoke", "It opens nothing any more. What was decided by it stays."))) return;
    await remove(`/api/links?${new URLSearchParams({ name: who })}`);
    say(`the link of ${who} is revoked`);
    this.changed();
  }
}

/** @param {string} link */
function copy(link) {
  navigator.clipboard.writeText(link).then(
    () => say("the link is copied: it lets its holder decide under that name"),
    () => say("this browser does not let the page copy: select the link", "wrong"),
  );
}
