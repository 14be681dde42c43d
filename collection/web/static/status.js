/** The status line: what just happened, read aloud by screen readers. */

let ends = 0;

/** @param {string} text @param {"plain" | "wrong"} tone */
export function say(text, tone = "plain") {
  const line = document.getElementById("status");
  line.textContent = text;
  line.dataset.tone = tone;
  clearTimeout(ends);
  ends = setTimeout(() => delete line.dataset.tone, tone === "wrong" ? 12_000 : 4_000);
}

/** Show what a promise or function was refused with. @param {any} refusal */
export function sayWrong(refusal) {
  if (refusal?.error === undefined) throw refusal; // a mistake of ours belongs in the console
  say(refusal.hint ? `${refusal.error}. ${refusal.hint}` : refusal.error, "wrong");
}
