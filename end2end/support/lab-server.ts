import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { makeProfile } from '../lab/certificate.mjs';
import { flagsFor, LISTEN, ORIGIN } from '../lab/confab.mjs';
import { openDoorway } from '../lab/doorway.mjs';
import { FIREFOX, FirefoxPerson } from './firefox.ts';
import { expect, test as base } from './lab.ts';
import { Server } from './server.ts';

interface Each {
  /** In the first home, with Firefox. */
  fay: FirefoxPerson;
}

/** Tests in two homes with Confab on the public segment between them. */
export const test = base.extend<Each, { server: Server }>({
  server: [
    async ({ lab, certificate }, use) => {
      const place = {
        listen: LISTEN,
        origin: ORIGIN,
        at: (...command: string[]) => lab.at('wan', ...command),
        answers: (url: string) => lab.answers(url, certificate.authority),
      };
      const server = await Server.startAt(place, join(lab.folder, 'data'), flagsFor(certificate));
      await use(server);
      const { code, log } = await server.stop();
      expect(code, `the server ended badly:\n${log}`).toBe(0);
      expect(log.split('\n').filter((line) => /panicked|\bERROR\b/.test(line)), 'the server complained').toEqual([]);
    },
    { scope: 'worker' },
  ],

  fay: async ({ lab, certificate, server }, use) => {
    const userDataDir = mkdtempSync(join(lab.folder, 'firefox-'));
    makeProfile(userDataDir, certificate);
    const doorway = await openDoorway(lab, 'home-a');
    const executablePath = lab.executableAt('home-a', FIREFOX);
    const fay = await FirefoxPerson.sitDown('Fay', { executablePath, debuggingPort: doorway.port, userDataDir });
    await use(fay);
    await fay.goHome(server.origin);
    doorway.close();
  },
});

export { expect };
