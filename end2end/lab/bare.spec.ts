import { Tile } from '../pages/tile.ts';
import { expect, test as base } from '../support/lab.ts';
import type { Person } from '../support/person.ts';
import { expectBestRoute } from '../support/route.ts';
import { BARE_ORIGIN, startBare } from './bare.mjs';
import { canGoDirect, KINDS, pairsOf } from './networks.mjs';

// Two bare RTCPeerConnections with coturn in every pair of networks: a pair that connects here and not with Confab is ours.

const test = base.extend<{}, { origin: string }>({
  origin: [
    async ({ lab, certificate }, use) => {
      await startBare(lab, certificate);
      await use(BARE_ORIGIN);
    },
    { scope: 'worker' },
  ],
});

async function standBy({ page }: Person, address: string): Promise<void> {
  await page.goto(address);
  await expect(page.locator('html[data-ready]')).toBeAttached();
  // A page that nobody has touched may not play sound.
  await page.locator('#preview').click();
}

for (const [one, other] of pairsOf(KINDS)) {
  test(`${one} and ${other}: ${canGoDirect(one, other) ? 'direct' : 'relayed'}`, async ({ origin, settle }) => {
    const [ann, ben] = await settle([one, other], origin);
    for (const person of [ann, ben]) await standBy(person, `/?room=${one}-${other}`);
    await ben.page.getByRole('button', { name: 'Join' }).click();
    const [benAtAnns, annAtBens] = [ann, ben].map(({ page }) => new Tile('the other', page.locator('#stage')));
    await Promise.all([benAtAnns.shows(ben.hue), annAtBens.shows(ann.hue)]);
    await expectBestRoute([one, other], [ann.page, ben.page]);
    await Promise.all([benAtAnns.moves(), annAtBens.moves()]);
    await expectBestRoute([one, other], [ann.page, ben.page]);
  });
}
