// A certificate for the lab's servers, made on the spot and trusted by the lab's browsers only.
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIRST, SECOND } from './lab.mjs';
import { run } from './machine.mjs';

/** @typedef {{cert: string, key: string, flag: string}} Certificate two PEM files, and the browser's flag that trusts them */

/** @returns {Certificate} */
export function makeCertificate(/** @type {string} */ folder) {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const kind = '-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 2'.split(' ');
  const names = ['-subj', `/CN=${FIRST}`, '-addext', `subjectAltName=IP:${FIRST},IP:${SECOND}`];
  run(['openssl', 'req', ...kind, ...names, '-out', cert, '-keyout', key]);
  return { cert, key, flag: `--ignore-certificate-errors-spki-list=${fingerprint(cert)}` };
}

/** SHA-256 of the public key. */
function fingerprint(/** @type {string} */ cert) {
  const der = new X509Certificate(readFileSync(cert)).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('base64');
}
