import { expect, test } from '../support/test.ts';

test('two people see and hear each other', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ben.seesAndHears(ann);
  await ann.seesAndHears(ben);
  await ann.call.own.shows(ann.hue);
  await ann.call.own.moves();
  await expect(ann.call.tiles).toHaveCount(2);
});

test('the own picture is mirrored and makes no sound, and no helper is asked but ours', async ({ people, server }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ann.sees(ben);
  expect(await ann.call.own.video.evaluate((video: HTMLVideoElement) => video.muted)).toBe(true);
  expect(await ann.call.own.video.evaluate((video) => new DOMMatrix(getComputedStyle(video).transform).a)).toBe(-1);
  const helpers = await ann.page.evaluate(() =>
    window.probe.connections.flatMap((each) => each.getConfiguration().iceServers ?? []).flatMap(({ urls }) => urls),
  );
  expect(helpers.filter((url) => !url.includes(new URL(server.origin).hostname))).toEqual([]);
});

test('both join at the same instant and connect', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  await Promise.all([ann.open(room), ben.open(room)]);
  await Promise.all([ann.lobby.prepare('Ann'), ben.lobby.prepare('Ben')]);
  await Promise.all([ann.lobby.join.click(), ben.lobby.join.click()]);
  await Promise.all([ann.seesAndHears(ben), ben.seesAndHears(ann)]);
  await expect(ann.call.tiles).toHaveCount(2);
});

test('three people see and hear each other', async ({ people }) => {
  const everyone = await people.inviteAll('Ann', 'Ben', 'Cleo');
  const room = people.room();
  for (const person of everyone) await person.join(room);
  for (const person of everyone) {
    for (const other of everyone) if (other !== person) await person.seesAndHears(other);
    await expect(person.call.tiles).toHaveCount(3);
  }
});

test('people in a sealed room see each other, with the guest part of the link only', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  await ann.open('/');
  await ann.home.newMeeting.click();
  await ann.lobby.enter('Ann');
  await expect(ann.call.own.figure).toBeVisible();
  const hostLink = ann.page.url();
  const shared = hostLink.slice(0, hostLink.lastIndexOf('.'));
  await ben.join(shared);
  await ben.seesAndHears(ann);
  await ann.seesAndHears(ben);
});
