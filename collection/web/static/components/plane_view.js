/** The part of a plane that a canvas shows: where its middle is, and how near one has come. */

/** Of the plane. */
export const SIDE = 10_000;
const NEAREST = 400; // times the whole

export class PlaneView {
  /** The middle of what is in sight, and how many times the whole fits. */
  x = SIDE / 2;
  y = SIDE / 2;
  zoom = 1;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
  }

  /** Pixels of a unit of the plane. */
  get scale() {
    return ((Math.min(this.canvas.clientWidth, this.canvas.clientHeight) - 16) / SIDE) * this.zoom;
  }

  /** Where a place of the plane is on the canvas. @param {number} x @param {number} y @returns {[number, number]} */
  pixel(x, y) {
    const { scale } = this;
    return [(x - this.x) * scale + this.canvas.clientWidth / 2, (y - this.y) * scale + this.canvas.clientHeight / 2];
  }

  /** The place of the plane under a pixel. @param {number} right @param {number} down @returns {[number, number]} */
  place(right, down) {
    const { scale } = this;
    return [(right - this.canvas.clientWidth / 2) / scale + this.x, (down - this.canvas.clientHeight / 2) / scale + this.y];
  }

  /** Bring a place of the plane into the middle; the middle stays on the plane. @param {number} x @param {number} y */
  centre(x, y) {
    [this.x, this.y] = [Math.min(SIDE, Math.max(0, x)), Math.min(SIDE, Math.max(0, y))];
  }

  /** Come nearer by a factor; what is under the point, in pixels from the middle, stays there. @param {number} factor @param {number} right @param {number} down */
  zoomBy(factor, right, down) {
    const before = this.scale;
    this.zoom = Math.min(NEAREST, Math.max(1, this.zoom * factor));
    const after = this.scale;
    this.centre(this.x + right / before - right / after, this.y + down / before - down / after);
  }
}
