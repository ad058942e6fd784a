// A fake camera: a small, slow y4m film in one hue, with a pale square that wanders, so that every frame differs.
import { writeFileSync } from 'node:fs';

/** Full-range BT.601, which is what y4m's C420jpeg means. */
function yuvOf(/** @type {number} */ hue) {
  const [r, g, b] = rgbOf(hue);
  const y = 0.299 * r + 0.587 * g + 0.114 * b;
  return { y, u: 128 + 0.564 * (b - y), v: 128 + 0.713 * (r - y) };
}

/** Hue in degrees to RGB, at saturation 0.8 and value 0.75: far enough from clipping for any codec. */
function rgbOf(/** @type {number} */ hue) {
  return [5, 3, 1].map((n) => {
    const k = (n + hue / 60) % 6;
    return 255 * 0.75 * (1 - 0.8 * Math.max(0, Math.min(k, 4 - k, 1)));
  });
}

/** One plane: `base` everywhere, `square` inside the square. */
function plane(
  /** @type {number} */ width,
  /** @type {number} */ height,
  /** @type {number} */ base,
  /** @type {{x: number, y: number, size: number, value: number}} */ square,
) {
  const bytes = Buffer.alloc(width * height, Math.round(base));
  for (let row = square.y; row < Math.min(height, square.y + square.size); row++) {
    const start = row * width + square.x;
    bytes.fill(Math.round(square.value), start, Math.min(start + square.size, (row + 1) * width));
  }
  return bytes;
}

/**
 * Writes a film that loops without a seam.
 * @param {string} path
 * @param {{hue: number, width?: number, height?: number, fps?: number, frames?: number}} film
 */
export function writeCamera(path, { hue, width = 160, height = 120, fps = 8, frames = 16 }) {
  const { y, u, v } = yuvOf(hue);
  const size = (height / 4) & ~1;
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F${fps}:1 Ip A1:1 C420jpeg\n`)];
  for (let frame = 0; frame < frames; frame++) {
    const angle = (2 * Math.PI * frame) / frames;
    const x = Math.round(((width - size) / 2) * (1 + Math.cos(angle))) & ~1;
    const top = Math.round(((height - size) / 2) * (1 + Math.sin(angle))) & ~1;
    const half = { x: x / 2, y: top / 2, size: size / 2, value: 128 };
    parts.push(Buffer.from('FRAME\n'));
    parts.push(plane(width, height, y, { x, y: top, size, value: 235 }));
    parts.push(plane(width / 2, height / 2, u, half), plane(width / 2, height / 2, v, half));
  }
  writeFileSync(path, Buffer.concat(parts));
}
