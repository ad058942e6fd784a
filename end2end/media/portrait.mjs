// A camera film for screenshots: someone in front of a wall, nodding slightly. Nobody's face is needed for that.
import { writeFileSync } from 'node:fs';

/** @typedef {[number, number, number]} Rgb */

/** The wall, its lamp light, hair, skin and clothes of each sitter. */
const SITTERS = /** @type {{wall: Rgb, skin: Rgb, hair: Rgb, clothes: Rgb}[]} */ ([
  { wall: [196, 211, 205], skin: [224, 172, 140], hair: [74, 48, 38], clothes: [38, 92, 86] },
  { wall: [214, 199, 178], skin: [140, 92, 66], hair: [28, 22, 22], clothes: [178, 76, 52] },
  { wall: [178, 190, 214], skin: [240, 200, 174], hair: [196, 148, 84], clothes: [52, 60, 110] },
  { wall: [206, 190, 210], skin: [198, 146, 112], hair: [40, 30, 36], clothes: [220, 214, 202] },
]);

const inside = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ rx, /** @type {number} */ ry) =>
  (x / rx) ** 2 + (y / ry) ** 2 <= 1;

/** The colour at a point; x from -1.78 to 1.78, y from -1 (top) to 1. */
function paint(/** @type {typeof SITTERS[number]} */ sitter, /** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ nod) {
  const head = y - nod;
  if (inside(x, head + 0.12, 0.36, 0.46) && !(inside(x, head + 0.62, 0.5, 0.32) && head < -0.3)) return sitter.skin;
  if (inside(x, head + 0.2, 0.43, 0.52)) return sitter.hair;
  if (inside(x, y - 0.45, 0.17, 0.3)) return sitter.skin;
  if (inside(x, y - 1.25, 0.95, 0.75)) return sitter.clothes;
  const light = 1.08 - 0.22 * Math.hypot(x + 0.9, y + 0.8) / 2;
  return /** @type {Rgb} */ (sitter.wall.map((value) => Math.min(255, value * light)));
}

/**
 * Writes the film of one sitter.
 * @param {string} path
 * @param {{seat: number, width?: number, height?: number}} film
 */
export function writePortrait(path, { seat, width = 640, height = 360 }) {
  const sitter = SITTERS[seat % SITTERS.length];
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`)];
  for (let frame = 0; frame < 10; frame++) {
    const nod = 0.012 * Math.sin((2 * Math.PI * frame) / 10);
    const [y, u, v] = [Buffer.alloc(width * height), Buffer.alloc((width * height) / 4), Buffer.alloc((width * height) / 4)];
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const [r, g, b] = paint(sitter, (2 * column - width) / height, (2 * row) / height - 1, nod);
        const luma = 0.299 * r + 0.587 * g + 0.114 * b;
        y[row * width + column] = luma;
        if (row % 2 || column % 2) continue;
        const at = (row / 2) * (width / 2) + column / 2;
        [u[at], v[at]] = [128 + 0.564 * (b - luma), 128 + 0.713 * (r - luma)];
      }
    }
    parts.push(Buffer.from('FRAME\n'), y, u, v);
  }
  writeFileSync(path, Buffer.concat(parts));
}
