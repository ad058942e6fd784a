// Keeps the files that are named by their content, and nothing else: never a page, never what the server says.
const KEPT = 'confab-files';
const isFile = (request) =>
  request.method === 'GET' && new URL(request.url).origin === location.origin && new URL(request.url).pathname.startsWith('/assets/');
/** The name without its hash. */
const plain = (url) => new URL(url).pathname.replace(/\.[0-9a-f]{16}\./, '.');

self.addEventListener('install', (event) => {
  // Pages do not wait for a worker that would only pass them on (static routing, where there is any).
  if (event.addRoutes) {
    event.waitUntil(event.addRoutes([{ condition: { requestMode: 'navigate' }, source: 'network' }]));
  }
  self.skipWaiting();
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  if (isFile(event.request)) event.respondWith(file(event));
});

async function file(event) {
  const kept = await caches.open(KEPT);
  const known = await kept.match(event.request);
  if (known) return known;
  const response = await fetch(event.request);
  if (response.ok) event.waitUntil(keep(kept, event.request, response.clone()));
  return response;
}

/** In place of its former versions. */
async function keep(kept, request, response) {
  for (const other of await kept.keys()) if (plain(other.url) === plain(request.url)) await kept.delete(other);
  await kept.put(request, response);
}
