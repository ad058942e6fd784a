// Confab itself: the host is in the room, the newcomer in front of it with the preview running.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const EXECUTABLE = process.env.CONFAB_BIN ?? join(import.meta.dirname, '../../target/release/confab');

/** Another build beside this one goes by a name of its own. */
export async function startConfab(executable = EXECUTABLE, name = 'confab') {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), 'confab-bench-'));
  const args = ['--listen', `127.0.0.1:${port}`, '--data-dir', folder, '--turn-listen', '127.0.0.1:0'];
  const server = spawn(executable, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  await answers(`${origin}/readyz`, server);
  return {
    ...confabAt(origin, name),
    stop: () => {
      server.kill('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The contestant, wherever it listens. */
export function confabAt(/** @type {string} */ origin, name = 'confab') {
  return {
    name,
    prepare: async (/** @type {Page} */ host, /** @type {Page} */ newcomer, /** @type {number | string} */ round) => {
      const url = `${origin}/r/bench-${round}`;
      await standInFront(host, url, 'Host');
      await host.getByRole('button', { name: 'Join', exact: true }).click();
      await host.getByRole('figure', { name: 'You', exact: true }).waitFor();
      // Whoever waits for others has what a page fetches after joining.
      await host.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('/parts.')));
      await standInFront(newcomer, url, 'Newcomer');
    },
  };
}

/** The name is written, the own picture moves, Join can be pressed. */
async function standInFront(/** @type {Page} */ page, /** @type {string} */ url, /** @type {string} */ name) {
  await page.goto(url);
  await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
  await page.getByRole('textbox', { name: 'Your name', exact: true }).fill(name);
  await page.locator('video').first().evaluate(
    (video) => new Promise((frame) => /** @type {HTMLVideoElement} */ (video).requestVideoFrameCallback(frame)),
  );
  await page.locator('button:enabled', { hasText: 'Join' }).waitFor();
  // The person looks at the picture: whatever the page wants to prepare meanwhile, it has had the time.
  await page.waitForLoadState('networkidle');
}

async function answers(/** @type {string} */ url, /** @type {import('node:child_process').ChildProcess} */ server) {
  const deadline = AbortSignal.timeout(10_000);
  const asked = () => fetch(url, { signal: deadline }).then((response) => response.ok, () => false);
  while (!(await asked())) {
    if (deadline.aborted || server.exitCode !== null) throw new Error(`Confab does not answer ${url}`);
  }
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (probe.address());
  probe.close();
  await once(probe, 'close');
  return port;
}

/** @typedef {import('@playwright/test').Page} Page */
