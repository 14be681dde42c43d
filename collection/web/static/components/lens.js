/** Zooming and panning: one lens may look at several pictures, which then move together. */

import { element } from "../core/element.js";
import { blank, exchange, missing } from "./picture.js";

/** @import { Asset, Way } from "../core/types.js" */

const FARTHEST = 16; // screen pixels an image pixel
const TAP = 6; // pixels that a tap may move
const SWIPE = 56;
const DOUBLE = 300; // milliseconds between two taps that are one
const DWELL = 180; // milliseconds after which a picture is worth its full file

export class Lens {
  /** How much bigger than what fits. */
  zoom = 1;
  /** What is in the middle, as fractions of the picture's sides. */
  x = 0.5;
  y = 0.5;
  /** @type {Set<Pane>} */
  panes = new Set();

  /** @param {number} zoom @param {number} x @param {number} y */
  set(zoom, x, y) {
    [this.zoom, this.x, this.y] = [zoom, x, y];
    for (const pane of this.panes) pane.draw();
  }

  reset() {
    this.set(1, 0.5, 0.5);
  }

  /**
   * To true pixels, and back to what fits.
   * @param {Pane} pane
   * @param {number} [x]
   * @param {number} [y]
   */
  toggle(pane, x = 0.5, y = 0.5) {
    if (this.zoom !== 1) this.reset();
    else this.set(pane.whole(), x, y);
  }
}

export class Pane {
  /** @type {Asset | null} */
  asset = null;
  /** Whether the file itself is shown, or on its way. */
  full = false;
  /** @type {Map<number, {x: number, y: number, from: [number, number]}>} */
  #pointers = new Map();
  /** Of the picture, in its own pixels; of none yet, 1. */
  #sides = [1, 1];
  #moved = 0;
  #pinch = 0;
  #tapped = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #dwell;

