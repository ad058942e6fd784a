// A way to a program in the lab that listens on its own loopback, as a browser does for whoever drives it. Run by itself,
// inside a place, it is the far half: the two halves meet at a socket in the file system, which all places share.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

if (process.argv[1] === import.meta.filename) {
  const [, , path, port] = process.argv;
  await leads(path, () => connect(Number(port), '127.0.0.1'));
  console.log('open');
}

/**
 * Takes a port of this machine's loopback that leads to the same port of the place's. It ends with the lab.
 * @returns {Promise<{port: number, close(): void}>}
 */
export async function openDoorway(
  /** @type {import('./lab.mjs').Lab} */ lab,
  /** @type {import('./lab.mjs').Place} */ place,
) {
  /** @type {string} */
  let path;
  const near = await leads({ host: '127.0.0.1', port: 0 }, () => connect(path));
  const { port } = /** @type {import('node:net').AddressInfo} */ (near.address());
  path = join(lab.folder, `${place}-${port}.socket`);
  const [program, ...args] = lab.at(place, process.execPath, import.meta.filename, path, String(port));
  const far = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(far.stdout, 'data');
  return { port, close: () => (near.close(), far.kill()) };
}

/** Whoever comes to this address is connected with what `onward` opens. */
async function leads(
  /** @type {string | import('node:net').ListenOptions} */ address,
  /** @type {() => import('node:net').Socket} */ onward,
) {
  const server = createServer((one) => {
    const other = onward();
    for (const [from, to] of [[one, other], [other, one]]) {
      from.pipe(to);
      from.on('error', () => to.destroy());
    }
  });
  server.listen(address);
  await once(server, 'listening');
  return server;
}
