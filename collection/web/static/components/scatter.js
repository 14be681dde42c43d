/** Points on a plane that become pictures as one comes nearer: zoomed by the wheel, dragged, circled by a lasso. */

import { element } from "../core/element.js";
import { simplified } from "./lasso.js";
import { PlaneView, SIDE } from "./plane_view.js";

const TAP = 5; // pixels that a click may move
const PICTURES = [24, 160]; // pixels of a picture's side: smaller ones are dots
const STRAIGHT = 60; // units of the plane that a corner of a lasso may be off a line to be left out
const AROUND = [-1, 0, 1].flatMap((right) => [-1, 0, 1].map((down) => [right, down])); // a cell and those beside it

/**
 * @typedef {object} Points
 * @property {number[]} ids
 * @property {number[]} x 0 to SIDE
 * @property {number[]} y
 */

/**
 * @typedef {object} Answers
 * @property {(id: number) => void} chose a click on a point
 * @property {(id: number) => void} opened a double click
 * @property {(corners: [number, number][]) => void} circled the corners of a lasso, 0 to SIDE
 * @property {(ids: number[]) => void} wanted the pictures that are needed
 */

export class Scatter {
  /** @type {Points} */
  points = { ids: [], x: [], y: [] };
  /** What each point is coloured, as CSS; none: grey. @type {string[]} */
  colours = [];
  /** The points that are meant; null: all of them. @type {Set<number> | null} */
  meant = null;
  /** @type {number | null} */
  cursor = null;
  /** What stands over the points. @type {{x: number, y: number, text: string}[]} */
  labels = [];
  /** Whether a drag circles instead of moving. */
  circles = false;
  /** @type {Map<number, HTMLImageElement>} */
  #pictures = new Map();
  /** @type {[number, number][]} */
  #lasso = [];
  /** @type {Map<number, [number, number]>} */
  #pointers = new Map();
  #moved = 0;
  #drawing = 0;

