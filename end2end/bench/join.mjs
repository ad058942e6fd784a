// How long from pressing Join until both people see each other: Confab, the npm peerjs client, and the floor
// (two bare connections), in the same two browsers, in turn.
//
//   node end2end/bench/join.mjs [rounds] [contestants, e.g. floor,peerjs,confab]
import { chromium } from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeCamera } from '../media/camera.mjs';
import { writeMicrophone } from '../media/microphone.mjs';
import { startConfab } from './confab.mjs';
import { startFloor } from './floor.mjs';
import { startPeerjs } from './peerjs.mjs';
import { printMachine, printTable } from './report.mjs';
import { installTrace, marksOf, printTrace } from './trace.mjs';
import { firstFrameAt, installStopwatch, pressedAt } from './stopwatch.mjs';

const STARTERS = { floor: startFloor, peerjs: startPeerjs, confab: startConfab };
const rounds = Number(process.argv[2] ?? 20);
const names = /** @type {(keyof typeof STARTERS)[]} */ ((process.argv[3] ?? 'floor,peerjs,confab').split(','));
const tracing = process.argv[4] === 'trace';
/** @type {Map<string, [string, number][][]>} */
const traces = new Map();

const folder = mkdtempSync(join(tmpdir(), 'confab-bench-films-'));
const contestants = await Promise.all(names.map((name) => STARTERS[name]()));
const browsers = await Promise.all([startBrowser(0), startBrowser(180)]);
const contexts = await Promise.all(browsers.map((browser) => browser.newContext({ locale: 'en-GB' })));
await Promise.all(contexts.map((context) => context.addInitScript(installStopwatch)));
if (tracing) await Promise.all(contexts.map((context) => context.addInitScript(installTrace)));

/** @type {Map<string, import('./report.mjs').Join[]>} */
const results = new Map(names.map((name) => [name, []]));
// Round 0 warms caches and is not counted; each round begins with another contestant.
for (let round = 0; round <= rounds; round++) {
  for (let turn = 0; turn < contestants.length; turn++) {
    const contestant = contestants[(round + turn) % contestants.length];
    const result = await measure(contestant, round);
    if (round > 0) results.get(contestant.name)?.push(result);
  }
  process.stderr.write('.');
}

printTable(results);
for (const [title, marks] of traces) printTrace(title, marks);
printMachine(browsers[0].version(), rounds);
await Promise.all(browsers.map((browser) => browser.close()));
contestants.forEach((contestant) => contestant.stop());
rmSync(folder, { recursive: true });
process.exit();

/** One join, in fresh pages. */
async function measure(/** @type {typeof contestants[number]} */ contestant, /** @type {number} */ round) {
  const [host, newcomer] = await Promise.all(contexts.map((context) => context.newPage()));
  await contestant.prepare(host, newcomer, round);
  await newcomer.getByRole('button', { name: 'Join', exact: true }).click();
  const [seenByHost, seenByNewcomer] = await Promise.all([firstFrameAt(host), firstFrameAt(newcomer)]);
  const pressed = await pressedAt(newcomer);
  if (tracing) await keepTraces(contestant.name, pressed, { newcomer, host });
  await Promise.all([host.close(), newcomer.close()]);
  const times = { newcomer: seenByNewcomer - pressed, host: seenByHost - pressed };
  return { ...times, both: Math.max(times.newcomer, times.host) };
}

/** Marks of both sides, counted from the press. */
async function keepTraces(/** @type {string} */ name, /** @type {number} */ pressed, /** @type {Record<string, import('@playwright/test').Page>} */ sides) {
  for (const [side, page] of Object.entries(sides)) {
    const marks = (await marksOf(page)).map(([what, at]) => /** @type {[string, number]} */ ([what, at - pressed]));
    const title = `${name}: ${side}`;
    traces.set(title, [...(traces.get(title) ?? []), marks.filter(([, at]) => at > -5)]);
  }
}

function startBrowser(/** @type {number} */ hue) {
  const [camera, microphone] = [join(folder, `${hue}.y4m`), join(folder, `${hue}.wav`)];
  writeCamera(camera, { hue, width: 640, height: 360, fps: 30, frames: 30 });
  writeMicrophone(microphone, { hertz: 400 });
  return chromium.launch({
    executablePath: process.env.CONFAB_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-quic',
      '--no-first-run',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-video-capture=${camera}`,
      `--use-file-for-fake-audio-capture=${microphone}`,
    ],
  });
}
