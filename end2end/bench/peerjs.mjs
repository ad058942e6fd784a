// The npm peerjs client with its own server, both registered before the press.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PeerServer } from 'peer';
import { openReady, page, serve } from './pages.mjs';

const require = createRequire(import.meta.url);
const LIBRARY = readFileSync(require.resolve('peerjs/dist/peerjs.min.js'), 'utf8');

const SCRIPT = `
  const { me, them, port } = Object.fromEntries(new URLSearchParams(location.search));
  const peer = new Peer(me, { host: '127.0.0.1', port: Number(port), path: '/', config: { iceServers: [] } });
  await new Promise((open) => peer.on('open', open));
  peer.on('call', (call) => { call.on('stream', show); call.answer(stream); });
  button.onclick = () => peer.call(them, stream).on('stream', show);`;

export async function startPeerjs() {
  const head = '<script src="/peerjs.js"></script>';
  const { server, origin } = await serve({
    '/': { type: 'text/html', body: page(head, SCRIPT) },
    '/peerjs.js': { type: 'text/javascript', body: LIBRARY },
  });
  /** @type {import('node:http').Server} */
  const broker = await new Promise((listening) => PeerServer({ port: 0, host: '127.0.0.1', path: '/' }, listening));
  const { port } = /** @type {import('node:net').AddressInfo} */ (broker.address());
  return {
    name: 'peerjs',
    prepare: async (/** @type {Page} */ host, /** @type {Page} */ newcomer, /** @type {number | string} */ round) => {
      await openReady(host, `${origin}/?port=${port}&me=host-${round}`);
      await openReady(newcomer, `${origin}/?port=${port}&me=guest-${round}&them=host-${round}`);
    },
    stop: () => [server, broker].forEach((each) => (each.closeAllConnections(), each.close())),
  };
}

/** @typedef {import('@playwright/test').Page} Page */
