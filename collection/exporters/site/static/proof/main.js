// The page: the visitor names where the set lies and what is known of it, and reads what is proven.

const SHOWN = 200;
const field = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (byId(id));
const fromWeb = location.protocol.startsWith("http");
/** @type {File[]} */
let files = [];
let run = 0;

/** Where the visitor says the set lies. @returns {Source} */
function chosenSource() {
  const place = /** @type {HTMLInputElement} */ (document.querySelector("[name=place]:checked")).value;
  if (place === "here") return webSource(new URL(".", location.href).href);
  if (place === "gateway") {
    if (!field("gateway").value || !field("cid").value) throw new Error("name the gateway and the set's root folder");
    return gatewaySource(field("gateway").value, field("cid").value);
  }
  if (!files.length) throw new Error("choose the folder that holds images, metadata and proof");
  return fileSource(files);
}

/** @param {string} text @param {string} [kind] */
function say(text, kind = "") {
  byId("said").textContent = text;
  byId("said").className = kind;
}

/** @param {Check} check */
function checkRow({ what, good, told }) {
  const mark = element("span", { className: good ? "good" : "wrong" }, good ? "right" : "WRONG");
  return element("li", {}, mark, element("strong", {}, what), element("span", { className: "hash" }, told));
}

/** Check the set, then the tokens that are asked for. @param {number[]} [only] */
async function check(only) {
  const mine = ++run;
  byId("whole").replaceChildren();
  byId("faults").replaceChildren();
  byId("stop").hidden = false;
  say("Reading the proof ...");
  if (!only) byId("said").scrollIntoView({ block: "center" });
  try {
    const source = chosenSource();
    const wanted = { root: field("root").value.trim(), signer: field("signer").value.trim(), node: field("node").value.trim(), address: field("address").value.trim() };
    const whole = await checkWhole(source, wanted);
    if (mine !== run) return;
    byId("whole").replaceChildren(...whole.checks.map(checkRow));
    const tokens = only ?? askedTokens(whole);
    await checkTokens(source, whole, tokens, mine);
  } catch (error) {
    if (mine === run) say(`Nothing is proven: ${/** @type {Error} */ (error).message}`, "wrong");
  }
  if (mine === run) byId("stop").hidden = true;
}

/** @param {Whole} whole */
function askedTokens(whole) {
  const text = field("number").value.trim();
  if (!text) return whole.lines.map((_, place) => place + 1);
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > whole.lines.length) throw new Error(`there is no token ${text}`);
  return [number];
}

/** @param {Source} source @param {Whole} whole @param {number[]} tokens @param {number} mine */
async function checkTokens(source, whole, tokens, mine) {
  let wrong = 0;
  for (const [done, number] of tokens.entries()) {
    const faults = await tokenFaults(source, whole, number);
    if (mine !== run) return;
    if (faults.length && ++wrong <= SHOWN) {
      byId("faults").append(element("li", {}, element("strong", { className: "wrong" }, `Token ${number}: `), faults.join("; ")));
    }
    if (done % 20 === 0) say(`Checked ${counted(done + 1, "token")} of ${tokens.length.toLocaleString("en")} ...`);
  }
  tell(whole, tokens, wrong);
}

/** The answer. @param {Whole} whole @param {number[]} tokens @param {number} wrong */
function tell(whole, tokens, wrong) {
  const faults = whole.checks.filter((check) => !check.good);
  const good = tokens.length - wrong;
  const which = tokens.length === 1 ? `token ${tokens[0]}` : `${good.toLocaleString("en")} of ${counted(tokens.length, "token")}`;
  if (faults.length) return say(`Nothing is proven of any token: ${faults.map((check) => check.what).join(", ")} is wrong.`, "wrong");
  if (!tokens.length) return say("The proof is right in itself. Check looks at every image and metadata file, too.");
  if (!good) return say(`Not proven: ${which}.`, "wrong");
  const what = `${which}: image, metadata and place are those under the root ${whole.manifest.merkle_root}`;
  if (!whole.vouched.length) {
    return say(`In itself the set agrees, ${what}. Nothing vouches for that root: enter one that you know, a signer or a contract.`, wrong ? "wrong" : "");
  }
  return say(`Proven: ${what}, by ${whole.vouched.join(" and ")}.`, wrong ? "wrong" : "good");
}

/** Show only the fields of the chosen place. */
function showFields() {
  const place = /** @type {HTMLInputElement} */ (document.querySelector("[name=place]:checked")).value;
  for (const each of ["files", "gateway"]) byId(`${each}-fields`).hidden = each !== place;
}

field("folder").addEventListener("change", () => {
  files = [...(field("folder").files ?? [])];
  byId("chosen").textContent = counted(files.length, "file");
});
for (const choice of document.querySelectorAll("[name=place]")) choice.addEventListener("change", showFields);
byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
byId("stop").addEventListener("click", () => {
  run++;
  byId("stop").hidden = true;
  say("Stopped.");
});
field("place-here").disabled = !fromWeb;
if (!fromWeb) {
  field("place-files").checked = true;
  byId("here-why").textContent = " (a page opened from a disk may not read its folder: choose it below)";
}
showFields();
const asked = new URLSearchParams(location.hash.slice(1)).get("token");
if (asked) field("number").value = asked;
if (fromWeb) check(asked ? undefined : []);
