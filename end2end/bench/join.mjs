// How long from pressing Join until both people see each other: Confab, the npm peerjs client, and the floor
// (two bare connections), in the same two browsers, in turn.
//
//   node end2end/bench/join.mjs [rounds] [contestants, e.g. floor,peerjs,confab; large: the floor with a call's pictures]
//
// Two builds in one run: floor,confab,before=/path/to/the/other/confab
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startConfab } from './confab.mjs';
import { startFloor, startLargeFloor } from './floor.mjs';
import { measure, openContext, startBrowser } from './measure.mjs';
import { startPeerjs } from './peerjs.mjs';
import { printMachine, printTable } from './report.mjs';
import { installTrace, marksOf, printTrace } from './trace.mjs';

const STARTERS = { floor: startFloor, large: startLargeFloor, peerjs: startPeerjs, confab: () => startConfab() };
const rounds = Number(process.argv[2] ?? 20);
const wanted = (process.argv[3] ?? 'floor,peerjs,confab').split(',').map((text) => text.split('='));
const names = wanted.map(([name]) => name);
const tracing = process.argv[4] === 'trace';
/** @type {Map<string, [string, number][][]>} */
const traces = new Map();

const folder = mkdtempSync(join(tmpdir(), 'confab-bench-films-'));
const contestants = await Promise.all(
  wanted.map(([name, build]) => (build ? startConfab(build, name) : STARTERS[/** @type {keyof typeof STARTERS} */ (name)]())),
);
const browsers = await Promise.all([startBrowser(folder, 0), startBrowser(folder, 180)]);
const contexts = await Promise.all(browsers.map(openContext));
if (tracing) await Promise.all(contexts.map((context) => context.addInitScript(installTrace)));

/** @type {Map<string, import('./report.mjs').Join[]>} */
const results = new Map(names.map((name) => [name, []]));
// Round 0 warms caches and is not counted; each round begins with another contestant.
for (let round = 0; round <= rounds; round++) {
  for (let turn = 0; turn < contestants.length; turn++) {
    const contestant = contestants[(round + turn) % contestants.length];
    const result = await measure(contexts, contestant, round, tracing ? keepTraces : undefined);
    if (round > 0) results.get(contestant.name)?.push(result);
  }
  process.stderr.write('.');
}

printTable(results);
for (const [title, marks] of traces) printTrace(title, marks);
printMachine(browsers[0].version(), rounds, 'loopback');
await Promise.all(browsers.map((browser) => browser.close()));
contestants.forEach((contestant) => contestant.stop());
rmSync(folder, { recursive: true });
process.exit();

/** Marks of both sides, counted from the press. */
async function keepTraces(/** @type {string} */ name, /** @type {number} */ pressed, /** @type {Record<string, import('@playwright/test').Page>} */ sides) {
  for (const [side, page] of Object.entries(sides)) {
    const marks = (await marksOf(page)).map(([what, at]) => /** @type {[string, number]} */ ([what, at - pressed]));
    const title = `${name}: ${side}`;
    traces.set(title, [...(traces.get(title) ?? []), marks.filter(([, at]) => at > -5)]);
  }
}
