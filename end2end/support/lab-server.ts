import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { makeProfile } from '../lab/certificate.mjs';
import { flagsFor, LISTEN, NAMED_ORIGIN, ORIGIN } from '../lab/confab.mjs';
import { openDoorway } from '../lab/doorway.mjs';
import { FIRST } from '../lab/lab.mjs';
import { FIREFOX, FirefoxPerson } from './firefox.ts';
import { expect, test as base } from './lab.ts';
import { Server } from './server.ts';

interface Each {
  /** In the first home, with Firefox, which knows the server by its address and by its name. */
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
      const { code, log, indiscretions } = await server.stop();
      expect(code, `the server ended badly:\n${log}`).toBe(0);
      expect(log.split('\n').filter((line) => /panicked|\bERROR\b/.test(line)), 'the server complained').toEqual([]);
      expect(indiscretions, 'the server tells of people in its log').toEqual([]);
    },
    { scope: 'worker' },
  ],

  fay: async ({ lab, certificate }, use) => {
    const userDataDir = mkdtempSync(join(lab.folder, 'firefox-'));
    makeProfile(userDataDir, certificate);
    const doorway = await openDoorway(lab, 'home-a');
    const fay = await FirefoxPerson.sitDown('Fay', {
      executablePath: lab.executableAt('home-a', FIREFOX),
      debuggingPort: doorway.port,
      userDataDir,
      extraPrefsFirefox: { 'network.dns.forceResolve': FIRST },
    });
    await use(fay);
    await fay.goHome(ORIGIN, NAMED_ORIGIN);
    doorway.close();
  },
});

export { expect };
