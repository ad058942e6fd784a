// Figures to read: median and p95 of each contestant, beside the floor.
import { cpus } from 'node:os';

/** @typedef {{newcomer: number, host: number, both: number}} Join milliseconds from the press */

/** The value that a share of all values does not exceed (nearest rank). */
function quantile(/** @type {number[]} */ values, /** @type {number} */ share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

function median(/** @type {number[]} */ values) {
  return (quantile(values, 0.5) + quantile([...values].map((value) => -value), 0.5) * -1) / 2;
}

export function printTable(/** @type {Map<string, Join[]>} */ results, title = '') {
  const medians = new Map([...results].map(([name, joins]) => [name, median(joins.map((join) => join.both))]));
  const floor = medians.get('floor') ?? NaN;
  console.log(title && `\n${title}`);
  console.log('|        | both see each other: median | p95 | newcomer sees: median | p95 | host sees: median | p95 | to the floor |');
  console.log('|--------|------|------|------|------|------|------|------|');
  for (const [name, joins] of results) {
    const columns = /** @type {const} */ (['both', 'newcomer', 'host']).flatMap((side) => {
      const values = joins.map((join) => join[side]);
      return [median(values), quantile(values, 0.95)].map((value) => `${value.toFixed(0)} ms`);
    });
    const ratio = /** @type {number} */ (medians.get(name)) / floor;
    console.log(`| ${[name.padEnd(6), ...columns, `${ratio.toFixed(2)} x`].join(' | ')} |`);
  }
}

export function printMachine(/** @type {string} */ browser, /** @type {number} */ rounds, /** @type {string} */ network) {
  const [{ model }] = cpus();
  console.log(`\n${rounds} joins each, interleaved; ${model}, ${cpus().length} cores; Chromium ${browser}; Node ${process.version}`);
  console.log(`Two browser processes on one machine, ${network}, fake camera 640x360 at 30 frames a second.`);
}
