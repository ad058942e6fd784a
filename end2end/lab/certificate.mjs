// A certificate for the lab's servers, made on the spot and trusted by the lab's browsers only.
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIRST, NAME, SECOND } from './lab.mjs';
import { run } from './machine.mjs';

/**
 * @typedef {object} Certificate
 * @property {string} cert a PEM file
 * @property {string} key another one
 * @property {string} authority the PEM file of who vouches for it: Firefox takes nothing that vouches for itself
 * @property {string} flag what makes Chromium trust it
 */

/** @returns {Certificate} */
export function makeCertificate(/** @type {string} */ folder) {
  const [authority, authorityKey, cert, key] = ['authority', 'authority-key', 'cert', 'key'].map((name) => join(folder, `${name}.pem`));
  const make = 'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 2'.split(' ');
  run([...make, '-subj', '/CN=The lab', '-out', authority, '-keyout', authorityKey]);
  const names = ['-subj', `/CN=${FIRST}`, '-addext', `subjectAltName=IP:${FIRST},IP:${SECOND},DNS:${NAME}`];
  const signed = ['-CA', authority, '-CAkey', authorityKey, '-addext', 'basicConstraints=critical,CA:FALSE'];
  run([...make, ...names, ...signed, '-out', cert, '-keyout', key]);
  return { cert, key, authority, flag: `--ignore-certificate-errors-spki-list=${fingerprint(cert)}` };
}

/** A profile folder for Firefox, which trusts the authority for connections of every kind. */
export function makeProfile(/** @type {string} */ folder, /** @type {Certificate} */ { authority }) {
  run(['certutil', '-N', '-d', `sql:${folder}`, '--empty-password']);
  run(['certutil', '-A', '-d', `sql:${folder}`, '-n', 'The lab', '-t', 'C,,', '-i', authority]);
}

/** SHA-256 of the public key. */
function fingerprint(/** @type {string} */ cert) {
  const der = new X509Certificate(readFileSync(cert)).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('base64');
}
