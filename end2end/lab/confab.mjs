// How Confab is started in the lab: on the public segment, as its own STUN and TURN server.
import { FIRST, PUBLIC_RANGE } from './lab.mjs';
import { KINDS } from './networks.mjs';

/**
 * Whether the server speaks HTTPS and TURN over TLS on one port, 443. It does not yet. When it does, everybody calls over
 * https, and the network that lets out nothing else is called from, too.
 */
export const TLS_ON_443 = false;

export const LISTEN = `${FIRST}:${TLS_ON_443 ? 443 : 3000}`;
export const ORIGIN = TLS_ON_443 ? `https://${FIRST}` : `http://${LISTEN}`;

/** Those that Confab is called from. */
export const NETWORKS = KINDS.filter((kind) => TLS_ON_443 || kind !== 'tls-only');

/** The lab's public addresses are of a range that a relay refuses by default; the homes' own ones stay refused. */
export function flagsFor(/** @type {import('./certificate.mjs').Certificate} */ { cert, key }) {
  const relay = ['--turn-listen', `${FIRST}:3478`, '--turn-allow', PUBLIC_RANGE, '--relay-ports', '49152-65535'];
  return TLS_ON_443 ? [...relay, '--tls-cert', cert, '--tls-key', key] : relay;
}
