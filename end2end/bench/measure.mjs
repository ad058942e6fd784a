// One join, measured: what every bench of joins does, whoever the contestants are.
import { chromium } from '@playwright/test';
import { join } from 'node:path';
import { writeCamera } from '../media/camera.mjs';
import { writeMicrophone } from '../media/microphone.mjs';
import { CHROMIUM } from '../support/chromium.mjs';
import { firstFrameAt, installStopwatch, pressedAt } from './stopwatch.mjs';

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('@playwright/test').BrowserContext} Context */
/** @typedef {{name: string, prepare: (host: Page, newcomer: Page, round: number | string) => Promise<void>}} Contestant */
/** @typedef {(name: string, pressed: number, sides: Record<string, Page>) => Promise<void>} Look */

/** In fresh pages, the host's in the first context; `look` sees them before they are closed. */
export async function measure(
  /** @type {Context[]} */ contexts,
  /** @type {Contestant} */ contestant,
  /** @type {number | string} */ round,
  /** @type {Look | undefined} */ look = undefined,
) {
  const [host, newcomer] = await Promise.all(contexts.map((context) => context.newPage()));
  await contestant.prepare(host, newcomer, round);
  await newcomer.getByRole('button', { name: 'Join', exact: true }).click();
  const [seenByHost, seenByNewcomer] = await Promise.all([firstFrameAt(host), firstFrameAt(newcomer)]);
  const pressed = await pressedAt(newcomer);
  await look?.(contestant.name, pressed, { newcomer, host });
  await Promise.all([host.close(), newcomer.close()]);
  const times = { newcomer: seenByNewcomer - pressed, host: seenByHost - pressed };
  return { ...times, both: Math.max(times.newcomer, times.host) };
}

/** A context whose pages carry the stopwatch. */
export async function openContext(/** @type {import('@playwright/test').Browser} */ browser) {
  const context = await browser.newContext({ locale: 'en-GB' });
  await context.addInitScript(installStopwatch);
  return context;
}

/** A browser with a camera in front of one colour. */
export function startBrowser(
  /** @type {string} */ folder,
  /** @type {number} */ hue,
  executablePath = CHROMIUM,
  /** @type {string[]} */ flags = [],
) {
  const [camera, microphone] = [join(folder, `${hue}.y4m`), join(folder, `${hue}.wav`)];
  writeCamera(camera, { hue, width: 640, height: 360, fps: 30, frames: 30 });
  writeMicrophone(microphone, { hertz: 400 });
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-quic',
      '--no-first-run',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-video-capture=${camera}`,
      `--use-file-for-fake-audio-capture=${microphone}`,
      ...flags,
    ],
  });
}
