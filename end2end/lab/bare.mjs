// Two bare RTCPeerConnections with coturn as their helper. Run by itself (inside the lab, on the public segment) it serves
// the floor's page and relays signals.
import { startFloor } from '../bench/floor.mjs';
import { coturnConfiguration, startCoturn } from './coturn.mjs';
import { FIRST } from './lab.mjs';

/** The port that every network lets out; the other one is for where Confab stands there. */
export const [BARE_ORIGIN, BARE_ORIGIN_BESIDE] = [443, 8080].map((port) => `http://${FIRST}:${port}`);

if (process.argv[1] === import.meta.filename) {
  await startFloor({ host: FIRST, port: Number(process.argv[2]), configuration: coturnConfiguration() });
}

/** Both end with the lab. */
export async function startBare(
  /** @type {import('./lab.mjs').Lab} */ lab,
  /** @type {import('./certificate.mjs').Certificate} */ certificate,
  origin = BARE_ORIGIN,
) {
  await startCoturn(lab, certificate);
  lab.spawnAt('wan', process.execPath, import.meta.filename, new URL(origin).port || '80');
  if (!(await lab.answers(origin))) throw new Error('the bare page is not served');
}
