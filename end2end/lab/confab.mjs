// How Confab is started in the lab: on the public segment, with HTTPS, as its own STUN and TURN server.
import { FIRST, NAME, PUBLIC_RANGE } from './lab.mjs';

/** HTTPS and TURN over TLS share the one port that the strictest network lets out. */
export const LISTEN = `${FIRST}:443`;
export const ORIGIN = `https://${FIRST}`;
/** The same server: Firefox connects to no TURN server over TLS that is named by its address alone. */
export const NAMED_ORIGIN = `https://${NAME}`;

/** The lab's public addresses are of a range that a relay refuses by default; the homes' own ones stay refused. */
export function flagsFor(/** @type {import('./certificate.mjs').Certificate} */ { cert, key }) {
  return ['--turn-listen', `${FIRST}:3478`, '--turn-allow', PUBLIC_RANGE, '--relay-ports', '49152-65535', '--tls-cert', cert, '--tls-key', key];
}