  /** @param {Answers} answers */
  constructor(answers) {
    this.answers = answers;
    this.canvas = element("canvas", { class: "scatter", tabindex: 0,
      wheel: (event) => this.#wheel(event), pointerdown: (event) => this.#down(event), pointermove: (event) => this.#move(event),
      pointerup: (event) => this.#up(event), pointercancel: (event) => this.#up(event), dblclick: (event) => this.#opened(event) });
    this.view = new PlaneView(this.canvas);
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.canvas);
  }

  end() {
    this.sizes.disconnect();
    cancelAnimationFrame(this.#drawing);
  }

  /** Draw with the next frame. */
  draw() {
    cancelAnimationFrame(this.#drawing);
    this.#drawing = requestAnimationFrame(() => this.#draw());
  }

  /** Take over a small picture. @param {number} id @param {string} address */
  picture(id, address) {
    if (this.#pictures.has(id)) return;
    const made = new Image();
    made.onload = () => this.draw();
    made.src = address;
    this.#pictures.set(id, made);
  }

  /** Zoom by a factor; what is under the point, in pixels from the middle, stays there. @param {number} factor */
  zoom(factor, right = 0, down = 0) {
    this.view.zoomBy(factor, right, down);
    this.draw();
  }

  /** Zoom by a factor; the image that is looked at stays where it is, if it is in sight, else the middle. @param {number} factor */
  zoomThere(factor) {
    const at = this.points.ids.indexOf(this.cursor ?? -1);
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const [x, y] = at < 0 ? [-1, -1] : this.#pixel(at);
    const seen = x >= 0 && y >= 0 && x <= width && y <= height;
    this.zoom(factor, seen ? x - width / 2 : 0, seen ? y - height / 2 : 0);
  }

  /** Bring a point into sight. @param {number} id */
  follow(id) {
    this.cursor = id;
    const at = this.points.ids.indexOf(id);
    if (at >= 0) {
      const [x, y] = this.#pixel(at);
      const { clientWidth: width, clientHeight: height } = this.canvas;
      if (x < 0 || y < 0 || x > width || y > height) this.view.centre(this.points.x[at], this.points.y[at]);
    }
    this.draw();
  }

  /** The nearest meant point that lies that way from the cursor. @param {number} right @param {number} down */
  towards(right, down) {
    const at = this.points.ids.indexOf(this.cursor ?? -1);
    if (at < 0) return this.points.ids.find((id) => this.#isMeant(id));
    const { ids, x, y } = this.points;
    let [best, found] = [Infinity, /** @type {number | undefined} */ (undefined)];
    ids.forEach((id, place) => {
      const [across, along] = [x[place] - x[at], y[place] - y[at]];
      const ahead = across * right + along * down;
      const aside = Math.abs(across * down) + Math.abs(along * right);
      if (ahead > 0 && ahead >= aside && ahead + 2 * aside < best && this.#isMeant(id)) [best, found] = [ahead + 2 * aside, id];
    });
    return found;
  }

  /** @param {number} id */
  #isMeant(id) {
    return !this.meant || this.meant.has(id);
  }

  /** Where a point is on the canvas. @param {number} at @returns {[number, number]} */
  #pixel(at) {
    return this.view.pixel(this.points.x[at], this.points.y[at]);
  }

  #draw() {
    const { canvas, points } = this;
    const { clientWidth: width, clientHeight: height } = canvas;
    const dense = devicePixelRatio;
    if (canvas.width !== Math.round(width * dense)) canvas.width = Math.round(width * dense);
    if (canvas.height !== Math.round(height * dense)) canvas.height = Math.round(height * dense);
    const pen = canvas.getContext("2d");
    if (!pen || !width) return;
    pen.setTransform(dense, 0, 0, dense, 0, 0);
    pen.clearRect(0, 0, width, height);
    const ink = getComputedStyle(canvas);
    const side = Math.min(PICTURES[1], (0.7 * this.view.scale * SIDE) / Math.sqrt(points.ids.length || 1));
    const inSight = points.ids.map((_, at) => at).filter((at) => near(this.#pixel(at), width, height, side));
    const pictured = side < PICTURES[0] ? new Set() : this.#pictured(inSight, side);
    const dot = Math.max(2, Math.min(8, side / 4));
    for (const at of inSight) {
      if (pictured.has(at)) continue;
      const [x, y] = this.#pixel(at);
      pen.globalAlpha = this.#isMeant(points.ids[at]) ? 0.9 : 0.12;
      pen.fillStyle = this.colours[at] ?? ink.color;
      pen.fillRect(x - dot / 2, y - dot / 2, dot, dot);
    }
    for (const at of pictured) this.#paint(pen, at, side, ink);
    pen.globalAlpha = 1;
    this.#mark(pen, side, ink);
    if (!this.#lasso.length) this.#label(pen, ink);
  }

  /** The points in sight that have room to be pictures, so that none covers another. @param {number[]} inSight @param {number} side */
  #pictured(inSight, side) {
    /** @type {Map<string, [number, number]>} */
    const taken = new Map();
    const found = new Set(/** @type {number[]} */ ([]));
    const meantFirst = [...inSight.filter((at) => this.#isMeant(this.points.ids[at])), ...inSight.filter((at) => !this.#isMeant(this.points.ids[at]))];
    for (const at of meantFirst) {
      const [x, y] = this.#pixel(at);
      const [column, row] = [Math.floor(x / side), Math.floor(y / side)];
      const free = AROUND.every(([right, down]) => {
        const other = taken.get(`${column + right} ${row + down}`);
        return !other || Math.abs(other[0] - x) >= side || Math.abs(other[1] - y) >= side;
      });
      if (!free) continue;
      taken.set(`${column} ${row}`, [x, y]);
      found.add(at);
    }
    const missing = [...found].map((at) => this.points.ids[at]).filter((id) => !this.#pictures.has(id));
    if (missing.length) this.answers.wanted(missing);
    return found;
  }

  /** @param {CanvasRenderingContext2D} pen @param {number} at @param {number} side @param {CSSStyleDeclaration} ink */
  #paint(pen, at, side, ink) {
    const [x, y] = this.#pixel(at);
    const id = this.points.ids[at];
    const made = this.#pictures.get(id);
    pen.globalAlpha = this.#isMeant(id) ? 1 : 0.15;
    const room = side * 0.86;
    const ratio = made?.naturalWidth ? made.naturalWidth / made.naturalHeight : 1;
    const [wide, high] = ratio > 1 ? [room, room / ratio] : [room * ratio, room];
    pen.fillStyle = this.colours[at] ?? ink.backgroundColor;
    pen.fillRect(x - wide / 2 - 2, y - high / 2 - 2, wide + 4, high + 4);
    if (made?.complete && made.naturalWidth) pen.drawImage(made, x - wide / 2, y - high / 2, wide, high);
  }

  /** The cursor and the lasso. @param {CanvasRenderingContext2D} pen @param {number} side @param {CSSStyleDeclaration} ink */
  #mark(pen, side, ink) {
    const at = this.points.ids.indexOf(this.cursor ?? -1);
    [pen.strokeStyle, pen.lineWidth] = [ink.color, 2];
    if (at >= 0) {
      const [x, y] = this.#pixel(at);
      const size = Math.max(16, side < PICTURES[0] ? 0 : side + 4);
      pen.strokeRect(x - size / 2, y - size / 2, size, size);
    }
    if (this.#lasso.length < 2) return;
    pen.beginPath();
    for (const [x, y] of this.#lasso) pen.lineTo(x, y);
    pen.closePath();
    pen.stroke();
    pen.globalAlpha = 0.12;
    pen.fillStyle = ink.color;
    pen.fill();
    pen.globalAlpha = 1;
  }

  /** @param {CanvasRenderingContext2D} pen @param {CSSStyleDeclaration} ink */
  #label(pen, ink) {
    [pen.font, pen.textAlign, pen.textBaseline, pen.lineWidth] = [`600 ${ink.fontSize} ${ink.fontFamily}`, "center", "middle", 4];
    for (const { x, y, text } of this.labels) {
      const at = this.view.pixel(x, y);
      pen.strokeStyle = ink.backgroundColor;
      pen.strokeText(text, ...at);
      pen.fillStyle = ink.color;
      pen.fillText(text, ...at);
    }
  }

  /** @param {{offsetX: number, offsetY: number}} event */
  #under({ offsetX, offsetY }) {
    let [best, found] = [24, /** @type {number | undefined} */ (undefined)];
    const side = (this.view.scale * SIDE) / Math.sqrt(this.points.ids.length || 1);
    this.points.ids.forEach((id, at) => {
      const [x, y] = this.#pixel(at);
      const far = Math.hypot(x - offsetX, y - offsetY);
      if (far < Math.max(best === 24 ? Math.min(80, side / 1.5) : 0, best) && (far < best || found === undefined) && this.#isMeant(id)) [best, found] = [far, id];
    });
    return found;
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY * 0.002), event.offsetX - this.canvas.clientWidth / 2, event.offsetY - this.canvas.clientHeight / 2);
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
    this.#moved = 0;
    this.#lasso = this.circles !== event.shiftKey && this.#pointers.size === 1 ? [[event.offsetX, event.offsetY]] : [];
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const from = this.#pointers.get(event.pointerId);
    if (!from) return;
    const [right, down] = [event.offsetX - from[0], event.offsetY - from[1]];
    const apart = this.#spread();
    this.#pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
    this.#moved += Math.abs(right) + Math.abs(down);
    if (this.#lasso.length) {
      this.#lasso.push([event.offsetX, event.offsetY]);
      return this.draw();
    }
    if (apart) this.zoom(this.#spread() / apart);
    const share = 1 / (this.view.scale * this.#pointers.size);
    this.view.centre(this.view.x - right * share, this.view.y - down * share);
    this.draw();
  }

  /** @param {PointerEvent} event */
  #up(event) {
    if (!this.#pointers.delete(event.pointerId)) return;
    const lasso = this.#lasso;
    this.#lasso = [];
    if (this.#moved <= TAP) {
      const id = this.#under(event);
      if (id !== undefined) this.answers.chose(id);
    } else if (lasso.length > 2) {
      this.answers.circled(simplified(lasso.map(([x, y]) => this.view.place(x, y)), STRAIGHT / this.view.zoom));
    }
    this.draw();
  }

  /** How far two fingers are apart; 0 for one. */
  #spread() {
    const [one, other] = this.#pointers.values();
    return other ? Math.hypot(one[0] - other[0], one[1] - other[1]) || 1 : 0;
  }

  /** @param {MouseEvent} event */
  #opened(event) {
    const id = this.#under(event);
    if (id !== undefined) this.answers.opened(id);
  }
}

/** @param {[number, number]} at @param {number} width @param {number} height @param {number} room */
const near = ([x, y], width, height, room) => x > -room && y > -room && x < width + room && y < height + room;
