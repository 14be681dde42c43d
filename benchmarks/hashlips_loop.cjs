// The way that HashLips draws tokens, in our own words, on the canvas of @napi-rs/canvas (Skia): one canvas for all; for
// each token its pictures are loaded from the disk, the canvas is cleared, they are drawn one by one, the canvas becomes a
// PNG, and the file is written with its JSON before the next token is begun.
//
// Standard input: {"width", "height", "out", "tokens": [[{"path", "blend", "opacity"}, ...], ...]}; "raw": true writes
// straight RGBA instead of PNG. Standard output: {"seconds", "bytes" (most memory)}.
"use strict";
const fs = require("fs");
const { createCanvas, loadImage } = require("@napi-rs/canvas");

async function main() {
  const wanted = JSON.parse(fs.readFileSync(0, "utf8"));
  const canvas = createCanvas(wanted.width, wanted.height);
  const context = canvas.getContext("2d");
  const begun = process.hrtime.bigint();
  for (const [number, stack] of wanted.tokens.entries()) {
    const images = await Promise.all(stack.map((layer) => loadImage(layer.path)));
    context.globalAlpha = 1;
    context.globalCompositeOperation = "source-over";
    context.clearRect(0, 0, wanted.width, wanted.height);
    stack.forEach((layer, place) => {
      context.globalAlpha = layer.opacity;
      context.globalCompositeOperation = layer.blend;
      context.drawImage(images[place], 0, 0, wanted.width, wanted.height);
    });
    if (wanted.raw) {
      fs.writeFileSync(`${wanted.out}/${number}.raw`, context.getImageData(0, 0, wanted.width, wanted.height).data);
    } else {
      fs.writeFileSync(`${wanted.out}/${number}.png`, canvas.toBuffer("image/png"));
      fs.writeFileSync(`${wanted.out}/${number}.json`, JSON.stringify({ edition: number, attributes: stack.map((layer) => layer.path) }));
    }
  }
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  console.log(JSON.stringify({ seconds, bytes: process.resourceUsage().maxRSS * 1024 }));
}

main();
