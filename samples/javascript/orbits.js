// Orbits: planets on their ways around a star. In the token they move; the picture is taken at the hash's own moment.
// All chance comes from $fx.rand(), so the same hash always gives the same picture. docs/scripts.md says what there is.

$fx.params([
  { id: "Light", type: "select", options: { options: ["Dawn", "Noon", "Night"] } },
  { id: "Planets", type: "select", options: { options: ["Three", "Five", "Eight"] } },
]);

const COLOURS = {
  Dawn: { space: "#2a1a3f", star: "#ffd6a0", planets: ["#ff7b54", "#ffb26b", "#939b62", "#ffd56f"] },
  Noon: { space: "#e9e4d4", star: "#d1495b", planets: ["#00798c", "#edae49", "#30638e", "#003d5b"] },
  Night: { space: "#0b132b", star: "#f4f1de", planets: ["#5bc0be", "#6fffe9", "#3a506b", "#c8d5b9"] },
};
const NUMBERS = { Three: 3, Five: 5, Eight: 8 };
const light = COLOURS[$fx.getParam("Light")];
const one = (things) => things[Math.floor($fx.rand() * things.length)];

const count = NUMBERS[$fx.getParam("Planets")];
const planets = Array.from({ length: count }, (_, place) => ({
  way: 0.14 + (0.32 * (place + 0.3 + 0.5 * $fx.rand())) / count, // radius of the orbit, as a part of the side
  size: 0.012 + 0.026 * $fx.rand(),
  colour: one(light.planets),
  begin: $fx.rand() * 2 * Math.PI,
  pace: (0.4 + $fx.rand()) * one([-1, 1]),
  ring: $fx.rand() < 0.25,
}));
const tilt = 0.35 + 0.6 * $fx.rand(); // 1: seen from above
const moment = 60 * $fx.rand(); // the frame of the picture

$fx.features({
  Light: $fx.getParam("Light"),
  Planets: $fx.getParam("Planets"),
  Rings: planets.some(({ ring }) => ring),
  View: tilt > 0.75 ? "Above" : tilt > 0.5 ? "Aslant" : "Edge",
});

const canvas = document.body.appendChild(document.createElement("canvas"));
const pen = canvas.getContext("2d");

function circle(x, y, radius, flat = 1) {
  pen.beginPath();
  pen.ellipse(x, y, radius, radius * flat, 0, 0, 2 * Math.PI);
}

function paint(time) {
  [canvas.width, canvas.height] = [innerWidth, innerHeight];
  const side = Math.min(innerWidth, innerHeight);
  const [x, y] = [innerWidth / 2, innerHeight / 2];
  pen.fillStyle = light.space;
  pen.fillRect(0, 0, innerWidth, innerHeight);
  pen.fillStyle = light.star;
  circle(x, y, side * 0.07);
  pen.fill();
  for (const { way, size, colour, begin, pace, ring } of planets) {
    pen.lineWidth = side / 400;
    pen.strokeStyle = light.star;
    circle(x, y, way * side, tilt);
    pen.stroke();
    const turn = begin + (pace * time) / 60;
    const [left, top] = [x + Math.cos(turn) * way * side, y + Math.sin(turn) * way * side * tilt];
    pen.fillStyle = colour;
    circle(left, top, size * side);
    pen.fill();
    if (!ring) continue;
    pen.lineWidth = side / 160;
    pen.strokeStyle = colour;
    circle(left, top, size * side * 1.8, 0.35);
    pen.stroke();
  }
}

let frame = 0;
(function next() {
  paint($fx.isPreview ? moment : moment + frame++);
  if ($fx.isPreview) $fx.preview(); // take the picture; nothing runs afterwards
  else requestAnimationFrame(next);
})();
