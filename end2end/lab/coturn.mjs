// Debian's coturn on the public segment: over UDP and TCP on 3478, over TLS on 443. It stands beside what is bare.
import { join } from 'node:path';
import { SECOND } from './lab.mjs';

const [USER, PASSWORD] = ['lab', 'lab'];

/** For RTCPeerConnection: the same kinds of helpers as Confab names. */
export function coturnConfiguration() {
  const urls = [`turn:${SECOND}:3478?transport=udp`, `turn:${SECOND}:3478?transport=tcp`, `turns:${SECOND}:443?transport=tcp`];
  return { iceServers: [{ urls: `stun:${SECOND}:3478` }, { urls, username: USER, credential: PASSWORD }] };
}

/** It ends with the lab. */
export async function startCoturn(
  /** @type {import('./lab.mjs').Lab} */ lab,
  /** @type {import('./certificate.mjs').Certificate} */ { cert, key },
) {
  const settings = {
    'listening-ip': SECOND,
    'relay-ip': SECOND,
    'listening-port': '3478',
    'tls-listening-port': '443',
    cert,
    pkey: key,
    realm: 'lab',
    user: `${USER}:${PASSWORD}`,
    userdb: join(lab.folder, 'turndb'),
    pidfile: join(lab.folder, 'turnserver.pid'),
    'log-file': join(lab.folder, 'turnserver.log'),
  };
  const flags = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  lab.spawnAt('wan', 'turnserver', '-n', '--simple-log', '--lt-cred-mech', '--no-cli', '--no-dtls', ...flags);
  if (!(await lab.answers(`tcp://${SECOND}:3478`))) throw new Error('coturn does not listen');
}
