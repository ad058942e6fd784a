import type { Page } from '@playwright/test';
import { haveAgreedAnew, restartIce, sideOf } from '../support/agreement.ts';
import { FirefoxPerson } from '../support/firefox.ts';
import type { Person } from '../support/person.ts';
import type { Meddle } from '../support/relay.ts';
import { expect, test } from '../support/test.ts';

// Nobody in the middle: what a server sees of a sealed room, and what becomes of it when it meddles.

const KEY = 'aeaqcaibaeaqcaibaeaqcaibae';
const SEALED = `/m/35sk-flj2-3deb-pjxg-3vfg-47gu-twpi-cmqk#${KEY}`;
const TINY = { tiny: true };
const CODE = /^\d{5} \d{5}$/;

const refusal = (other: Person) => `Could not connect securely to ${other.name}: someone may be interfering. Ask for a new link.`;

/** Nothing was played, and nothing can be: no connection is up. */
async function expectNothingPlays(person: Person, other: Person): Promise<void> {
  await expect(person.tile(other).figure.getByText(refusal(other))).toBeVisible();
  await expect(person.tile(other).video).toBeHidden();
  await expect.poll(() => liveConnections(person.page)).toBe(0);
}

const liveConnections = (page: Page) =>
  page.evaluate(() => window.probe.connections.filter((each) => each.connectionState === 'connected').length);

/** The code that somebody sees beside the name of another. */
async function codeOf(person: Person, other: Person): Promise<string> {
  const connection = person.call.connection(other.name);
  await connection.open();
  await expect.poll(() => connection.digits()).toMatch(CODE);
  const code = await connection.digits();
  await person.page.keyboard.press('Escape');
  return code;
}

test('the server sees no name, no fingerprint, no address and no key of a sealed room', async ({ people }) => {
  const [ann, relay] = await people.inviteByRelay('Annabella');
  const ben = await people.invite('Benjamin');
  await ann.join(SEALED);
  await ben.join(SEALED);
  await Promise.all([ann.seesAndHears(ben), ben.seesAndHears(ann)]);
  expect(relay.count('"type":"signal"'), 'signals were seen').toBeGreaterThan(2);
  expect(relay.requests.length, 'requests were seen').toBeGreaterThan(2);
  for (const secret of ['Annabella', 'Benjamin', 'fingerprint', 'candidate', 'ice-ufrag', 'v=0', KEY]) {
    expect(relay.count(secret), secret).toBe(0);
  }
});

test('of a named room it sees all that, and both ends show one code', async ({ people }) => {
  const [ann, relay] = await people.inviteByRelay('Annabella');
  const ben = await people.invite('Benjamin');
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  for (const seen of ['Annabella', 'Benjamin', 'a=fingerprint', 'candidate:']) {
    expect(relay.count(seen), seen).toBeGreaterThan(0);
  }
  expect(await codeOf(ann, ben)).toBe(await codeOf(ben, ann));
});

/** Signals towards the page of the first person who says anything. */
function fromTheFirst(change: (seq: number, body: string) => string): Meddle {
  let first: unknown;
  return (message, towards) => {
    if (message.type !== 'signal' || towards !== 'page' || !message.seq || !message.body) return [message];
    first ??= message.from;
    return [message.from === first ? { ...message, body: change(message.seq, message.body) } : message];
  };
}

test('a body that was altered is refused in words, nothing of it plays, and others are not concerned', async ({ people }) => {
  const [ann, relay] = await people.inviteByRelay('Annabella', TINY);
  const [ben, cleo] = [await people.invite('Benjamin', TINY), await people.invite('Cleopatra', TINY)];
  relay.meddle = fromTheFirst((_, body) => (body.startsWith('A') ? 'B' : 'A') + body.slice(1));
  await ann.join(SEALED);
  await ben.join(SEALED);
  await expectNothingPlays(ann, ben);
  await cleo.join(SEALED);
  await Promise.all([ann.sees(cleo), cleo.sees(ann), ben.sees(cleo)]);
  await expect(ann.tile(ben).figure.getByText(refusal(ben))).toBeVisible();

  // Once nobody meddles any more, the person may try again.
  relay.meddle = (message) => [message];
  await ann.tile(ben).figure.getByRole('button', { name: 'Try again', exact: true }).click();
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
});

