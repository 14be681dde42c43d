/** The query field: what is asked for, in the words of the address. */

import { element, icon } from "./element.js";
import { answer } from "./keys.js";
import { sayWrong } from "./status.js";

export function search(room) {
  const field = element("input", {
    type: "search", id: "query", name: "q", autocomplete: "off", spellcheck: "false", enterkeyhint: "search",
    placeholder: "quality>80 is:unreviewed lighthouse", "aria-label": "Query",
  });
  const form = element(
    "form",
    {
      role: "search",
      submit: (event) => {
        event.preventDefault();
        room.ask(field.value).then(() => field.blur()).catch(sayWrong);
      },
    },
    icon("find"),
    field,
  );
  const show = () => (field.value = room.query);
  room.on("ids", show);
  room.on("view", show);
  answer({ search: () => field.select() });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    show();
    field.blur();
  });
  return form;
}
