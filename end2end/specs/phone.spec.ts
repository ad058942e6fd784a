import { axeFindsNothing } from '../support/axe.ts';
import { expect, test } from '../support/test.ts';

declare global {
  interface Window {
    locks: WakeLockSentinel[];
  }
}

const WECHAT =
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.49';
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, userAgent: WECHAT };

test('on a phone the camera is turned, the screen stays on, and a browser inside an app is known', async ({ people }) => {
  const ann = await people.invite('Ann', { devices: 'several', context: PHONE });
  const ben = await people.invite('Ben', { tiny: true });
  await ann.context.addInitScript(() => {
    window.locks = [];
    // Where nothing is asked of a page, as in an empty one, there is none.
    if (!navigator.wakeLock) return;
    const native = navigator.wakeLock.request.bind(navigator.wakeLock);
    navigator.wakeLock.request = async (kind) => {
      const lock = await native(kind);
      window.locks.push(lock);
      return lock;
    };
  });
  const room = people.room();
  await ben.join(room);
  await ann.open(room);
  await expect(ann.page.getByText('This page is open inside WeChat', { exact: false })).toBeVisible();
  await axeFindsNothing(ann, 'the lobby inside an app');
  await ann.page.getByRole('combobox', { name: 'Camera', exact: true }).selectOption({ label: 'fake_device_3' });
  const open = () => ann.page.evaluate(() => window.probe.captured.filter((track) => track.readyState === 'live').map((track) => track.label));
  await expect.poll(open).toContain('fake_device_3');
  await ann.lobby.enter('Ann');
  await ben.tile(ann).bringsFrames();
  const awake = () => ann.page.evaluate(() => window.locks.map(({ released }) => !released));
  await expect.poll(awake).toEqual([true]);

  const agreed = () => ben.page.evaluate(() => window.probe.connections.map(({ localDescription }) => localDescription?.sdp));
  const before = await agreed();
  await ann.call.button('More').click();
  await axeFindsNothing(ann, 'the menu on a phone');
  await ann.call.button('Switch camera').click();
  await expect.poll(open).toContain('fake_device_0');
  expect(await open()).not.toContain('fake_device_3');
  await ann.page.keyboard.press('Escape');
  await ben.tile(ann).bringsFrames();
  expect(await agreed(), 'nothing was negotiated').toEqual(before);

  // What a browser does when the page is hidden, and when it is in sight again.
  await ann.page.evaluate(() => window.locks[0].release());
  await ann.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await expect.poll(awake).toEqual([false, true]);
  await ann.call.leave.click();
  await expect.poll(awake).toEqual([false, false]);
});
