// Two bare RTCPeerConnections with coturn as their helper. Run by itself (inside the lab, on the public segment) it serves
// the floor's page and relays signals, on the port that every network lets out; with `tls` the page asks coturn over TLS too.
import { startFloor } from '../bench/floor.mjs';
import { coturnConfiguration, startCoturn } from './coturn.mjs';
import { FIRST } from './lab.mjs';

export const BARE_ORIGIN = `http://${FIRST}:443`;

if (process.argv[1] === import.meta.filename) {
  await startFloor({ host: FIRST, port: 443, configuration: coturnConfiguration({ tls: process.argv[2] === 'tls' }) });
}

/** Both end with the lab. */
export async function startBare(
  /** @type {import('./lab.mjs').Lab} */ lab,
  /** @type {import('./certificate.mjs').Certificate} */ certificate,
  /** @type {{tls: boolean}} */ { tls },
) {
  await startCoturn(lab, certificate);
  lab.spawnAt('wan', process.execPath, import.meta.filename, ...(tls ? ['tls'] : []));
  if (!(await lab.answers(BARE_ORIGIN))) throw new Error('the bare page is not served');
}
