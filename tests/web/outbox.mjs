// What the page's outbox sends, and to whom it tells what came of it: `node outbox.mjs OUTBOX.JS SCENE`, as JSON.
// The server of a scene refuses the fourth of a batch, fails on every batch or always on the fourth, or does not answer
// for a while, nor does the proxy before it.

const [, , script, scene] = process.argv;
const COUNT = { long: 400, wide: 400 }[scene] ?? 6;
const posts = [];
let away = ["away", "proxy"].includes(scene);
const kept = new Set(); // what the browser keeps
const actions = { put: ({ id }) => kept.add(id), delete: (id) => kept.delete(id) };
const database = { transaction: () => ({ objectStore: () => actions }) };
globalThis.indexedDB = {
  open() {
    const asked = { result: database };
    queueMicrotask(() => asked.onsuccess());
    return asked;
  },
};
globalThis.navigator ??= {};
globalThis.document = { querySelector: () => null };
globalThis.fetch = async (path, { body }) => {
  const sent = JSON.parse(body);
  posts.push([path, (sent.actions ?? [sent]).length, Buffer.byteLength(body)]);
  await new Promise((answer) => setTimeout(answer, 5));
  if (away) {
    away = posts.length < 3;
    if (scene === "proxy") return new Response("bad gateway", { status: 502 });
    throw new TypeError("no answer");
  }
  const broken = scene === "mistake" && (sent.actions || sent.number === 3);
  if (broken) return Response.json({ error: "broken" }, { status: 500 });
  if (!sent.actions) return Response.json({ told: sent.number });
  if (scene === "broken") return Response.json({ error: "broken" }, { status: 500 });
  const told = ({ body: { number } }) => (number === 3 ? { status: 409, error: "full" } : { status: 200, told: number });
  return Response.json({ answers: sent.actions.map(told) });
};
const { Outbox } = await import(script);
const outbox = new Outbox();
const answers = Array.from({ length: COUNT }, (_, number) =>
  outbox.send("/api/events", { number, note: (scene === "wide" ? "漢" : "x").repeat(COUNT > 6 ? 300 : 0) }).then(({ told }) => told, ({ error }) => error));
const hurry = setInterval(() => outbox.nudge(), 10);
const told = await Promise.all(answers);
clearInterval(hurry);
console.log(JSON.stringify({ answers: told, posts, left: outbox.waiting.length, kept: kept.size }));
