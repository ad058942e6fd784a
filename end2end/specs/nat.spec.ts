import { canGoDirect, KINDS, pairsOf } from '../lab/networks.mjs';
import { test } from '../support/lab-server.ts';
import { expectBestRoute } from '../support/route.ts';

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
