import { expect, test } from '../support/test.ts';

test('muting reaches the others, in words and in sound', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ben.tile(ann).isHeard();
  await ben.tile(ann).saysUnmuted();

  await ann.call.mute();
  await ben.tile(ann).saysMuted();
  await ben.tile(ann).isSilent();
  await ben.sees(ann);

  await ann.call.unmute();
  await ben.tile(ann).saysUnmuted();
  await ben.tile(ann).isHeard();
});

test('someone who comes later learns who is muted and who shows no picture', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann Arbor', 'Ben');
  const room = people.room();
  await ann.join(room);
  await ann.call.mute();
  await ann.call.turnCameraOff();
  await ben.join(room);
  await ben.tile(ann).saysMuted();
  await ben.tile(ann).showsInitials('AA');
  await ann.seesAndHears(ben);
  await ann.call.unmute();
  await ben.tile(ann).isHeard();
});

test('a camera that is off is stopped, and others see initials; on again shows the picture', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann Arbor', 'Ben');
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ben.sees(ann);
  expect((await ann.call.openDevices()).sort()).toEqual(['audio', 'video']);

  await ann.call.turnCameraOff();
  await expect.poll(() => ann.call.openDevices(), 'the light goes out').toEqual(['audio']);
  await ben.tile(ann).showsInitials('AA');
  await ann.call.own.showsInitials('AA');
  await ben.tile(ann).isHeard();

  await ann.call.turnCameraOn();
  await ben.sees(ann);
  await ann.call.own.shows(ann.hue);
});

test('a person without devices is told so, and still sees, hears and is there', async ({ people }) => {
  const ann = await people.invite('Ann');
  const ben = await people.invite('Ben', { devices: 'none' });
  const room = people.room();
  await ann.join(room);
  await ben.open(room);
  await expect(ben.page.getByText('No camera or microphone found. You can still see and hear everyone.')).toBeVisible();
  await ben.lobby.enter('Ben');
  await ben.seesAndHears(ann);
  await ann.tile(ben).showsInitials('B');
});

test('a person without a camera is told so, is heard, and sees', async ({ people }) => {
  const ann = await people.invite('Ann');
  const ben = await people.invite('Ben', { devices: 'microphone' });
  const room = people.room();
  await ann.join(room);
  await ben.open(room);
  await expect(ben.page.getByText('No camera found. The others will hear you and see your initials.')).toBeVisible();
  await ben.lobby.enter('Ben');
  await ben.seesAndHears(ann);
  await ann.tile(ben).showsInitials('B');
  await ann.tile(ben).isHeard();
});

test('someone who was there without devices sees the newcomer', async ({ people }) => {
  const ann = await people.invite('Ann', { devices: 'none' });
  const ben = await people.invite('Ben');
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ann.seesAndHears(ben);
  await ben.tile(ann).showsInitials('A');
});

test('a person who blocks the devices is told how to allow them, and can join all the same', async ({ people }) => {
  const ann = await people.invite('Ann');
  const ben = await people.invite('Ben', { devices: 'denied' });
  const room = people.room();
  await ann.join(room);
  await ben.open(room);
  await expect(ben.page.getByRole('status').filter({ hasText: 'blocking' }).locator('p')).toHaveText([
    'Your browser is blocking the camera and the microphone. Allow them at the left of the address bar, then press Try again.',
  ]);
  await ben.lobby.enter('Ben');
  await ben.seesAndHears(ann);
});

test('devices that are allowed afterwards are used after Try again', async ({ people }) => {
  const ann = await people.invite('Ann');
  const ben = await people.invite('Ben', { devices: 'denied' });
  const room = people.room();
  await ann.join(room);
  await ben.open(room);
  const tryAgain = ben.call.button('Try again');
  await expect(tryAgain).toBeVisible();
  await ben.context.grantPermissions(['camera', 'microphone']);
  await tryAgain.click();
  await ben.lobby.enter('Ben');
  // The denied browser has the stock fake camera: it is enough that it moves.
  await ann.tile(ben).moves();
  await ann.tile(ben).isHeard();
});
