import { axeFindsNothing } from '../support/axe.ts';
import type { Person } from '../support/person.ts';
import { Tile } from '../pages/tile.ts';
import { expect, test } from '../support/test.ts';

/** What of its own a page sends now, over all its connections. */
function sentKinds({ page }: Person): Promise<string[]> {
  return page.evaluate(() => {
    const open = window.probe.connections.filter((each) => each.connectionState === 'connected');
    return open.flatMap((each) => each.getSenders()).flatMap(({ track }) => (track ? [track.kind] : [])).sort();
  });
}

function agreed({ page }: Person): Promise<(string | undefined)[]> {
  return page.evaluate(() => window.probe.connections.map(({ localDescription }) => localDescription?.sdp));
}

test('with low data only sound goes and comes, and all is as before afterwards; the own picture can be hidden', async ({ people }) => {
  const [ann, ben] = [await people.invite('Ann'), await people.invite('Ben')];
  const room = people.room();
  for (const person of [ann, ben]) await person.join(room);
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  const before = await agreed(ann);

  await ann.call.more.set('Low data: sound only', true);
  await expect(ann.page.getByText('Low data is on: no pictures come or go.')).toBeVisible();
  await expect.poll(() => sentKinds(ben), 'he was asked for it').toEqual(['audio']);
  await expect.poll(() => sentKinds(ann)).toEqual(['audio']);
  await ann.tile(ben).showsInitials('B');
  await ben.tile(ann).showsInitials('A');
  await ann.tile(ben).isHeard();
  await ben.tile(ann).isHeard();
  expect(await ben.call.openDevices(), 'he still sees himself').toContain('video');
  await axeFindsNothing(ann, 'low data');

  await ann.call.button('Show pictures').click();
  await Promise.all([ann.sees(ben), ben.sees(ann)]);
  expect(await agreed(ann), 'nothing was negotiated').toEqual(before);

  await ann.call.more.set('Hide my picture', true);
  const own = new Tile('You', ann.page.locator('figure[aria-label="You"]'));
  await expect(own.figure).toBeHidden();
  await ben.sees(ann);
  await ann.call.more.set('Hide my picture', false);
  await own.shows(ann.hue);
});

test('the same person in a second tab is told, and brings the call along', async ({ people }) => {
  const ann = await people.invite('Ann', { tiny: true });
  const ben = await people.invite('Ben', { tiny: true });
  const room = people.room();
  for (const person of [ann, ben]) await person.join(room);
  await ben.tile(ann).isHeard();

  const second = await ann.context.newPage();
  const notice = second.getByText('You are in this call already, in another tab of this browser.', { exact: false });
  await second.goto(room);
  await expect(notice).toBeVisible();
  await second.getByRole('button', { name: 'Join', exact: true }).click();
  await expect(second.getByRole('figure', { name: 'Ben', exact: true })).toBeVisible();
  await expect(ann.page.getByRole('heading', { name: 'The call is open in another tab', exact: true })).toBeVisible();
  await expect.poll(() => ann.call.openDevices()).toEqual([]);
  await expect(ben.call.tiles, 'one Ann').toHaveCount(2);
  await ben.tile(ann).isHeard();

  // Back again, by the person's own word; the second gives way.
  await ann.call.button('Rejoin').click();
  await expect(second.getByRole('heading', { name: 'The call is open in another tab', exact: true })).toBeVisible();
  await expect(ben.call.tiles).toHaveCount(2);
  await ben.tile(ann).isHeard();
});
