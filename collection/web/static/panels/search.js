/** The query field: what is asked for, in the words of the address. */

import { completing } from "./completion.js";
import { element, icon } from "../core/element.js";
import { mirrored } from "../core/fields.js";
import { answer } from "../core/keys.js";
import { sayWrong } from "../core/status.js";

/** @import { App } from "../core/app.js" */

/** @param {App} app */
export function search(app) {
  const field = element("input", {
    type: "search", id: "query", name: "q", autocomplete: "off", spellcheck: "false", enterkeyhint: "search",
    placeholder: "quality>80 is:unreviewed", "aria-label": "Query", "aria-describedby": "refused",
  });
  const wrong = element("p", { class: "refused", id: "refused", role: "alert", hidden: true });
  const form = element(
    "form",
    {
      role: "search",
      submit: (event) => {
        event.preventDefault();
        offers.close();
        mending = true;
        field.blur(); // at once: whoever types on while the answer is on its way asks for the field again
        app.ask(field.value).catch(sayWrong);
      },
    },
    icon("find"),
    field,
    wrong,
  );
  let mending = false; // a refused query is there to be mended, unless the curator went on to something else
  for (const name of ["keydown", "pointerdown"]) addEventListener(name, () => (mending = false), true);
  const offers = completing(field, app);
  const showQuery = mirrored(field, () => app.query);
  const show = () => {
    showQuery();
    wrong.hidden = !app.refusal;
    wrong.textContent = [app.refusal?.error, app.refusal?.hint].filter(Boolean).join(". ");
    if (app.refusal) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  };
  app.on("ids", show);
  app.on("view", show);
  app.on("refused", () => {
    show();
    if (mending) field.focus();
  });
  show();
  answer({
    search: () => {
      field.focus();
      field.select();
    },
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // which would empty the field
    showQuery(true);
    field.blur();
  });
  return form;
}
