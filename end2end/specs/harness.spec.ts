import { expect, test as base } from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeCamera } from '../media/camera.mjs';
import { writeMicrophone } from '../media/microphone.mjs';
import { serveBarePage, type BareServer } from '../support/bare.ts';
import { startChromium } from '../support/browser.ts';
import { Person } from '../support/person.ts';
import { indiscretionsIn } from '../support/privacy.ts';

// The judges are judged here: each accepts a live call and refuses a dead one. No Confab is involved.

interface Bare {
  bare: BareServer;
  person: Person;
}

const test = base.extend<Bare>({
  bare: async ({}, use) => {
    const bare = await serveBarePage();
    await use(bare);
    bare.close();
  },
  person: async ({ bare }, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'confab-harness-'));
    const [camera, microphone] = [join(folder, 'c.y4m'), join(folder, 'm.wav')];
    writeCamera(camera, { hue: 225 });
    writeMicrophone(microphone, { hertz: 500 });
    const browser = await startChromium({ kind: 'films', camera, microphone });
    const person = await Person.sitDown({ name: 'Ann', hue: 225 }, browser, bare.origin, {});
    await use(person);
    await person.goHome();
    rmSync(folder, { recursive: true });
  },
});

test('pictures: the right colour and motion pass, another colour and a frozen picture do not', async ({ person }) => {
  await person.open('/');
  const tile = person.call.tile('Echo');
  expect(await tile.changes(1, 300)).toBe(0);
  await person.page.evaluate('call()');
  await tile.shows(225);
  await tile.moves();
  await person.page.evaluate('freeze()');
  await tile.shows(120);
  await expect.poll(() => tile.changes(1, 2_000), 'a frozen picture').toBe(0);
});

test('sound: beeps are heard, a muted microphone is silent', async ({ person }) => {
  await person.open('/');
  const tile = person.call.tile('Echo');
  await person.page.evaluate('call()');
  await tile.isHeard();
  await person.page.evaluate('mute()');
  await tile.isSilent();
});

test('the watch hears complaints, other origins and a key that is given away', async ({ person }) => {
  const heard = () => {
    const { complaints, elsewhere, leaks } = person.watch.findings(person.watch.ownSecrets);
    return [complaints.length, elsewhere.length, leaks.length];
  };
  await person.open('/#abcdefghijklmnopqrstuvwxyz.zyxwvutsrqponmlkjihgfedcba');
  expect(heard()).toEqual([0, 0, 0]);
  const asked = person.page.waitForEvent('requestfailed');
  await person.page.evaluate('console.warn("careful"); fetch("http://127.0.0.2:9/?" + location.hash.slice(1)).catch(() => {})');
  await asked;
  // A warning, a request that failed and the browser's own line about it; one foreign address; one leak.
  await expect.poll(heard).toEqual([3, 1, 1]);
});

test('a log may speak of the server, not of people', () => {
  const time = '2026-01-02T10:11:12.345678Z';
  const discreet = [
    `${time}  INFO confab: serving`,
    `${time}  INFO confab: stopping; a second signal stops at once sockets=3 patience=10s`,
    `${time}  WARN confab: cannot accept a connection error=too many open files (os error 24)`,
    `${time}  INFO confab: Announcing nothing about an errand`,
  ];
  const indiscreet = [
    'connection from 192.0.2.7 ended',
    'connection from [2001:db8::7]:4000 ended',
    'GET /m/abcd-efgh took 3 ms',
    'r/tea is empty',
    'tea is empty',
    'Ann has joined',
    'bad body {"type":"candidates","candidates":[{"candidate":"candidate:1 1 udp"}]}',
    'refused session_token',
  ].map((text) => `${time}  INFO confab: ${text}`);
  expect(indiscretionsIn(discreet.join('\n'), ['Ann', 'tea'])).toEqual([]);
  expect(indiscretionsIn(indiscreet.join('\n'), ['Ann', 'tea'])).toEqual(indiscreet.map((line) => line.slice(time.length)));
});
