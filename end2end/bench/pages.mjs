// What the bare contestants have in common: a page with a running camera and a Join button, and a server for it.
import { once } from 'node:events';
import { createServer } from 'node:http';

/** The same wishes for the devices as Confab's. */
export const CONSTRAINTS = '{ audio: true, video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 24, max: 30 } } }';

/** A page that says data-ready when camera, microphone and whatever `script` sets up are ready. */
export function page(/** @type {string} */ head, /** @type {string} */ script) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>bench</title><link rel="icon" href="data:,">${head}
<video id="preview" autoplay playsinline muted></video><button>Join</button><div id="stage"></div>
<script type="module">
  const stream = await navigator.mediaDevices.getUserMedia(${CONSTRAINTS});
  const preview = document.querySelector('#preview');
  preview.srcObject = stream;
  const stage = document.createElement('video');
  stage.autoplay = stage.playsInline = true;
  document.querySelector('#stage').append(stage);
  const show = (theirs) => { if (stage.srcObject !== theirs) stage.srcObject = theirs; };
  const button = document.querySelector('button');
  ${script}
  await new Promise((done) => preview.requestVideoFrameCallback(done));
  document.documentElement.dataset.ready = '';
</script></html>`;
}

/** Where a server listens: a free port of this machine unless told otherwise. */
const ANYWHERE = { host: '127.0.0.1', port: 0 };

/** Serves a few texts. */
export async function serve(/** @type {Record<string, {type: string, body: string}>} */ files, { host, port } = ANYWHERE) {
  const server = createServer((request, response) => {
    const file = files[new URL(request.url ?? '/', 'http://x').pathname];
    response.writeHead(file ? 200 : 404, { 'content-type': file?.type ?? 'text/plain' });
    response.end(file?.body);
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { server, origin: `http://${host}:${address.port}` };
}

/** Opens the page for one side and waits until it may be pressed, and has nothing to do any more. */
export async function openReady(/** @type {import('@playwright/test').Page} */ page, /** @type {string} */ url) {
  await page.goto(url);
  await page.locator('html[data-ready]').waitFor({ state: 'attached' });
  await page.waitForLoadState('networkidle');
}
