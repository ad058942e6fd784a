import { expect, test } from '../support/test.ts';

// What a page says when something that a call needs is missing.

const INCOMPLETE = 'This link is missing its last part. Ask for the whole link again.';
const DAMAGED = 'This link is damaged. Ask for the whole link again.';
const INSECURE = 'Calls need a secure address (https). Open this page with https, or on this computer with localhost.';
const NO_SCRIPTS = 'Calls need JavaScript, and it is switched off here. Allow it for this site, then reload the page.';
const NO_CALLS = 'This browser cannot make calls, or calls are switched off in it.';

test('a sealed link without its key says so, and the whole one in the same tab opens the room', async ({ people }) => {
  const ann = await people.invite('Ann');
  await ann.open('/');
  await ann.home.newMeeting.click();
  await ann.page.waitForURL(/#/);
  const whole = ann.page.url();
  const [withoutKey] = whole.split('#');
  const ben = await people.invite('Ben');
  await ben.open(withoutKey);
  await expect(ben.page.getByText(INCOMPLETE)).toBeVisible();
  await expect(ben.lobby.join).toBeDisabled();
  const loaded = ben.page.waitForEvent('load');
  await ben.page.goto(whole);
  await loaded;
  await expect(ben.lobby.join).toBeEnabled();
  await expect(ben.page.getByText(INCOMPLETE)).toHaveCount(0);
});

test('a sealed link whose key was altered opens nothing', async ({ people }) => {
  const ann = await people.invite('Ann');
  await ann.open('/');
  await ann.home.newMeeting.click();
  await ann.lobby.enter('Ann');
  await expect(ann.call.own.figure).toBeVisible();
  const [room, fragment] = ann.page.url().split('#');
  const [key] = fragment.split('.');
  const altered = key.replace(/^./, (first) => (first === 'a' ? 'b' : 'a'));
  const ben = await people.invite('Ben');
  await ben.open(`${room}#${altered}`);
  await expect(ben.page.getByText(DAMAGED)).toBeVisible();
  await expect(ben.lobby.join).toBeDisabled();
  await expect(ann.call.tiles).toHaveCount(1);
});

test.describe('without scripts', () => {
  for (const address of ['/', '/r/tea']) {
    test(`${address} explains itself`, async ({ people }) => {
      const ann = await people.invite('Ann', { context: { javaScriptEnabled: false } });
      // Chromium's own words about what it fetched ahead and then may not run.
      ann.watch.expects(/\.js failed: csp|preloaded using link preload but not used/);
      const response = await ann.page.goto(address);
      expect(response?.status()).toBe(200);
      const note = ann.page.locator('noscript p');
      await expect(note).toHaveText(NO_SCRIPTS);
      await expect(note).toBeVisible();
      await expect(ann.page.getByRole('heading', { level: 1 })).toBeVisible();
      await expect(ann.page).toHaveTitle(/Confab/);
    });
  }
});

test('an insecure address explains itself, and the room cannot be joined there', async ({ people, server }) => {
  const origin = `http://confab.test:${server.port}`;
  const ann = await people.invite('Ann', { origin, flags: ['--host-resolver-rules=MAP confab.test 127.0.0.1'] });
  ann.watch.expects(/Cross-Origin-Opener-Policy header has been ignored/);
  await ann.open('/r/tea');
  expect(await ann.page.evaluate('isSecureContext')).toBe(false);
  await expect(ann.page.getByText(INSECURE)).toBeVisible();
  await expect(ann.lobby.join).toBeDisabled();
});

test('a browser without WebRTC is told so', async ({ people }) => {
  const ann = await people.invite('Ann');
  await ann.context.addInitScript('delete window.RTCPeerConnection');
  await ann.open('/r/tea');
  await expect(ann.page.getByText(NO_CALLS)).toBeVisible();
  await expect(ann.lobby.join).toBeDisabled();
});
