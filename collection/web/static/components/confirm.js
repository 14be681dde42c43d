/** A question that must be answered before much is done at once. */

import { element } from "../core/element.js";

/**
 * @param {string} question
 * @param {string} yes
 * @param {string} [note]
 * @returns {Promise<boolean>} whether the answer was yes
 */
export function confirmed(question, yes, note = "One undo takes it back.") {
  return new Promise((resolve) => {
    /** @type {HTMLDialogElement} */
    const dialog = element(
      "dialog",
      { class: "confirm", "aria-label": question, close: () => (dialog.remove(), resolve(dialog.returnValue === "yes")) },
      element("h2", {}, question),
      element("p", {}, note),
      element(
        "div",
        { class: "buttons" },
        element("button", { click: () => dialog.close("no") }, "Cancel"),
        element("button", { class: "strong", autofocus: true, click: () => dialog.close("yes") }, yes),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
