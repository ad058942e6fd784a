import { expect, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from '@playwright/test';
import { Call } from '../pages/call.ts';
import { Home } from '../pages/home.ts';
import { Lobby } from '../pages/lobby.ts';
import { killChromium } from './browser.ts';
import { installProbe } from './probe.ts';
import { Watch } from './watch.ts';

/** Someone with a browser of their own. */
export class Person {
  readonly home: Home;
  readonly lobby: Lobby;
  readonly call: Call;

  private constructor(
    readonly name: string,
    /** The colour of their camera's film. */
    readonly hue: number,
    readonly watch: Watch,
    readonly browser: Browser,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    this.home = new Home(page);
    this.lobby = new Lobby(page);
    this.call = new Call(page);
  }

  static async sitDown(
    who: { name: string; hue: number },
    browser: Browser,
    origin: string,
    options: BrowserContextOptions,
  ): Promise<Person> {
    const watch = new Watch(who.name, origin);
    const context = await browser.newContext({ baseURL: origin, locale: 'en-GB', ...options });
    await context.addInitScript(installProbe);
    const page = await context.newPage();
    watch.attach(context, page);
    return new Person(who.name, who.hue, watch, browser, context, page);
  }

  /** Opens a page and waits until it reacts. */
  async open(address: string): Promise<void> {
    await this.page.goto(address);
    await this.reacts();
  }

  async reacts(): Promise<void> {
    await expect(this.page.locator('html[data-hydrated]')).toBeAttached({ timeout: 30_000 });
  }

  async join(address: string): Promise<void> {
    await this.open(address);
    await this.lobby.enter(this.name);
    await expect(this.call.own.figure).toBeVisible();
  }

  tile(other: Person): ReturnType<Call['tile']> {
    return this.call.tile(other.name);
  }

  /** Decoded, moving pixels of theirs, and their sound. */
  async seesAndHears(other: Person, patienceMs?: number): Promise<void> {
    await this.sees(other, patienceMs);
    await this.tile(other).isHeard();
  }

  async sees(other: Person, patienceMs?: number): Promise<void> {
    await this.tile(other).shows(other.hue);
    await this.tile(other).moves(patienceMs);
  }

  async noLongerHas(other: Person): Promise<void> {
    await expect(this.tile(other).figure).toHaveCount(0, { timeout: 30_000 });
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.reacts();
  }

  /** The machine loses power: no close frame, no goodbye. */
  vanish(): Promise<void> {
    return killChromium(this.browser);
  }

  async goHome(): Promise<void> {
    if (this.browser.isConnected()) await this.browser.close();
  }
}
