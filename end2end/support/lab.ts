import { test as base, expect, type Browser } from '@playwright/test';
import { join } from 'node:path';
import { BARE_ORIGIN } from '../lab/bare.mjs';
import { makeCertificate, type Certificate } from '../lab/certificate.mjs';
import { Lab } from '../lab/lab.mjs';
import type { Kind } from '../lab/networks.mjs';
import { writeCamera } from '../media/camera.mjs';
import { writeMicrophone } from '../media/microphone.mjs';
import { startChromium } from './browser.ts';
import { CHROMIUM } from './chromium.mjs';
import { Person } from './person.ts';

/** Pages without TLS get cameras only where the browser is told so. */
const TRUSTED = `--unsafely-treat-insecure-origin-as-secure=${BARE_ORIGIN}`;
const PEOPLE = [
  { name: 'Ann', place: 'home-a', hue: 0 },
  { name: 'Ben', place: 'home-b', hue: 180 },
] as const;

interface Shared {
  lab: Lab;
  certificate: Certificate;
  /** One in each home. They stay while routers are exchanged; every test has fresh contexts in them. */
  browsers: Browser[];
}

interface Each {
  /** Ann lives in the first network, Ben in the second. */
  settle(kinds: [Kind, Kind], origin: string): Promise<[Person, Person]>;
}

/** Tests in two homes behind routers; see lab/lab.mjs. */
export const test = base.extend<Each, Shared>({
  lab: [
    async ({}, use) => {
      const lab = Lab.build();
      await use(lab);
      lab.tearDown();
    },
    { scope: 'worker' },
  ],

  certificate: [async ({ lab }, use) => use(makeCertificate(lab.folder)), { scope: 'worker' }],

  browsers: [
    async ({ lab, certificate }, use) => {
      const browsers = await Promise.all(PEOPLE.map((person) => startIn(lab, person, [TRUSTED, certificate.flag])));
      await use(browsers);
      await Promise.all(browsers.map((browser) => browser.close()));
    },
    { scope: 'worker' },
  ],

  settle: async ({ lab, browsers }, use) => {
    const people: Person[] = [];
    await use(async (kinds, origin) => {
      lab.exchangeRouters(...kinds);
      const sit = (each: (typeof PEOPLE)[number], index: number) => Person.sitDown(each, browsers[index], origin, {});
      people.push(...(await Promise.all(PEOPLE.map(sit))));
      return [people[0], people[1]];
    });
    const secrets = people.flatMap(({ watch }) => watch.ownSecrets);
    await Promise.all(people.map(({ context }) => context.close()));
    for (const { watch } of people) watch.verdict(secrets);
  },
});

function startIn(lab: Lab, { place, hue }: (typeof PEOPLE)[number], flags: string[]): Promise<Browser> {
  const [camera, microphone] = [join(lab.folder, `${place}.y4m`), join(lab.folder, `${place}.wav`)];
  writeCamera(camera, { hue });
  writeMicrophone(microphone, { hertz: 400 });
  return startChromium({ kind: 'films', camera, microphone }, flags, lab.executableAt(place, CHROMIUM));
}

export { expect };
