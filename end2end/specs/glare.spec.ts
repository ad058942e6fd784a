import { haveAgreedAnew, restartIce, sideOf, type Side } from '../support/agreement.ts';
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

async function collide(one: Page, other: Page, times: number): Promise<void> {
  const sides = () => Promise.all([sideOf(one), sideOf(other)]);
  const nextSides = ([first, second]: Side[]) => Promise.all([sideOf(one, first, PATIENCE_MS), sideOf(other, second, PATIENCE_MS)]);
  const rollbacks = async () => {
    const counts = [one, other].map((page) => page.evaluate(() => window.probe.rollbacks));
    return (await Promise.all(counts)).reduce((sum, count) => sum + count);
  };
  // Now and then one side hears of the other before it has said anything: that is no collision.
  for (let met = await rollbacks(); met < times; met = await rollbacks()) {
    const before = await sides();
    await Promise.all([restartIce(one), restartIce(other)]);
    const options = { timeout: PATIENCE_MS, intervals: [20], message: `agreed after collision ${met}` };
    await expect.poll(async () => haveAgreedAnew(await nextSides(before), before), options).toBe(true);
  }
}

const timeoutFor = (glares: number) => 90_000 + glares * PATIENCE_MS;

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

/**
 * Somebody who asks for a new path before the last one was found takes that away, and Firefox has none for as long as it goes on;
 * after eight seconds such a connection is made anew (docs/decisions/0015-the-newcomer-yields.md). So each call has a few.
 */
const GLARES_OF_A_CALL = 10;

for (const newcomer of ['Firefox', 'Chromium'] as const) {
  const times = Math.ceil(GLARES / 2);
  test(`${times} times Chromium and Firefox renegotiate at once; ${newcomer} yields`, async ({ people, server }) => {
    const calls = Math.ceil(times / GLARES_OF_A_CALL);
    test.setTimeout(calls * timeoutFor(GLARES_OF_A_CALL));
    const [ann, annsWire] = await people.inviteByWire('Ann');
    const [fay, faysWire] = [await FirefoxPerson.sitDown('Fay'), await Wire.lay(server)];
    fay.expects(ICE_FAILED);
    for (let call = 0; call < calls; call++) {
      const room = people.room();
      const joins = [() => ann.join(room), () => fay.join(faysWire.origin + room)];
      if (newcomer === 'Chromium') joins.reverse();
      for (const wire of [annsWire, faysWire]) wire.slowDown(0);
      for (const join of joins) await join();
      await fay.seesAndHears(ann);
      for (const wire of [annsWire, faysWire]) wire.slowDown(DELAY_MS);
      await collide(ann.page, fay.page, Math.min(times - call * GLARES_OF_A_CALL, GLARES_OF_A_CALL));
      await fay.seesAndHears(ann);
      await ann.call.tile('Fay').drifts();
      await ann.call.leave.click();
      await fay.press('Leave');
    }
    await fay.goHome(faysWire.origin);
    faysWire.takeAway();
  });
}
