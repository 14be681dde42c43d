/** A lasso: a line that a hand drew, by as few corners as say the same. */

/**
 * A line by fewer corners, none of which it passes by more than `off` (Ramer, Douglas and Peucker).
 * @param {[number, number][]} line
 * @param {number} off
 * @returns {[number, number][]}
 */
export function simplified(line, off) {
  const [first, last] = [line[0], line[line.length - 1]];
  const length = Math.hypot(last[0] - first[0], last[1] - first[1]);
  /** @param {[number, number]} point */
  const far = ([x, y]) => length
    ? Math.abs((last[0] - first[0]) * (first[1] - y) - (first[0] - x) * (last[1] - first[1])) / length
    : Math.hypot(x - first[0], y - first[1]);
  const at = line.reduce((best, point, place) => (far(point) > far(line[best]) ? place : best), 0);
  if (line.length < 3 || far(line[at]) <= off) return [first, last];
  return [...simplified(line.slice(0, at + 1), off).slice(0, -1), ...simplified(line.slice(at), off)];
}
