import { AxeBuilder } from '@axe-core/playwright';
import { FirefoxPerson } from '../support/firefox.ts';
import type { Person } from '../support/person.ts';
import { nearEnd } from '../support/route.ts';
import { expect, test } from '../support/test.ts';

/** Everything that a page said to the server names relays only, and what is behind them is not told. */
function expectOnlyRelaysSent(person: Person): void {
  const counts = ['typ host', 'typ srflx', 'typ prflx'].map((kind) => person.watch.sentTexts(kind));
  expect(counts, `${person.name} gave an address away`).toEqual([0, 0, 0]);
  expect(person.watch.sentTexts('typ relay'), 'relayed candidates were sent').toBeGreaterThan(0);
  const bases = person.watch.sentTexts('raddr') - person.watch.sentTexts('raddr 0.0.0.0');
  expect(bases, 'addresses behind a relay were sent').toBe(0);
}

test('a tile tells how its owner is connected', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ann.sees(ben);
  const connection = ann.call.connection('Ben');
  await expect(connection.text).toBeHidden();
  await connection.button.focus();
  await ann.page.keyboard.press('Enter');
  for (const said of [
    /Route: Direct, (on the local network|without NAT)\n/,
    /Round trip: (< 1|\d+) ms\n/,
    /Packets lost: \d+\.\d %/,
    /Both sides said how to reach them\.\n/,
    /Addresses here: [1-9]\d* local, \d+ through NAT, \d+ on a relay\.\n/,
    /Pairs of addresses tried: [1-9]\d*, working: [1-9]/,
    /Chosen: local here, local there\./,
  ]) {
    await expect.poll(() => connection.text.innerText()).toMatch(said);
  }
  const { violations } = await new AxeBuilder({ page: ann.page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`)).toEqual([]);

  await ann.page.keyboard.press('Escape');
  await expect(connection.text).toBeHidden();
  await expect(connection.button).toBeFocused();
});

test('an address that is hidden does not leave, and pictures come by relay', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  await ben.join(room);
  await ann.join(room, { hidden: true });
  await ann.seesAndHears(ben);
  await ben.seesAndHears(ann);
  expect((await nearEnd(ann.page))?.type).toBe('relay');
  await ann.call.connection('Ben').open();
  await expect(ann.call.connection('Ben').text).toContainText(/Route: Relayed over (UDP|TCP)/);
  await ben.call.connection('Ann').open();
  await expect(ben.call.connection('Ann').text).toContainText('Route: Relayed');
  expectOnlyRelaysSent(ann);

  await ann.reload();
  await ann.sees(ben);
  expect((await nearEnd(ann.page))?.type).toBe('relay');
  expectOnlyRelaysSent(ann);
});

test('whoever is there first stays hidden from those who come', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  await ann.join(room, { hidden: true });
  await ben.join(room);
  await ann.seesAndHears(ben);
  await ben.seesAndHears(ann);
  expect((await nearEnd(ann.page))?.type).toBe('relay');
  expectOnlyRelaysSent(ann);
});

test('Firefox hides its address, too', async ({ people, server }) => {
  const ann = await people.invite('Ann');
  const fay = await FirefoxPerson.sitDown('Fay');
  const room = people.room();
  await ann.join(room);
  await fay.join(server.origin + room, { hidden: true });
  await fay.seesAndHears(ann);
  await ann.call.tile('Fay').drifts();
  await ann.call.connection('Fay').open();
  await expect(ann.call.connection('Fay').text).toContainText('Route: Relayed');
  await expect(ann.call.connection('Fay').text).toContainText(/Addresses there: 0 local, 0 through NAT, [1-9]/);
  await fay.goHome(server.origin);
});

test.describe('without a relay', () => {
  test.use({ serverFlags: ['--no-turn'] });

  test('an address cannot be hidden, and is not shown all the same', async ({ people }) => {
    const [ann, ben] = await people.inviteAll('Ann', 'Ben');
    const room = people.room();
    await ben.join(room);
    await ann.open(room);
    await ann.lobby.hideAddress.check();
    await ann.lobby.enter('Ann');
    await expect(ann.page.getByText('Your address cannot be hidden here', { exact: false })).toBeVisible();
    expect(ann.watch.sentTexts('typ ')).toBe(0);
    await ben.noLongerHas(ann);
    await ann.lobby.hideAddress.uncheck();
    await ann.lobby.join.click();
    await ann.sees(ben);
  });
});
