import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './support/test.ts';
import type { Tile } from './pages/tile.ts';
import type { Person } from './support/person.ts';

const ROOT = join(import.meta.dirname, '..');
const SCREENS = join(ROOT, 'target/screens');

const SIZES = { wide: { width: 1280, height: 800 }, tablet: { width: 820, height: 1180 }, phone: { width: 390, height: 844 } };
const LOOKS = [['en', 'light'], ['en', 'dark'], ['de', 'light'], ['zh', 'light'], ['zh', 'dark']] as const;
const LOCALES = { en: 'en-GB', de: 'de-DE', zh: 'zh-CN' };

/** The words of a language, as they are in its table. */
function wordsOf(file: string): (key: string, name?: string) => string {
  const table = readFileSync(join(ROOT, 'src/i18n', file), 'utf8');
  return (key, name = '') => {
    const word = new RegExp(`^\\s*${key}: "(.*)",$`, 'm').exec(table)?.[1];
    if (word === undefined) throw new Error(`no ${key} in ${file}`);
    return word.replace('{}', name);
  };
}

/** A sitter hardly moves: it is enough that there is a picture. */
const arrives = (tile: Tile) => expect.poll(() => tile.figure.evaluate((root) => window.probe.picture(root)), { timeout: 30_000 }).not.toBeNull();

class Photographer {
  constructor(readonly ann: Person, readonly look: string, readonly word: ReturnType<typeof wordsOf>) {}

  async shoot(state: string): Promise<void> {
    for (const [size, viewport] of Object.entries(SIZES)) {
      await this.ann.page.setViewportSize(viewport);
      // Two frames later everything is at its place.
      await this.ann.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      await this.ann.page.screenshot({ path: join(SCREENS, this.look, `${state}-${size}.png`) });
    }
    await this.ann.page.setViewportSize(SIZES.wide);
  }

  button(key: string, name?: string) {
    return this.ann.page.getByRole('button', { name: this.word(key, name), exact: true });
  }

  async join(room: string): Promise<void> {
    await this.ann.open(room);
    const field = this.ann.page.getByRole('textbox', { name: this.word('your_name'), exact: true });
    await field.fill(this.ann.name);
    await expect.poll(() => this.ann.lobby.preview.evaluate((root) => window.probe.picture(root))).not.toBeNull();
    await this.shoot('03-lobby');
    await this.button('join').click();
    await arrives(this.ann.call.tile(this.word('you')));
  }

  /** What opens over the call: pictured, and closed again. */
  async menu(key: string, state: string, inside?: () => Promise<void>): Promise<void> {
    await this.button(key).click();
    await inside?.();
    await this.shoot(state);
    await this.ann.page.keyboard.press('Escape');
  }
}

for (const [language, colorScheme] of LOOKS) {
  test(`${language}-${colorScheme}`, async ({ people }) => {
    const locale = LOCALES[language];
    const ann = await people.invite('Ann Arbor', { portrait: true, context: { locale, colorScheme, viewport: SIZES.wide } });
    const word = wordsOf(`${language}.rs`);
    const camera = new Photographer(ann, `${language}-${colorScheme}`, word);
    await ann.open('/');
    await camera.shoot('01-home');
    const field = ann.page.getByRole('textbox', { name: word('room_field'), exact: true });
    await field.fill('not a room!');
    await field.press('Enter');
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await camera.shoot('02-home-error');
    await camera.join('/r/morning-tea');
    await camera.shoot('04-first-here');
    await camera.button('qr_code').click();
    await camera.shoot('05-first-here-code');

    const others: Person[] = [];
    for (const name of ['Ben', 'Chen Wei']) others.push(await people.invite(name, { portrait: true }));
    const [ben, chen] = others;
    for (const other of others) {
      await other.join('/r/morning-tea');
      await arrives(ann.tile(other));
    }
    await chen.call.mute();
    await camera.shoot('06-call');
    if (camera.look === 'en-light') await ann.page.screenshot({ path: join(ROOT, 'docs/call.png') });
    await camera.menu('invite_people', '07-invite', () => ann.page.getByRole('dialog').getByRole('button', { name: word('qr_code') }).click());
    await camera.menu('devices', '08-devices');
    await camera.menu('view', '09-view');
    await shootSmallWindow(camera);
    await ann.tile(ben).figure.hover();
    await camera.button('connection_of', ben.name).click();
    await camera.shoot('10-connection');
    await ann.page.keyboard.press('Escape');
    await camera.button('people_panel').click();
    await camera.shoot('11-people');
    await camera.button('chat').click();
    await ben.call.chat.open();
    await ben.call.chat.say('The plan is at https://example.org/plan, have a look.');
    await ann.page.getByRole('textbox', { name: word('message'), exact: true }).fill('…');
    await expect(ann.page.getByRole('log')).toContainText('The plan');
    await camera.shoot('12-chat');
    await camera.button('chat').click();
    await ben.call.share();
    await arrives(ann.call.tile(word('screen_of', ben.name)));
    await camera.shoot('13-screen');
    await camera.button('share_screen').click();
    await expect(ann.page.getByText(word('sharing'))).toBeVisible();
    await camera.shoot('14-sharing');
    await camera.button('leave').click();
    await expect(ann.page.getByRole('heading', { name: word('left'), exact: true })).toBeVisible();
    await camera.shoot('15-after');
    ann.watch.expects(/status of 404/);
    await ann.page.goto('/no/such/page');
    await camera.shoot('16-not-found');
    await shootTheDoctor(camera, language);
    await shootErrors(await people.invite('Dora', { devices: 'denied', context: { locale, colorScheme } }), camera);
  });
}

/** The call floats, and what is left in its place. */
async function shootSmallWindow(camera: Photographer): Promise<void> {
  await camera.button('view').click();
  const opened = camera.ann.context.waitForEvent('page');
  await camera.button('picture_in_picture').click();
  const window = await opened;
  const pictures = () => window.locator('video').evaluateAll((all) => all.every((video) => (video as HTMLVideoElement).videoWidth > 0));
  await expect.poll(pictures).toBe(true);
  await window.screenshot({ path: join(SCREENS, camera.look, '22-small-window.png') });
  await camera.shoot('23-floats');
  await camera.button('bring_back').click();
}

/** Before, in the middle, and the whole of it afterwards. */
async function shootTheDoctor(camera: Photographer, language: string): Promise<void> {
  // A language may be one file.
  const file = `check/${language}.rs`;
  const word = wordsOf(existsSync(join(ROOT, 'src/i18n', file)) ? file : `${language}.rs`);
  const button = (key: string) => camera.ann.page.getByRole('button', { name: word(key), exact: true });
  await camera.ann.open('/check');
  await camera.shoot('17-check');
  await button('start').click();
  await expect(button('hear')).toBeVisible({ timeout: 30_000 });
  await camera.shoot('18-check-running');
  await button('hear').click();
  await expect(button('copy_report')).toBeVisible({ timeout: 60_000 });
  await camera.shoot('19-check-result');
}

/** Devices that are denied, and a link that is not whole. */
async function shootErrors(dora: Person, { look, word }: Photographer): Promise<void> {
  const camera = new Photographer(dora, look, word);
  await dora.open('/r/morning-tea');
  await expect(dora.page.getByText(word('devices_blocked'), { exact: true })).toBeVisible();
  await camera.shoot('20-blocked');
  await dora.open('/m/35sk-flj2-3deb-pjxg-3vfg-47gu-twpi-cmqk');
  await expect(dora.page.getByText(word('link_incomplete'), { exact: true })).toBeVisible();
  await camera.shoot('21-broken-link');
}