  /** @param {Lens} lens @param {((way: Way) => void) | null} [swiped] */
  constructor(lens, swiped = null) {
    this.lens = lens;
    this.swiped = swiped;
    this.picture = blank();
    this.percent = element("span", { class: "percent" });
    this.element = element(
      "div",
      {
        class: "pane",
        pointerdown: (event) => this.#down(event),
        pointermove: (event) => this.#move(event),
        pointerup: (event) => this.#up(event),
        pointercancel: (event) => this.#forget(event),
        wheel: (event) => this.#wheel(event),
      },
      this.picture,
      missing(this.picture),
      this.percent,
    );
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.element);
    lens.panes.add(this);
  }

  end() {
    clearTimeout(this.#dwell);
    this.sizes.disconnect();
    this.lens.panes.delete(this);
    this.element.remove();
  }

  /** Show nothing, until it is known what. */
  clear() {
    clearTimeout(this.#dwell);
    this.asset = null;
    exchange(this.picture);
    this.percent.textContent = "";
  }

  /**
   * Show an image: its preview at once, its file when it is looked at for a while, or closely.
   * @param {Asset} asset
   */
  show(asset) {
    const scale = this.#fit() * this.lens.zoom; // is kept: sharpness is compared from picture to picture
    if (this.asset?.image !== asset.image) {
      this.full = false;
      exchange(this.picture, asset.preview);
      this.picture.width = asset.width;
      this.picture.height = asset.height;
      clearTimeout(this.#dwell);
      this.#dwell = setTimeout(() => this.#sharpen(), DWELL);
    }
    this.asset = asset;
    this.#sides = [asset.width, asset.height];
    if (this.lens.zoom !== 1 && this.lens.panes.size === 1) this.lens.zoom = scale / this.#fit();
    this.picture.alt = asset.label;
    this.draw();
  }

  /** The zoom of true pixels, 100 %: a pixel of the picture is one of the screen. */
  whole() {
    return 1 / (this.#fit() * devicePixelRatio);
  }

  draw() {
    if (!this.asset) return;
    const { clientWidth: width, clientHeight: height } = this.element;
    const scale = this.#fit() * this.lens.zoom;
    const [wide, high] = [this.asset.width * scale, this.asset.height * scale];
    const left = width / 2 - within(this.lens.x, width, wide) * wide;
    const top = height / 2 - within(this.lens.y, height, high) * high;
    this.picture.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
    this.picture.style.imageRendering = scale * devicePixelRatio > 2.5 ? "pixelated" : "auto";
    this.element.dataset.zoomed = String(this.lens.zoom > 1);
    this.percent.textContent = this.lens.zoom !== 1 ? `${Math.round(scale * devicePixelRatio * 100)} %` : "";
    if (this.lens.zoom !== 1) this.#sharpen();
  }

  #fit() {
    const { clientWidth, clientHeight } = this.element;
    const [width, height] = this.#sides;
    return Math.min(clientWidth / width, clientHeight / height) || 1;
  }

  async #sharpen() {
    if (this.full || !this.asset) return;
    this.full = true;
    const { image } = this.asset;
    const loaded = new Image();
    loaded.src = image;
    await loaded.decode().catch(() => {}); // the preview stays where the file is missing
    if (this.asset?.image === image && loaded.naturalWidth) this.picture.src = image;
  }

  /** Where the middle is: within the picture, so that no more of it is out of sight than must be. */
  #settle() {
    const { clientWidth: width, clientHeight: height } = this.element;
    const scale = this.#fit() * this.lens.zoom;
    const [wide, high] = this.#sides;
    return [within(this.lens.x, width, wide * scale), within(this.lens.y, height, high * scale), scale];
  }

  /** @param {{clientX: number, clientY: number}} event @returns {[number, number]} */
  #at(event) {
    const box = this.element.getBoundingClientRect();
    return [event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2];
  }

  /**
   * Zoom by a factor; what is under the point stays there.
   * @param {[number, number]} point
   * @param {number} factor
   */
  #zoomAt([right, down], factor) {
    const [x, y, scale] = this.#settle();
    const most = Math.max(this.whole(), FARTHEST / devicePixelRatio / this.#fit());
    const zoom = Math.min(most, Math.max(Math.min(1, this.whole()), this.lens.zoom * factor));
    const next = this.#fit() * zoom;
    const [width, height] = this.#sides;
    this.lens.set(zoom, x + (right / scale - right / next) / width, y + (down / scale - down / next) / height);
  }

  /** @param {number} right @param {number} down */
  #pan(right, down) {
    const [x, y, scale] = this.#settle();
    const [width, height] = this.#sides;
    this.lens.set(this.lens.zoom, x - right / scale / width, y - down / scale / height);
  }

  /** @param {WheelEvent} event */
  #wheel(event) {
    event.preventDefault();
    if (this.asset) this.#zoomAt(this.#at(event), Math.exp(-event.deltaY * 0.002));
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (!this.asset || event.button !== 0) return;
    this.element.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, { x: event.clientX, y: event.clientY, from: [event.clientX, event.clientY] });
    if (this.#pointers.size === 1) this.#moved = 0;
    this.#pinch = this.#spread();
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const pointer = this.#pointers.get(event.pointerId);
    if (!pointer) return;
    const [right, down] = [event.clientX - pointer.x, event.clientY - pointer.y];
    [pointer.x, pointer.y] = [event.clientX, event.clientY];
    this.#moved += Math.abs(right) + Math.abs(down);
    if (this.#pointers.size === 2) {
      const spread = this.#spread();
      this.#zoomAt(this.#at(this.#middle()), spread / this.#pinch);
      this.#pinch = spread;
      this.#pan(right / 2, down / 2);
    } else if (this.lens.zoom > 1) this.#pan(right, down);
    else if (this.swiped && event.pointerType === "touch") this.#drag(event.clientX - pointer.from[0], event.clientY - pointer.from[1]);
  }

  /** The picture goes with the finger, and says what letting go would do. @param {number} right @param {number} down */
  #drag(right, down) {
    this.picture.style.translate = `${right}px ${down}px`;
    const way = swipe(right, down);
    if (way && way !== this.element.dataset.swipe) navigator.vibrate?.(10);
    this.element.dataset.swipe = way ?? "";
  }

  /** @param {PointerEvent} event */
  #up(event) {
    const pointer = this.#forget(event);
    if (!pointer || this.#pointers.size) return;
    if (this.#moved <= TAP) this.#tap(event);
    else if (this.lens.zoom === 1 && event.pointerType === "touch") {
      const way = swipe(event.clientX - pointer.from[0], event.clientY - pointer.from[1]);
      if (way) this.swiped?.(way);
    }
  }

  /** @param {PointerEvent} event */
  #forget(event) {
    const pointer = this.#pointers.get(event.pointerId);
    this.#pointers.delete(event.pointerId);
    this.picture.style.translate = "";
    this.element.dataset.swipe = "";
    return pointer;
  }

  /** What the pointer is down for is no tap: it chose this picture. */
  noTap() {
    this.#moved = TAP + 1;
  }

  /**
   * A click zooms to where it is; a finger must tap twice.
   * @param {PointerEvent} event
   */
  #tap(event) {
    const twice = event.timeStamp - this.#tapped < DOUBLE;
    this.#tapped = event.timeStamp;
    if (event.pointerType === "touch" && !twice) return;
    const [right, down] = this.#at(event);
    const [x, y, scale] = this.#settle();
    const [width, height] = this.#sides;
    this.lens.toggle(this, x + right / scale / width, y + down / scale / height);
  }

  #spread() {
    const [one, other] = this.#pointers.values();
    return other ? Math.hypot(one.x - other.x, one.y - other.y) || 1 : 1;
  }

  #middle() {
    const [one, other] = this.#pointers.values();
    return { clientX: (one.x + other.x) / 2, clientY: (one.y + other.y) / 2 };
  }
}

/** The way that a finger went, if it went far enough. @param {number} right @param {number} down @returns {Way | null} */
function swipe(right, down) {
  if (Math.hypot(right, down) < SWIPE) return null;
  if (Math.abs(right) > Math.abs(down)) return right > 0 ? "right" : "left";
  return down > 0 ? "down" : "up";
}

/** @param {number} middle @param {number} sight @param {number} length */
function within(middle, sight, length) {
  if (length <= sight) return 0.5;
  const half = sight / 2 / length;
  return Math.min(1 - half, Math.max(half, middle));
}
