// Runs inside the lab, without any browser: what a network really does, seen from a home. As `serve` on the public
// segment it answers; as `look` in a home it prints what it saw, as JSON.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { FIRST, SECOND } from './lab.mjs';

/** Nothing is further than a millisecond away. */
const PATIENCE_MS = 400;

await (process.argv[2] === 'serve' ? serve() : look());

/** Every datagram is answered with the address that it came from; on request from elsewhere first. */
async function serve() {
  const asked = await bound(FIRST, 3478);
  const otherPort = await bound(FIRST, 3479);
  const otherAddress = await bound(SECOND, 3478);
  const elsewhere = { port: otherPort, address: otherAddress };
  for (const socket of [asked, otherAddress]) {
    socket.on('message', async (text, { address, port }) => {
      const other = elsewhere[/** @type {keyof typeof elsewhere} */ (text.toString())];
      if (other) await sent(other, 'from elsewhere', port, address);
      await sent(socket, `${address}:${port}`, port, address);
    });
  }
  for (const port of [443, 3478]) createServer((socket) => socket.destroy()).listen(port, FIRST);
}

/** The order matters: a home that has written to an address lets it in. */
async function look() {
  const socket = await bound('0.0.0.0', 0);
  const fromOtherPort = (await ask(socket, 'port', FIRST)).includes('from elsewhere');
  const fromOtherAddress = (await ask(socket, 'address', FIRST)).includes('from elsewhere');
  const [[first], [second]] = [await ask(socket, 'me', FIRST), await ask(socket, 'me', SECOND)];
  const mapping = !first ? 'none' : first === second ? 'one' : 'one a destination';
  const [tcp3478, tcp443] = [await reaches(3478), await reaches(443)];
  console.log(JSON.stringify({ mapping, fromOtherPort, fromOtherAddress, tcp3478, tcp443 }));
  process.exit();
}

/** What comes back until the answer itself, which is sent last; nothing if there is none. */
async function ask(/** @type {import('node:dgram').Socket} */ socket, /** @type {string} */ question, /** @type {string} */ address) {
  const deadline = AbortSignal.timeout(PATIENCE_MS);
  /** @type {string[]} */
  const heard = [];
  socket.send(question, 3478, address);
  while (!heard.some((text) => text.includes(':'))) {
    const [text] = await once(socket, 'message', { signal: deadline }).catch(() => []);
    if (!text) return [];
    heard.push(text.toString());
  }
  return heard;
}

async function reaches(/** @type {number} */ port) {
  const socket = connect({ host: FIRST, port, signal: AbortSignal.timeout(PATIENCE_MS) });
  return once(socket, 'connect').then(() => true, () => false).finally(() => socket.destroy());
}

async function bound(/** @type {string} */ address, /** @type {number} */ port) {
  const socket = createSocket('udp4').bind(port, address);
  await once(socket, 'listening');
  return socket;
}

function sent(
  /** @type {import('node:dgram').Socket} */ socket,
  /** @type {string} */ text,
  /** @type {number} */ port,
  /** @type {string} */ address,
) {
  return new Promise((done) => socket.send(text, port, address, done));
}
