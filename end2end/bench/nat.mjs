// How long from pressing Join until both people see each other, each behind a router of their own: Confab with its own
// STUN and TURN, and the floor (two bare connections with coturn) in the same two browsers, in turn.
//
//   node end2end/bench/nat.mjs [rounds] [contestants, e.g. floor,confab]
import { join } from 'node:path';
import { makeCertificate } from '../lab/certificate.mjs';
import { BARE_ORIGIN_BESIDE, startBare } from '../lab/bare.mjs';
import { flagsFor, LISTEN, ORIGIN } from '../lab/confab.mjs';
import { Lab } from '../lab/lab.mjs';
import { CHROMIUM } from '../support/chromium.mjs';
import { confabAt, EXECUTABLE } from './confab.mjs';
import { floorAt } from './floor.mjs';
import { measure, openContext, startBrowser } from './measure.mjs';
import { printMachine, printTable } from './report.mjs';

/** @typedef {import('../lab/networks.mjs').Kind} Kind */

/** @type {Record<string, [Kind, Kind]>} */
const PAIRS = { direct: ['port-restricted', 'port-restricted'], relayed: ['symmetric', 'symmetric'] };
const STARTERS = { floor: startBareFloor, confab: startConfabInLab };
const rounds = Number(process.argv[2] ?? 20);
const names = /** @type {(keyof typeof STARTERS)[]} */ ((process.argv[3] ?? 'floor,confab').split(','));

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => process.exit(1));
const lab = Lab.build();
const certificate = makeCertificate(lab.folder);
const contestants = await Promise.all(names.map((name) => STARTERS[name]()));
const browsers = await Promise.all([startIn('home-a', 0), startIn('home-b', 180)]);
const contexts = await Promise.all(browsers.map(openContext));

for (const [name, kinds] of Object.entries(PAIRS)) {
  lab.exchangeRouters(...kinds);
  printTable(await race(name), `${name}: ${kinds.join(' and ')}`);
}
printMachine(browsers[0].version(), rounds, 'a network namespace for each home, router and the servers');
await Promise.all(browsers.map((browser) => browser.close()));
lab.tearDown();
process.exit();

/** Round 0 warms caches and is not counted; each round begins with another contestant. */
async function race(/** @type {string} */ pair) {
  /** @type {Map<string, import('./report.mjs').Join[]>} */
  const results = new Map(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const contestant = contestants[(round + turn) % contestants.length];
      const result = await measure(contexts, contestant, `${pair}-${round}`);
      if (round > 0) results.get(contestant.name)?.push(result);
    }
    process.stderr.write('.');
  }
  return results;
}

async function startBareFloor() {
  await startBare(lab, certificate, BARE_ORIGIN_BESIDE);
  return floorAt(BARE_ORIGIN_BESIDE);
}

async function startConfabInLab() {
  lab.spawnAt('wan', EXECUTABLE, '--listen', LISTEN, '--data-dir', join(lab.folder, 'data'), ...flagsFor(certificate));
  if (!(await lab.answers(`${ORIGIN}/readyz`, certificate.authority))) throw new Error(`${EXECUTABLE} does not answer ${ORIGIN}`);
  return confabAt(ORIGIN);
}

function startIn(/** @type {'home-a' | 'home-b'} */ home, /** @type {number} */ hue) {
  const executable = lab.executableAt(home, CHROMIUM);
  const flags = [`--unsafely-treat-insecure-origin-as-secure=${BARE_ORIGIN_BESIDE}`, certificate.flag];
  return startBrowser(lab.folder, hue, executable, flags);
}
