import { killHelper } from '../support/browser.ts';
import { expect, test } from '../support/test.ts';

// Devices that go away in the middle of a call.

/** The process of Chromium that has the cameras; its end looks to a page like a camera that breaks away. */
const CAMERAS = 'video_capture.mojom.VideoCaptureService';

test('a camera that breaks away is opened again, and the call goes on meanwhile', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  for (const person of [ann, ben]) await person.join(room);
  await Promise.all([ann.seesAndHears(ben), ben.seesAndHears(ann)]);
  const opened = () => ann.page.evaluate(() => window.probe.captured.length);
  const before = await opened();
  await killHelper(ann.browser, CAMERAS);
  await expect.poll(opened, 'asked for again').toBe(before + 1);
  await ben.seesAndHears(ann);
  await ann.call.own.shows(ann.hue);
  await ann.sees(ben);
});

test('permissions that are taken away in a call are said in plain words, and given back without a reload', async ({ people }) => {
  const ann = await people.invite('Ann');
  const ben = await people.invite('Ben', { devices: 'denied' });
  await ben.context.grantPermissions(['camera', 'microphone']);
  const room = people.room();
  for (const person of [ann, ben]) await person.join(room);
  await ann.tile(ben).moves();
  await ann.tile(ben).isHeard();

  await ben.context.clearPermissions();
  await expect.poll(() => ben.call.openDevices()).toEqual([]);
  await expect(ben.page.getByRole('status').filter({ hasText: 'blocking' }).locator('p')).toHaveText([
    'Your browser is blocking the camera and the microphone. Allow them at the left of the address bar, then press Try again.',
  ]);
  await ann.tile(ben).showsInitials('B');
  await ann.tile(ben).saysMuted();
  await ben.seesAndHears(ann);

  await ben.context.grantPermissions(['camera', 'microphone']);
  await ben.call.button('Try again').click();
  await ann.tile(ben).moves();
  await ann.tile(ben).isHeard();
  await ann.tile(ben).saysUnmuted();
});
