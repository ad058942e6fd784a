import { NAMED_ORIGIN, ORIGIN } from '../lab/confab.mjs';
import { expect, test } from '../support/lab-server.ts';
import { nearEnd } from '../support/route.ts';

// Both hide their address, so both ends are relayed. Firefox stays with the first path that works, so there is one way only from
// it to the relay: a name for TLS, an address for what is not TLS, and the rest is stopped by the network in front of it.
// Firefox's fake camera changes its colour slowly: from it, motion and sound are asked for.

for (const { transport, kind, origin } of [
  { transport: 'udp', kind: 'udp-and-https', origin: ORIGIN },
  { transport: 'tcp', kind: 'udp-blocked', origin: ORIGIN },
  { transport: 'tls', kind: 'tls-only', origin: NAMED_ORIGIN },
] as const) {
  test(`Firefox, over ${transport.toUpperCase()}, meets Chromium through the relay alone`, async ({ server, settle, fay }) => {
    const [, ben] = await settle([kind, kind], server.origin);
    const room = `/r/relayed-${transport}`;
    await ben.join(room, { hidden: true });
    await fay.join(origin + room, { hidden: true });
    await fay.seesAndHears(ben);
    await ben.call.tile('Fay').drifts();
    await ben.call.tile('Fay').isHeard();
    expect(await fay.route()).toMatchObject({ type: 'relay', relayProtocol: transport });
    await fay.readsOfConnection(ben, new RegExp(`Relayed over ${transport.toUpperCase()}`));
    // Chromium may change for a better way while it is looked at.
    await ben.call.connection('Fay').open();
    await expect(async () => {
      const end = await nearEnd(ben.page);
      expect(end?.type).toBe('relay');
      const sentence = `Relayed over ${end?.relayProtocol?.toUpperCase()}`;
      await expect(ben.call.connection('Fay').text).toContainText(sentence, { timeout: 2_000 });
    }).toPass();
  });
}
