import { join } from 'node:path';
import { flagsFor, LISTEN, ORIGIN } from '../lab/confab.mjs';
import { expect, test as base } from './lab.ts';
import { Server } from './server.ts';

/** Tests in two homes with Confab on the public segment between them. */
export const test = base.extend<{}, { server: Server }>({
  server: [
    async ({ lab, certificate }, use) => {
      const place = {
        listen: LISTEN,
        origin: ORIGIN,
        at: (...command: string[]) => lab.at('wan', ...command),
        answers: (url: string) => lab.answers(url, certificate.cert),
      };
      const server = await Server.startAt(place, join(lab.folder, 'data'), flagsFor(certificate));
      await use(server);
      const { code, log } = await server.stop();
      expect(code, `the server ended badly:\n${log}`).toBe(0);
      expect(log.split('\n').filter((line) => /panicked|\bERROR\b/.test(line)), 'the server complained').toEqual([]);
    },
    { scope: 'worker' },
  ],
});

export { expect };
