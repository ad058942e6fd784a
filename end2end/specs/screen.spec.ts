import { FirefoxPerson } from '../support/firefox.ts';
import type { Person } from '../support/person.ts';
import { openSlides } from '../support/slides.ts';
import { expect, test } from '../support/test.ts';

/** A tab that tests share is silent (the browser is started without sound); Chromium's fake screen is
 * green, something turns in it, and it beeps. */
const FAKE_SCREEN = 120;
const RED = 345;

async function seesScreen(person: Person, of: Person, hue: number): Promise<void> {
  await person.call.screen(of.name).shows(hue);
  await person.call.screen(of.name).moves(15_000);
}

async function seesAndHearsScreen(person: Person, of: Person): Promise<void> {
  await seesScreen(person, of, FAKE_SCREEN);
  await person.call.screen(of.name).isHeard();
}

test('a tab is seen beside the camera until it is stopped, and again until it is closed', async ({ people }) => {
  const ann = await people.invite('Ann', { devices: 'tab' });
  const ben = await people.invite('Ben');
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ann.seesAndHears(ben);
  const slides = await openSlides(ann, RED);

  const note = ann.page.getByText('You are sharing your screen');
  await expect(note).toBeHidden();
  await ann.call.share();
  await expect(note).toBeVisible();
  await seesScreen(ben, ann, RED);
  await expect(ann.call.tiles, 'no screen within the screen').toHaveCount(2);
  await ann.seesAndHears(ben);

  await ann.call.button('Stop').click();
  await expect(ben.call.screen('Ann').figure).toHaveCount(0);
  await expect(note).toBeHidden();
  expect(await ann.call.openDevices(), 'nothing is captured any more').toEqual([]);

  await ann.call.share();
  await seesScreen(ben, ann, RED);
  await slides.close();
  await expect(ann.call.button('Share screen')).toBeVisible();
  await expect(ben.call.screen('Ann').figure).toHaveCount(0);
  expect(await ann.call.openDevices()).toEqual([]);
});

test('two share at once while their cameras go on, and who comes later or again gets both', async ({ people }) => {
  // Three browsers code seven pictures of two screens and three cameras on two cores.
  test.setTimeout(240_000);
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ann.seesAndHears(ben);
  await Promise.all([ann.call.share(), ben.call.share()]);
  await seesAndHearsScreen(ann, ben);
  await seesAndHearsScreen(ben, ann);
  await ann.seesAndHears(ben);
  await ben.seesAndHears(ann);

  const cleo = await people.invite('Cleo', { tiny: true });
  await cleo.join(room);
  for (const other of [ann, ben]) await seesAndHearsScreen(cleo, other);
  await cleo.sees(ann);

  await ann.call.stopSharing();
  await expect(cleo.call.screen('Ann').figure).toHaveCount(0);
  await expect(ben.call.screen('Ann').figure).toHaveCount(0);
  await ben.sees(ann);
  expect((await ann.call.openDevices()).sort(), 'camera and microphone stay').toEqual(['audio', 'video']);

  await cleo.reload();
  await seesAndHearsScreen(cleo, ben);
  await ann.call.share();
  await seesAndHearsScreen(cleo, ann);
  await ben.call.leave.click();
  await expect(cleo.call.screen('Ben').figure).toHaveCount(0);
  expect(await ben.call.openDevices(), 'leaving stops all').toEqual([]);
});

test('a screen that cannot be captured is said, and a browser that cannot share offers nothing', async ({ people }) => {
  // Without fake devices there is no screen either that would have sound.
  const ann = await people.invite('Ann', { devices: 'none' });
  const room = people.room();
  await ann.join(room);
  await ann.call.button('Share screen').click();
  const said = ann.page.getByText('The screen could not be shared. Allow this browser to record the screen');
  await expect(said).toBeVisible();
  await expect(ann.call.button('Share screen')).toBeVisible();
  await ann.page.locator('.notice', { has: said }).getByRole('button', { name: 'Dismiss' }).click();
  await expect(said).toBeHidden();

  const ben = await people.invite('Ben');
  await ben.context.addInitScript(() => Reflect.deleteProperty(navigator.mediaDevices, 'getDisplayMedia') && Reflect.deleteProperty(MediaDevices.prototype, 'getDisplayMedia'));
  await ben.join(room);
  await expect(ben.call.button('Turn off camera')).toBeVisible();
  await expect(ben.call.button('Share screen')).toBeHidden();
});

test('Firefox sees and hears what Chromium shares', async ({ people, server }) => {
  const ann = await people.invite('Ann');
  const room = people.room();
  const fay = await FirefoxPerson.sitDown('Fay');
  await ann.join(room);
  await fay.join(server.origin + room);
  await fay.seesAndHears(ann);
  await ann.call.share();
  await fay.tileSeenAndHeard('Screen of Ann', FAKE_SCREEN);
  await fay.seesAndHears(ann);
  await fay.goHome(server.origin);
});
