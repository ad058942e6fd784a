import { haveAgreedAnew, restartIce, sideOf } from '../support/agreement.ts';
import type { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

// Sockets that break or go silent while people talk, write and renegotiate.

const CUTS = Number(process.env.CONFAB_CUTS ?? 10);
/** Signals take up to this long, so that a cut meets some of them on their way. */
const DELAY_MS = 100;
const STALL_MS = 1_000;
const TINY = { tiny: true };

const sidesOf = (...people: Person[]) => Promise.all(people.map(({ page }) => sideOf(page)));

test(`sockets are cut ${CUTS} times while two people write and renegotiate, and nothing is lost`, async ({ people }) => {
  test.setTimeout(60_000 + CUTS * 15_000);
  const [[ann, annsWire], [ben, bensWire]] = [await people.inviteByWire('Ann', TINY), await people.inviteByWire('Ben', TINY)];
  const room = people.room();
  for (const person of [ann, ben]) {
    await person.join(room);
    await person.call.chat.open();
  }
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  const told = await Promise.all([ann.call.listen(), ben.call.listen()]);
  await Promise.all([ann.tile(ben).watchFrames(), ben.tile(ann).watchFrames()]);
  for (const wire of [annsWire, bensWire]) wire.slowDown(DELAY_MS);

  const said: string[][] = [[], []];
  for (let cut = 1; cut <= CUTS; cut++) {
    const before = await sidesOf(ann, ben);
    const wires = [[annsWire], [bensWire], [annsWire, bensWire]][cut % 3];
    const broken = Promise.all(wires.map((wire) => wire.cutInsteadOf(1 + (cut % 4))));
    await restartIce([ann, ben][cut % 2].page);
    for (const [index, person] of [ann, ben].entries()) {
      const text = `${person.name} ${cut}.`;
      await person.call.chat.say(text);
      said[index].push(text);
    }
    expect(Math.min(...(await broken)), 'connections that were cut').toBeGreaterThan(0);
    const message = `agreed in spite of cut ${cut}`;
    await expect.poll(async () => haveAgreedAnew(await sidesOf(ann, ben), before), { message }).toBe(true);
  }

  for (const person of [ann, ben]) {
    await expect(person.call.serverLine).toBeHidden();
    for (const texts of said) await person.call.chat.reads(texts);
    await expect(person.call.chat.log.getByRole('article'), 'each line once').toHaveCount(2 * CUTS);
    await expect(person.call.tiles).toHaveCount(2);
  }
  const gaps = [await ann.tile(ben).longestGapMs(), await ben.tile(ann).longestGapMs()];
  expect(Math.max(...gaps), 'the longest time without a frame').toBeLessThan(STALL_MS);
  for (const each of told) await each.hears();
});

test('a socket that goes silent is noticed on both sides within 15 seconds, and nothing is lost', async ({ people }) => {
  const ann = await people.invite('Ann', TINY);
  const [ben, wire] = await people.inviteByWire('Ben', TINY);
  const room = people.room();
  for (const person of [ann, ben]) {
    await person.join(room);
    await person.call.chat.open();
  }
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  const told = await ann.call.listen();
  await Promise.all([ann.tile(ben).watchFrames(), ben.tile(ann).watchFrames()]);
  const before = await sidesOf(ann, ben);

  wire.fallSilent();
  // 15 seconds, and a moment for looking.
  const patience = { timeout: 15_500 };
  await Promise.all([expect(ben.call.serverLine).toBeVisible(patience), expect(ann.tile(ben).away).toBeVisible(patience)]);
  await expect(ann.call.serverLine).toBeHidden();
  // Meanwhile they talk, write, mute, and want to renegotiate, which has to wait.
  await restartIce(ann.page);
  await ann.call.chat.say('you seem to be away');
  await ben.call.chat.reads(['you seem to be away']);
  await ben.call.chat.say('I hear you well');
  await ann.call.chat.reads(['I hear you well']);
  await ben.call.mute();
  await ann.tile(ben).saysMuted();

  wire.speakAgain();
  await expect(ben.call.serverLine).toBeHidden();
  await expect(ann.tile(ben).away).toBeHidden();
  await expect.poll(async () => haveAgreedAnew(await sidesOf(ann, ben), before)).toBe(true);
  const gaps = [await ann.tile(ben).longestGapMs(), await ben.tile(ann).longestGapMs()];
  expect(Math.max(...gaps), 'the longest time without a frame').toBeLessThan(STALL_MS);
  await told.hears();
  await expect(ann.call.tiles).toHaveCount(2);
});

test.describe('a short resume window', () => {
  test.use({ serverFlags: ['--resume-window', '8', '--tick-interval', '1', '--silence-timeout', '3'] });

  test('who is away counts as gone only when the window is over', async ({ people }) => {
    const ann = await people.invite('Ann', TINY);
    const [ben, wire] = await people.inviteByWire('Ben', TINY);
    const room = people.room();
    for (const person of [ann, ben]) await person.join(room);
    await Promise.all([ann.sees(ben), ben.sees(ann)]);
    const told = await ann.call.listen();

    wire.fallSilent();
    await expect(ann.tile(ben).away).toBeVisible();
    await ann.sees(ben);
    await told.hears();
    await ann.noLongerHas(ben);
    await told.hears('Ben left.');

    // Late, but back: as somebody who comes.
    wire.speakAgain();
    await Promise.all([ann.sees(ben), ben.sees(ann)]);
    await told.hears('Ben left.', 'Ben joined.');
  });
});
