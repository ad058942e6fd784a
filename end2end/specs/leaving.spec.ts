import { expect, test } from '../support/test.ts';

test('leaving takes the tile away, stops the devices and offers to come back', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ann.seesAndHears(ben);

  await ben.call.leave.click();
  await expect(ben.page.getByRole('heading', { name: 'You left', exact: true })).toBeVisible();
  await ann.noLongerHas(ben);
  await expect.poll(() => ben.call.openDevices(), 'the light goes out').toEqual([]);
  const states = () => ben.page.evaluate(() => window.probe.connections.map((each) => each.connectionState));
  await expect.poll(async () => (await states()).filter((state) => state !== 'closed')).toEqual([]);

  await ben.call.button('Rejoin').click();
  await ann.seesAndHears(ben);
  await ben.seesAndHears(ann);
  await expect(ann.call.tiles).toHaveCount(2);
});

test.describe('a short resume window', () => {
  test.use({ serverFlags: ['--resume-window', '3'] });

  test('a machine that loses power disappears', async ({ people }) => {
    const [ann, ben] = await people.inviteAll('Ann', 'Ben');
    const room = people.room();
    await ann.join(room);
    await ben.join(room);
    await ann.seesAndHears(ben);
    await ben.vanish();
    await ann.noLongerHas(ben);
    await expect(ann.call.own.figure).toBeVisible();
  });

  test('a closed tab disappears', async ({ people }) => {
    const [ann, ben] = await people.inviteAll('Ann', 'Ben');
    const room = people.room();
    await ann.join(room);
    await ben.join(room);
    await ann.sees(ben);
    await ben.page.close();
    await ann.noLongerHas(ben);
  });
});

test('a reload comes back as the same person', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ann.seesAndHears(ben);
  await ben.seesAndHears(ann);

  await ben.reload();
  await expect(ben.call.own.figure).toBeVisible();
  await ben.seesAndHears(ann);
  await ann.seesAndHears(ben);
  await expect(ann.tile(ben).figure).toHaveCount(1);
  await expect(ann.call.tiles).toHaveCount(2);
  await expect(ben.call.tiles).toHaveCount(2);
});

test('the one who was there first reloads, too', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ben.seesAndHears(ann);
  await ann.reload();
  await ann.seesAndHears(ben);
  await ben.seesAndHears(ann);
  await expect(ben.call.tiles).toHaveCount(2);
});
