/** Text fields that show a part of the state, and never lose what is being typed into them. */

/**
 * Keep a field at what `read` says. While somebody types into it, it keeps their words; what they left there stays
 * until `read` says something new.
 * @param {HTMLInputElement} field
 * @param {() => string} read
 * @returns {(force?: boolean) => void} shows it again; with `force` in place of whatever was typed
 */
export function mirrored(field, read) {
  let shown = field.value;
  return (force = false) => {
    const now = read();
    const edited = field.value !== shown;
    if (!force && edited && (document.activeElement === field || now === shown)) return;
    shown = now;
    if (field.value !== now) field.value = now; // setting it moves the caret
  };
}

/**
 * Take what was typed out of a field, and put it back if sending it failed and nothing was typed since.
 * @param {HTMLInputElement | HTMLTextAreaElement} field
 * @param {(text: string) => Promise<boolean>} send resolves to whether it was kept
 */
export async function sent(field, send) {
  const typed = field.value;
  field.value = "";
  const kept = await send(typed.trim()).catch((refusal) => {
    if (!field.value) field.value = typed;
    throw refusal;
  });
  if (!kept && !field.value) field.value = typed;
  return kept;
}
