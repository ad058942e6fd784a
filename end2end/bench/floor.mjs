// The floor: two bare connections over a bare relay. Camera running and socket open before the press; the connection
// made on the press; candidates sent as they come.
import { WebSocketServer } from 'ws';
import { openReady, page, serve } from './pages.mjs';

const script = (/** @type {RTCConfiguration} */ configuration) => `
  const room = new URLSearchParams(location.search).get('room');
  const socket = new WebSocket('ws://' + location.host + '/?room=' + room);
  await new Promise((open) => (socket.onopen = open));
  const send = (message) => socket.send(JSON.stringify(message));
  let connection;
  const connect = () => {
    connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle', ...${JSON.stringify(configuration)} });
    connection.onicecandidate = ({ candidate }) => send({ candidate });
    connection.ontrack = ({ streams }) => show(streams[0]);
    for (const track of stream.getTracks()) connection.addTrack(track, stream);
  };
  const describe = async () => {
    await connection.setLocalDescription();
    send({ description: connection.localDescription });
  };
  socket.onmessage = async ({ data }) => {
    const { description, candidate } = JSON.parse(data);
    if (!connection) connect();
    if (description) await connection.setRemoteDescription(description);
    if (description?.type === 'offer') await describe();
    if (candidate !== undefined) await connection.addIceCandidate(candidate);
  };
  button.onclick = () => { connect(); describe(); };`;

/** Pictures as large as a call draws them: a browser without a graphics card spends its time on pixels. */
const LARGE = '<style>video { width: 48vw; aspect-ratio: 16 / 9; object-fit: cover }</style>';

/** The floor with pictures of a call's size: what is left beside it is not drawing. */
export const startLargeFloor = () => startFloor(HERE, LARGE, 'large');

const HERE = { host: '127.0.0.1', port: 0, configuration: {} };

/** @param {{host: string, port: number, configuration: RTCConfiguration}} [where] on this machine, without helpers, if not given */
export async function startFloor({ configuration, ...where } = HERE, head = '', name = 'floor') {
  const { server, origin } = await serve({ '/': { type: 'text/html', body: page(head, script(configuration)) } }, where);
  const relay = new WebSocketServer({ server });
  /** @type {Map<string, Set<import('ws').WebSocket>>} */
  const rooms = new Map();
  relay.on('connection', (socket, request) => {
    const room = rooms.get(request.url ?? '') ?? new Set();
    rooms.set(request.url ?? '', room.add(socket));
    socket.on('message', (data) => room.forEach((other) => other !== socket && other.send(data.toString())));
    socket.on('close', () => room.delete(socket));
  });
  return { ...floorAt(origin, name), stop: () => server.close() };
}

/** The contestant, wherever it listens. */
export function floorAt(/** @type {string} */ origin, name = 'floor') {
  return {
    name,
    prepare: async (/** @type {Page} */ host, /** @type {Page} */ newcomer, /** @type {number | string} */ round) => {
      await openReady(host, `${origin}/?room=${round}`);
      await openReady(newcomer, `${origin}/?room=${round}`);
    },
  };
}

/** @typedef {import('@playwright/test').Page} Page */
