import type { Kind } from '../lab/networks.mjs';
import type { Person } from '../support/person.ts';
import { expect, test } from '../support/lab-server.ts';
import { nearEnd } from '../support/route.ts';

// A browser that comes into another network in the middle of a call, and a router that forgets what it knew.

const MOVES = Number(process.env.CONFAB_MOVES ?? 2);
const GOAL_MS = 8_000;

/** Chromium's own lines about a socket whose network is gone. */
const NO_NETWORK = /WebSocket connection to .* failed|net::ERR_/;

test.afterEach(({ lab }) => lab.comeHome());

async function meet(people: [Person, Person], room: string): Promise<void> {
  for (const person of people) {
    person.watch.expects(NO_NETWORK);
    await person.join(room);
  }
  const [ann, ben] = people;
  await Promise.all([ann.seesAndHears(ben), ben.seesAndHears(ann)]);
}

/** How long each saw nothing of the other after this happened, until they go another way and both play again. */
async function interruption([ann, ben]: [Person, Person], happens: () => void): Promise<number[]> {
  const pair = async () => (await nearEnd(ann.page))?.pair;
  const before = await pair();
  await Promise.all([ann.tile(ben).watchFrames(), ben.tile(ann).watchFrames()]);
  happens();
  // The way may be another one before a picture has stood for long.
  await expect.poll(async () => ![undefined, before].includes(await pair()), { timeout: 30_000 }).toBe(true);
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  return Promise.all([ann.tile(ben).longestGapMs(), ben.tile(ann).longestGapMs()]);
}

/** The share of 95 % that took least stays within the goal. */
function expectMostWithin(goalMs: number, took: number[], what: string): void {
  const sorted = [...took].sort((one, other) => one - other);
  const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1];
  expect(p95, `${what}: ${sorted.map(Math.round)} ms`).toBeLessThan(goalMs);
}

for (const kinds of [['open', 'open'], ['symmetric', 'symmetric']] as [Kind, Kind][]) {
  test(`who changes networks ${MOVES} times is seen and heard again, from networks that are ${kinds[0]}`, async ({ lab, server, settle }) => {
    test.setTimeout(120_000 + MOVES * 40_000);
    const people = await settle(kinds, server.origin);
    await meet(people, `/r/moving-${kinds[0]}`);
    const loadedAt = () => people[0].page.evaluate(() => performance.timeOrigin);
    const before = await loadedAt();
    const took: number[] = [];
    for (let move = 0; move < MOVES; move++) {
      took.push(...(await interruption(people, () => (move % 2 ? lab.comeHome() : lab.goOut()))));
    }
    const [ann, ben] = people;
    await Promise.all([ann.seesAndHears(ben), ben.seesAndHears(ann)]);
    expect(await loadedAt(), 'no reload').toBe(before);
    expectMostWithin(GOAL_MS, took, 'without a picture');
  });
}

test('a router that gives new ports to all that was under way interrupts a relayed call for less than eight seconds', async ({ lab, server, settle }) => {
  const people = await settle(['symmetric', 'symmetric'], server.origin);
  await meet(people, '/r/rebinding');
  const took = await interruption(people, () => lab.exchangeRouters('symmetric', 'symmetric'));
  expectMostWithin(GOAL_MS, took, 'without a picture');
});
