/** The query field: what is asked for, in the words of the address. */

import { completing } from "./completion.js";
import { element, icon } from "../core/element.js";
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
        app.ask(field.value).then(() => app.refusal || field.blur()).catch(sayWrong); // a wrong one is there to be mended
      },
    },
    icon("find"),
    field,
    wrong,
  );
  const offers = completing(field, app);
  const show = () => {
    field.value = app.query;
    wrong.hidden = !app.refusal;
    wrong.textContent = [app.refusal?.error, app.refusal?.hint].filter(Boolean).join(". ");
    if (app.refusal) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  };
  app.on("ids", show);
  app.on("view", show);
  app.on("refused", show);
  show();
  answer({ search: () => field.select() });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault(); // which would empty the field
    show();
    field.blur();
  });
  return form;
}
