import puppeteer, { type Browser, type ElementHandle, type LaunchOptions, type Page } from 'puppeteer-core';
import { expect } from '@playwright/test';
import type { Person } from './person.ts';
import { installProbe } from './probe.ts';
import { findNearEnd, type NearEnd } from './route.ts';

export const FIREFOX = process.env.CONFAB_FIREFOX ?? '/usr/bin/firefox-esr';

/** Its own fake devices: a picture whose colour keeps changing, and a tone. */
const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  // A loudspeaker that is none: on machines that have none, sound that a page works with would stand still.
  'media.cubeb.force_mock_context': true,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'intl.accept_languages': 'en-GB, en',
};

/** Where the browser runs and how it is driven there, if not here; whom it trusts; what else it knows. */
export type Seat = Pick<LaunchOptions, 'executablePath' | 'debuggingPort' | 'userDataDir' | 'extraPrefsFirefox'>;

/** Someone with Firefox, over WebDriver BiDi. The same names lead to the same elements as in Chromium. */
export class FirefoxPerson {
  private readonly complaints: string[] = [];
  private readonly expected: RegExp[] = [];
  private readonly addresses: string[] = [];

  private constructor(
    readonly name: string,
    private readonly browser: Browser,
    readonly page: Page,
  ) {
    page.on('console', (message) => {
      if (['error', 'warn'].includes(message.type())) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(`uncaught: ${error}`));
    page.on('request', (request) => this.addresses.push(request.url()));
  }

  static async sitDown(name: string, seat: Seat = {}): Promise<FirefoxPerson> {
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: FIREFOX,
      headless: true,
      ...seat,
      extraPrefsFirefox: { ...PREFERENCES, ...seat.extraPrefsFirefox },
    });
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);
    await page.evaluateOnNewDocument(installProbe);
    return new FirefoxPerson(name, browser, page);
  }

  async join(url: string, { hidden = false } = {}): Promise<void> {
    await this.page.goto(url);
    await this.page.waitForSelector('html[data-hydrated]');
    const field = await this.find('textbox', 'Your name');
    // The page remembers it from the last call.
    const remembered = await field.evaluate((input) => (input as HTMLInputElement).value);
    if (!remembered) await field.type(this.name);
    if (hidden) await (await this.find('switch', 'Hide my address')).click();
    await this.press('Join');
    await this.find('figure', 'You');
  }

  async press(button: string): Promise<void> {
    const element = await this.find('button', button);
    await this.page.waitForFunction((node) => !(node as HTMLButtonElement).disabled, {}, element);
    await element.click();
  }

  /** Decoded, moving pixels of theirs, and their sound. */
  seesAndHears(other: Person): Promise<void> {
    return this.tileSeenAndHeard(other.name, other.hue);
  }

  async tileSeenAndHeard(name: string, wanted: number): Promise<void> {
    const figure = await this.find('figure', name);
    const hue = () => figure.evaluate((root) => window.probe.picture(root)?.hue ?? -1000);
    const patience = { timeout: 60_000 };
    await expect.poll(async () => Math.abs((await hue()) - wanted), patience).toBeLessThan(15);
    await expect.poll(() => figure.evaluate((root) => window.probe.changes(root, 3, 5000)), patience).toBe(3);
    await expect.poll(() => figure.evaluate((root) => window.probe.loudness(root)), patience).toBeGreaterThan(0.02);
  }

  /** How its newest connection leaves it. */
  route(): Promise<NearEnd | null> {
    return this.page.evaluate(findNearEnd);
  }

  /** What the page says of how somebody is connected. */
  async readsOfConnection(other: Person, sentence: RegExp): Promise<void> {
    await this.press(`Connection of ${other.name}`);
    const text = () => this.page.evaluate(() => document.querySelector('[popover]:popover-open')?.textContent ?? '');
    await expect.poll(text).toMatch(sentence);
  }

  /** The call doctor comes to this verdict; then the state of each step. */
  async isExamined(origin: string, verdict: RegExp): Promise<Record<string, string>> {
    await this.page.goto(`${origin}/check`);
    await this.page.waitForSelector('html[data-hydrated]');
    await this.press('Start the check');
    const said = () => this.page.evaluate(() => document.querySelector('[role="status"]')?.textContent ?? '');
    await expect.poll(said, { timeout: 90_000 }).toMatch(verdict);
    return this.page.evaluate(() => {
      const text = (step: Element, part: string) => step.querySelector(part)?.textContent ?? '';
      const steps = [...document.querySelectorAll('.checks > li')];
      return Object.fromEntries(steps.map((step) => [text(step, '.check-name b'), text(step, '.check-state')]));
    });
  }

  async say(text: string): Promise<void> {
    const field = await this.find('textbox', 'Message');
    await field.type(text);
    await this.press('Send');
  }

  async reads(text: string): Promise<void> {
    const log = await this.find('log', 'Messages');
    await expect.poll(() => log.evaluate((node) => node.textContent)).toContain(text);
  }

  /** Complaints that belong to what the test does. */
  expects(...patterns: RegExp[]): void {
    this.expected.push(...patterns);
  }

  /** The page is quiet about itself and asks nobody else than the server, whatever it is called. */
  async goHome(...origins: string[]): Promise<void> {
    await this.browser.close();
    const unexpected = this.complaints.filter((text) => !this.expected.some((pattern) => pattern.test(text)));
    expect.soft(unexpected, `${this.name}'s page complained`).toEqual([]);
    const hosts = origins.map((origin) => new URL(origin).host);
    const foreign = this.addresses.filter((url) => !/^(data|blob|about):/.test(url) && !hosts.includes(new URL(url).host));
    expect.soft(foreign, `${this.name}'s page asked elsewhere`).toEqual([]);
  }

  private async find(role: string, name: string): Promise<ElementHandle> {
    const element = await this.page.waitForSelector(`::-p-aria([name="${name}"][role="${role}"])`);
    if (!element) throw new Error(`no ${role} ${name}`);
    return element;
  }
}
