// What the page's outbox sends, and to whom it tells what came of it: `node outbox.mjs OUTBOX.JS SCENE`, as JSON.
// The server of a scene refuses the fourth of a batch, fails on every batch, or does not answer for a while.

const [, , script, scene] = process.argv;
const COUNT = { long: 400 }[scene] ?? 6;
const posts = [];
let away = scene === "away";
globalThis.navigator ??= {};
globalThis.document = { querySelector: () => null };
globalThis.fetch = async (path, { body }) => {
  const sent = JSON.parse(body);
  posts.push([path, (sent.actions ?? [sent]).length, body.length]);
  await new Promise((answer) => setTimeout(answer, 5));
  if (away) {
    away = posts.length < 3;
    throw new TypeError("no answer");
  }
  if (!sent.actions) return Response.json({ told: sent.number });
  if (scene === "broken") return Response.json({ error: "broken" }, { status: 500 });
  const told = ({ body: { number } }) => (number === 3 ? { status: 409, error: "full" } : { status: 200, told: number });
  return Response.json({ answers: sent.actions.map(told) });
};
const { Outbox } = await import(script);
const outbox = new Outbox();
const answers = Array.from({ length: COUNT }, (_, number) =>
  outbox.send("/api/events", { number, note: "x".repeat(scene === "long" ? 300 : 0) }).then(({ told }) => told, ({ error }) => error));
console.log(JSON.stringify({ answers: await Promise.all(answers), posts, left: outbox.waiting.length }));
