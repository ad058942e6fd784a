import { NAMED_ORIGIN } from '../lab/confab.mjs';
import { transportOf } from '../lab/networks.mjs';
import { expect, test } from '../support/lab-server.ts';
import { nearEnd } from '../support/route.ts';

// Both hide their address, so both ends are relayed; the network in front of them leaves one way to the relay. Firefox's
// fake camera changes its colour slowly: from it, motion and sound are asked for.

for (const kind of ['open', 'udp-blocked', 'tls-only'] as const) {
  const transport = transportOf(kind);
  test(`Firefox and Chromium meet through the relay alone, both over ${transport.toUpperCase()}`, async ({ server, settle, fay }) => {
    const [, ben] = await settle([kind, kind], server.origin);
    const room = `/r/relayed-${transport}`;
    await ben.join(room, { hidden: true });
    await fay.join(NAMED_ORIGIN + room, { hidden: true });
    await fay.seesAndHears(ben);
    await ben.call.tile('Fay').drifts();
    await ben.call.tile('Fay').isHeard();
    const expected = { type: 'relay', relayProtocol: transport };
    // A path that was ready a moment earlier may carry the first packets.
    await expect.poll(async () => [await fay.route(), await nearEnd(ben.page)]).toEqual([expected, expected]);
    await fay.readsOfConnection(ben, new RegExp(`Relayed over ${transport.toUpperCase()}`));
    await ben.call.connection('Fay').open();
    await expect(ben.call.connection('Fay').text).toContainText(`Relayed over ${transport.toUpperCase()}`);
  });
}