test('what was said before and is said again is refused', async ({ people }) => {
  const [ann, relay] = await people.inviteByRelay('Annabella', TINY);
  const ben = await people.invite('Benjamin', TINY);
  let offer = '';
  relay.meddle = fromTheFirst((seq, body) => {
    if (seq === 1) offer = body;
    return offer;
  });
  await ann.join(SEALED);
  await ben.join(SEALED);
  await expectNothingPlays(ann, ben);
});

test('a card that is not sealed is nobody’s', async ({ people }) => {
  const [ann, relay] = await people.inviteByRelay('Annabella', TINY);
  const ben = await people.invite('Benjamin', TINY);
  relay.meddle = (message) => {
    const peer = message.peer as { card: string } | undefined;
    return [peer ? { ...message, peer: { ...peer, card: '{"v":1,"name":"Benjamin"}' } } : message];
  };
  await ann.join(SEALED);
  await ben.join(SEALED);
  await expect(ann.call.tile('?').figure.getByText('Could not connect securely to ?', { exact: false })).toBeVisible();
  await expect(ann.call.tile('Benjamin').figure).toHaveCount(0);
  expect(await liveConnections(ann.page)).toBe(0);
});

test('two who compare their codes see the same, and the mark stays as long as the pages do', async ({ people }) => {
  const [ann, ben] = [await people.invite('Ann', TINY), await people.invite('Ben', TINY)];
  await ann.join(SEALED);
  await ben.join(SEALED);
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  const code = await codeOf(ann, ben);
  expect(await codeOf(ben, ann)).toBe(code);

  await expect(ann.tile(ben).compared).toBeHidden();
  const connection = ann.call.connection('Ben');
  await connection.open();
  await expect(connection.matches).toHaveAttribute('aria-pressed', 'false');
  await connection.matches.click();
  await expect(connection.matches).toHaveAttribute('aria-pressed', 'true');
  await ann.page.keyboard.press('Escape');
  await expect(ann.tile(ben).compared).toBeVisible();
  await expect(ben.tile(ann).compared).toBeHidden();

  const sides = () => Promise.all([ann, ben].map(({ page }) => sideOf(page)));
  const before = await sides();
  await restartIce(ann.page);
  await expect.poll(async () => haveAgreedAnew(await sides(), before)).toBe(true);
  await expect(ann.tile(ben).compared).toBeVisible();

  // A connection that ends is made anew by either side, with the same certificates.
  await ann.page.evaluate(() => window.probe.connections.findLast((each) => each.connectionState === 'connected')!.close());
  expect(await liveConnections(ann.page)).toBe(0);
  await expect.poll(() => liveConnections(ann.page), { timeout: 30_000 }).toBe(1);
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  await expect(ann.tile(ben).compared).toBeVisible();
  expect([await codeOf(ann, ben), await codeOf(ben, ann)]).toEqual([code, code]);

  await ben.reload();
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  const another = await codeOf(ann, ben);
  expect(another).not.toBe(code);
  expect(await codeOf(ben, ann)).toBe(another);
  await expect(ann.tile(ben).compared).toBeHidden();
});

test('Firefox and Chromium meet in a sealed room and see one code', async ({ people, server }) => {
  const ann = await people.invite('Ann');
  const fay = await FirefoxPerson.sitDown('Fay');
  await ann.join(SEALED);
  await fay.join(server.origin + SEALED);
  await fay.seesAndHears(ann);
  await ann.call.tile('Fay').drifts();
  const connection = ann.call.connection('Fay');
  await connection.open();
  await expect.poll(() => connection.digits()).toMatch(CODE);
  await fay.readsOfConnection(ann, new RegExp(await connection.digits()));
  await fay.goHome(server.origin);
});
