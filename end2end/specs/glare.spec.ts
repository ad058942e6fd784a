import { haveAgreedAnew, pathOfFirefox, restartIce, sideOf, type Side } from '../support/agreement.ts';
import { FirefoxPerson } from '../support/firefox.ts';
import { expect, test } from '../support/test.ts';
import { Wire } from '../support/wire.ts';

// Both sides of a connection ask for new paths at the same moment, and hear of each other up to half a second later.

const GLARES = Number(process.env.CONFAB_GLARES ?? 20);
const DELAY_MS = 500;
/** An offer, its answer, and then those of who yielded: each may be that late. */
const PATIENCE_MS = 4 * DELAY_MS + 2_000;

/** Firefox's own line about paths that it gives up; the page looks for others. */
const ICE_FAILED = /WebRTC: ICE failed/;

/** Whoever sits in front of either browser. */
type Page = Parameters<typeof sideOf>[0];

async function collide(one: Page, other: Page, times: number, settle?: () => Promise<() => Promise<void>>): Promise<void> {
  const sides = () => Promise.all([sideOf(one), sideOf(other)]);
  const nextSides = ([first, second]: Side[]) => Promise.all([sideOf(one, first, PATIENCE_MS), sideOf(other, second, PATIENCE_MS)]);
  const rollbacks = async () => {
    const counts = [one, other].map((page) => page.evaluate(() => window.probe.rollbacks));
    return (await Promise.all(counts)).reduce((sum, count) => sum + count);
  };
  // Now and then one side hears of the other before it has said anything: that is no collision.
  for (let met = await rollbacks(); met < times; met = await rollbacks()) {
    const [before, hasSettled] = [await sides(), await settle?.()];
    await Promise.all([restartIce(one), restartIce(other)]);
    const options = { timeout: PATIENCE_MS, intervals: [20], message: `agreed after collision ${met}` };
    await expect.poll(async () => haveAgreedAnew(await nextSides(before), before), options).toBe(true);
    await hasSettled?.();
  }
}

/**
 * Firefox uses a new path, or a new connection: see docs/decisions/0015-the-newcomer-yields.md. Asked again before that, it would
 * have none for as long as somebody goes on asking; Chromium keeps the old one until there is another.
 */
async function settleInFirefox(page: Page): Promise<() => Promise<void>> {
  const before = await pathOfFirefox(page);
  const settled = async () => ![null, before].includes(await pathOfFirefox(page));
  return () => expect.poll(settled, { timeout: 60_000, intervals: [50], message: 'Firefox has found a new path' }).toBe(true);
}

const timeoutFor = (glares: number) => 90_000 + glares * 2 * PATIENCE_MS;

test(`${GLARES} times two Chromiums renegotiate at once`, async ({ people }) => {
  test.setTimeout(timeoutFor(GLARES));
  const [[ann, annsWire], [ben, bensWire]] = [await people.inviteByWire('Ann'), await people.inviteByWire('Ben')];
  const room = people.room();
  for (const person of [ann, ben]) await person.join(room);
  await Promise.all([ann.seesAndHears(ben), ben.seesAndHears(ann)]);
  for (const wire of [annsWire, bensWire]) wire.slowDown(DELAY_MS);
  await collide(ann.page, ben.page, GLARES);
  await Promise.all([ann.seesAndHears(ben), ben.seesAndHears(ann)]);
});

for (const newcomer of ['Firefox', 'Chromium'] as const) {
  const times = Math.ceil(GLARES / 2);
  test(`${times} times Chromium and Firefox renegotiate at once; ${newcomer} yields`, async ({ people, server }) => {
    test.setTimeout(timeoutFor(times));
    const [ann, annsWire] = await people.inviteByWire('Ann');
    const [fay, faysWire] = [await FirefoxPerson.sitDown('Fay'), await Wire.lay(server)];
    fay.expects(ICE_FAILED);
    const room = people.room();
    const joins = [() => ann.join(room), () => fay.join(faysWire.origin + room)];
    if (newcomer === 'Chromium') joins.reverse();
    for (const join of joins) await join();
    await fay.seesAndHears(ann);
    for (const wire of [annsWire, faysWire]) wire.slowDown(DELAY_MS);
    await collide(ann.page, fay.page, times, () => settleInFirefox(fay.page));
    await fay.seesAndHears(ann);
    await ann.call.tile('Fay').drifts();
    await fay.goHome(faysWire.origin);
    faysWire.takeAway();
  });
}
