import { chromium, type Browser } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { CHROMIUM } from './chromium.mjs';
import { SLIDES } from './slides.ts';

/** No traffic of the browser's own, no graphics card, no first-run pages. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--no-first-run',
  '--autoplay-policy=document-user-activation-required',
];

/** What stands in front of a page when it asks for camera and microphone. */
export type Devices =
  | { kind: 'films'; camera: string; microphone: string }
  | { kind: 'microphone' }
  | { kind: 'several' }
  | { kind: 'tab' }
  | { kind: 'none' }
  | { kind: 'denied' };

function deviceFlags(devices: Devices): string[] {
  switch (devices.kind) {
    case 'films':
      return [
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        `--use-file-for-fake-video-capture=${devices.camera}`,
        `--use-file-for-fake-audio-capture=${devices.microphone}`,
      ];
    case 'tab':
      // A real tab, instead of the browser's fake screen; so no fake camera either.
      return [`--auto-select-tab-capture-source-by-title=${SLIDES}`];
    case 'none':
      // The machine's own devices: machines that run tests have none.
      return ['--use-fake-ui-for-media-stream'];
    case 'microphone':
      return ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=device-count=0'];
    case 'several':
      // The second and third have formats of their own, which are not what this is about.
      return ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream=device-count=4'];
    case 'denied':
      return ['--use-fake-device-for-media-stream'];
  }
}

/** A browser process of one's own: fake devices are a matter of the process, not of the page. */
export function startChromium(devices: Devices, extra: string[] = [], executablePath = CHROMIUM): Promise<Browser> {
  return chromium.launch({ executablePath, args: [...QUIET, ...deviceFlags(devices), ...extra] });
}

/** Ends the process as a power cut would. */
export async function killChromium(browser: Browser): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const gone = new Promise<void>((resolve) => browser.once('disconnected', () => resolve()));
  for (const { type, id } of processInfo) if (type === 'browser') process.kill(id, 'SIGKILL');
  await gone;
}

/** Ends one of the browser's helping processes; it starts another when it needs one. */
export async function killHelper(browser: Browser, kind: string): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const helpers = processInfo.filter(({ id }) => readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(`--utility-sub-type=${kind}`));
  if (helpers.length === 0) throw new Error(`no process of the browser is a ${kind}`);
  for (const { id } of helpers) process.kill(id, 'SIGKILL');
}
