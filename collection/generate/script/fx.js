"use strict";
// What a script finds in the browser: $fx as fxhash describes it, tokenData as Art Blocks does. `setup` stands before it.
(() => {
  const { hash, tokenId, planned, capture } = window.$collection;
  delete window.$collection;

  // Numbers from 0 to 1 by the generator sfc32, from four words of the hash; streams differ by a number.
  const stream = (number) => {
    let a, b, c, d;
    const next = () => {
      const t = (((a + b) | 0) + d) | 0;
      d = (d + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (c << 21) | (c >>> 11);
      c = (c + t) | 0;
      return (t >>> 0) / 4294967296;
    };
    const reset = () => {
      [a, b, c, d] = [2, 10, 18, 26].map((place) => parseInt(hash.slice(place, place + 8), 16) | 0);
      d = (d + number) | 0;
      for (let step = 0; step < 16; step++) next();
    };
    reset();
    return Object.assign(next, { reset });
  };
  const rand = stream(0), chance = stream(1);
  Math.random = stream(2); // also what does not draw from $fx.rand comes from the hash

  let features = {}, params = {}, definitions = [];
  const fallback = ({ type, options = {} }) => {
    if (type === "select") return options.options[Math.floor(chance() * options.options.length)];
    if (type === "boolean") return chance() < 0.5;
    if (type === "color") return "#" + Math.floor(chance() * 16777216).toString(16).padStart(6, "0") + "ff";
    if (type !== "number" && type !== "bigint") return "";
    const least = Number(options.min ?? 0), most = Number(options.max ?? 1), step = Number(options.step ?? 0);
    const value = least + chance() * (most - least);
    return step ? Math.min(most, least + Math.round((value - least) / step) * step) : value;
  };
  const typed = (text, type) =>
    type === "number" ? Number(text) : type === "bigint" ? BigInt(text) : type === "boolean" ? text === "true" : text;
  const wanted = ({ id, name, type, ...more }) => {
    const said = planned[id] ?? planned[name];
    return said !== undefined ? typed(said, type) : more.default ?? fallback({ type, ...more });
  };

  // While a picture is taken time goes by frames, and stops with the preview: every capture sees the same frame.
  let frame = 0, stopped = false;
  const timeout = window.setTimeout.bind(window), painted = window.requestAnimationFrame.bind(window);
  const { port1: ahead, port2: back } = new MessageChannel();
  if (capture) {
    const now = () => (frame * 1000) / 60, begun = 1577836800000;
    performance.now = now;
    const TrueDate = Date;
    window.Date = class extends TrueDate {
      constructor(...given) {
        given.length ? super(...given) : super(begun + now());
      }
      static now() {
        return begun + now();
      }
    };
    let waiting = [], number = 0;
    const later = (call, due, every) => {
      waiting.push({ id: ++number, call, due, every });
      return number;
    };
    const cancel = (id) => { waiting = waiting.filter((each) => each.id !== id); };
    const tick = () => {
      if (stopped) return;
      frame++;
      const ready = waiting.filter((each) => each.due <= now());
      waiting = waiting.filter((each) => each.due > now());
      for (const each of ready) {
        if (stopped) return;
        if (each.every !== undefined) waiting.push({ ...each, due: now() + Math.max(1, each.every) });
        try {
          each.call(now());
        } catch (error) {
          timeout(() => { throw error; });
        }
      }
      ahead.postMessage(0); // in a task of its own, and sooner than a timer may be
    };
    back.onmessage = tick;
    window.requestAnimationFrame = (call) => later(call, 0);
    window.setTimeout = (call, wait = 0, ...given) => later(() => call(...given), now() + wait);
    window.setInterval = (call, wait = 0, ...given) => later(() => call(...given), now() + wait, wait);
    window.cancelAnimationFrame = window.clearTimeout = window.clearInterval = cancel;
    window.alert = window.confirm = window.prompt = () => null;
    // Not before: the page may be read in pieces, and how long that takes is not the script's to see.
    window.addEventListener("load", () => ahead.postMessage(0), { once: true });
  }

  const settable = () => definitions.map(({ id, name, type, options }) => ({
    names: [id, name].filter(Boolean), values: type === "select" ? (options?.options ?? []).map(String) : null,
  }));
  const preview = () => {
    if (!capture || stopped) return;
    stopped = true;
    const said = JSON.stringify({ features, settable: settable() });
    painted(() => painted(() => window.collectionPreview(said))); // what was drawn last is on the screen by then
  };
  const zero = "0x0000000000000000000000000000000000000000";
  window.$fx = {
    hash, rand, preview, isPreview: capture, context: capture ? "capture" : "standalone", iteration: tokenId,
    minter: zero, randminter: stream(3), inputBytes: "",
    features: (found) => { features = { ...found }; },
    getFeature: (name) => features[name],
    getFeatures: () => features,
    params: (found) => {
      definitions = found;
      params = Object.fromEntries(found.map((each) => [each.id, wanted(each)]));
    },
    getParam: (id) => params[id],
    getParams: () => params,
    getRawParam: (id) => params[id],
    getRawParams: () => params,
    getDefinitions: () => definitions,
    stringifyParams: (found) => JSON.stringify(found, (_, value) => (typeof value === "bigint" ? String(value) : value)),
    on: () => () => {}, emit: () => {},
  };
  Object.assign(window, { fxhash: hash, fxrand: rand, fxpreview: preview, isFxpreview: capture, tokenData: { hash, tokenId } });
  Object.defineProperty(window, "$fxhashFeatures", { set: (found) => { features = { ...found }; }, get: () => features });
})();
