import { join } from 'node:path';
import { flagsFor, LISTEN, ORIGIN } from '../lab/confab.mjs';
import { canGoDirect, KINDS, pairsOf } from '../lab/networks.mjs';
import { expect, test as base } from '../support/lab.ts';
import { expectBestRoute } from '../support/route.ts';
import { Server } from '../support/server.ts';

const test = base.extend<{}, { server: Server }>({
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

for (const [one, other] of pairsOf(KINDS)) {
  const way = canGoDirect(one, other) ? 'directly' : 'through the relay';
  test(`someone in a network that is ${one} and someone in one that is ${other} see each other ${way}`, async ({ server, settle }) => {
    const [ann, ben] = await settle([one, other], server.origin);
    const room = `/r/${one}-${other}`;
    await ann.join(room);
    await ben.join(room);
    await Promise.all([ann.sees(ben), ben.sees(ann)]);
    await expectBestRoute([one, other], [ann.page, ben.page]);
    // It is not only at first that it goes that way.
    await Promise.all([ann.tile(ben).moves(), ben.tile(ann).moves()]);
    await expectBestRoute([one, other], [ann.page, ben.page]);
  });
}
