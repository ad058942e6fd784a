import type { Page } from '@playwright/test';
import { expect, test } from '../support/lab-server.ts';

// A line that loses a fifth, or a third, of all packets, and delays the rest.

const JOINS = Number(process.env.CONFAB_LOSSY_JOINS ?? 2);
const GOAL_MS = 10_000;
const DELAYED = { delayMs: 50, jitterMs: 10 };

test.afterEach(({ lab }) => lab.smooth());

test(`with 20 % loss whoever joins is in the call within ten seconds (${JOINS} times)`, async ({ lab, server, settle }) => {
  test.setTimeout(120_000 + JOINS * 60_000);
  const [ann, ben] = await settle(['open', 'open'], server.origin);
  const room = '/r/loss';
  await ben.join(room);
  const took: number[] = [];
  for (let join = 0; join < JOINS; join++) {
    await ann.open(room);
    await ann.lobby.prepare('Ann');
    await lab.roughen({ lossPercent: 20, ...DELAYED });
    const since = Date.now();
    await ann.lobby.join.click();
    await Promise.all([ann.tile(ben).plays(), ben.tile(ann).plays()]);
    took.push(Date.now() - since);
    await lab.smooth();
    await ann.call.leave.click();
    await ben.noLongerHas(ann);
  }
  took.sort((one, other) => one - other);
  expect(took[Math.ceil(took.length * 0.95) - 1], `until both played: ${took} ms`).toBeLessThan(GOAL_MS);
});

test('with 30 % loss a call stays up', async ({ lab, server, settle }) => {
  const [ann, ben] = await settle(['open', 'open'], server.origin);
  for (const person of [ann, ben]) await person.join('/r/rough');
  await Promise.all([ann.seesAndHears(ben), ben.seesAndHears(ann)]);
  const closed = (page: Page) => page.evaluate(() => window.probe.connections.filter((each) => each.connectionState === 'closed').length);
  const told = await ben.call.listen();
  await lab.roughen({ lossPercent: 30, ...DELAYED });
  const until = Date.now() + 30_000;
  while (Date.now() < until) {
    await Promise.all([ann.tile(ben).moves(15_000), ben.tile(ann).moves(15_000)]);
    await Promise.all([ann.tile(ben).isHeard(), ben.tile(ann).isHeard()]);
  }
  expect([await closed(ann.page), await closed(ben.page)], 'no connection was given up').toEqual([0, 0]);
  await told.hears();
});
