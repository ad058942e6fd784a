import { join } from 'node:path';
import type { BrowserContextOptions } from '@playwright/test';
import { expect, test } from './support/test.ts';
import { Check } from './pages/check.ts';
import type { Tile } from './pages/tile.ts';
import type { Person } from './support/person.ts';

const SCREENS = join(import.meta.dirname, 'test-results/screens');
const DOCS = join(import.meta.dirname, '../docs');

const LOOKS: [string, BrowserContextOptions][] = [
  ['desktop-light', { colorScheme: 'light', viewport: { width: 1280, height: 800 } }],
  ['desktop-dark', { colorScheme: 'dark', viewport: { width: 1280, height: 800 } }],
  ['phone-light', { colorScheme: 'light', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 }],
  ['phone-dark', { colorScheme: 'dark', viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 }],
];

/** A sitter hardly moves: it is enough that there is a picture. */
const arrives = (tile: Tile) => expect.poll(() => tile.figure.evaluate((root) => window.probe.picture(root)), { timeout: 30_000 }).not.toBeNull();

for (const [look, context] of LOOKS) {
  test(look, async ({ people }) => {
    const ann = await people.invite('Ann Arbor', { portrait: true, context });
    const shoot = (screen: string) => ann.page.screenshot({ path: join(SCREENS, `${look}-${screen}.png`) });
    await ann.open('/');
    await shoot('1-home');
    await ann.home.goTo('not a room!');
    await expect(ann.home.field).toHaveAttribute('aria-invalid', 'true');
    await shoot('2-home-error');
    const room = '/r/morning-tea';
    await ann.open(room);
    await ann.lobby.prepare(ann.name);
    await expect.poll(() => ann.lobby.preview.evaluate((root) => window.probe.picture(root))).not.toBeNull();
    await shoot('3-lobby');
    await ann.lobby.join.click();
    await arrives(ann.call.own);
    await shoot('4-first-here');

    const others: Person[] = [];
    for (const name of ['Ben', 'Chen Wei', 'Dora Keller']) others.push(await people.invite(name, { portrait: true }));
    for (const other of others) {
      await other.join(room);
      await arrives(ann.tile(other));
    }
    await others[1].call.mute();
    await ann.tile(others[1]).saysMuted();
    await shoot('5-call');
    await ann.call.setView('Show who speaks large', true);
    await shoot('5-call-speaker');
    await ann.call.button('View').click();
    await shoot('5-call-view');
    await ann.page.keyboard.press('Escape');
    await ann.call.setView('Show who speaks large', false);
    await others[0].call.share();
    await arrives(ann.call.screen(others[0].name));
    await shoot('5-call-screen');
    await others[0].call.stopSharing();
    await expect(ann.call.screen(others[0].name).figure).toHaveCount(0);
    await ann.call.button('Share screen').click();
    await expect(ann.page.getByText('You are sharing your screen')).toBeVisible();
    await shoot('5-call-sharing');
    await ann.call.button('Stop').click();
    if (look === 'desktop-light') await ann.page.screenshot({ path: join(DOCS, 'call.png') });
    await others[2].call.turnCameraOff();
    await ann.tile(others[2]).showsInitials('DK');
    await ann.call.chat.open();
    await others[0].call.chat.open();
    await others[0].call.chat.say('The plan is at https://example.org/plan, have a look.');
    await ann.call.chat.say('Reading it now.');
    await ann.call.chat.reads(['The plan', 'Reading it now.']);
    await shoot('6-call-chat');
    await ann.call.leave.click();
    await expect(ann.page.getByRole('heading', { name: 'You left', exact: true })).toBeVisible();
    await shoot('7-after');
    ann.watch.expects(/status of 404/);
    await ann.page.goto('/no/such/page');
    await shoot('8-not-found');
    await shootTheDoctor(ann, shoot);
  });
}

/** Before, in the middle, and the whole of it afterwards. */
async function shootTheDoctor(ann: Person, shoot: (screen: string) => Promise<Buffer>): Promise<void> {
  await ann.open('/check');
  await shoot('9-check');
  const check = new Check(ann.page);
  await check.start.click();
  await expect(check.button('I hear it')).toBeVisible({ timeout: 30_000 });
  await shoot('10-check-running');
  await check.button('I hear it').click();
  await check.concludes(/Calls will work/);
  await shoot('11-check-result');
}
