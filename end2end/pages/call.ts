import { expect, type Locator, type Page } from '@playwright/test';
import { Chat } from './chat.ts';
import { Connection } from './connection.ts';
import { More } from './more.ts';
import { PeoplePanel } from './people.ts';
import { Tile } from './tile.ts';

/** Inside the room. */
export class Call {
  readonly chat: Chat;
  readonly people: PeoplePanel;
  readonly more: More;
  readonly own: Tile;
  readonly leave: Locator;

  constructor(readonly page: Page) {
    this.chat = new Chat(page);
    this.people = new PeoplePanel(page);
    this.more = new More(page);
    this.own = this.tile('You');
    this.leave = this.button('Leave');
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  tile(name: string): Tile {
    return new Tile(name, this.page.getByRole('figure', { name, exact: true }));
  }

  /** The screen that somebody shares. */
  screen(of: string): Tile {
    return this.tile(`Screen of ${of}`);
  }

  async share(): Promise<void> {
    await this.button('Share screen').click();
    await expect(this.button('Stop sharing')).toBeVisible();
  }

  async stopSharing(): Promise<void> {
    await this.button('Stop sharing').click();
    await expect(this.button('Share screen')).toBeVisible();
  }

  /** A switch of the view: opens the menu, and closes it. */
  async setView(name: string, on: boolean): Promise<void> {
    await this.button('View').click();
    await this.page.getByRole('switch', { name, exact: true }).setChecked(on);
    await this.page.keyboard.press('Escape');
  }

  connection(name: string): Connection {
    return new Connection(this.page, name);
  }

  /** The one line that says that the server is away. */
  get serverLine(): Locator {
    return this.page.getByText('Reconnecting. Your call goes on; new people can join in a moment.', { exact: true });
  }

  /** Every tile, the own one too. */
  get tiles(): Locator {
    return this.page.getByRole('figure');
  }

  /** Writes down, from now on, what those who listen are told of who comes and goes. */
  async listen(): Promise<{ hears(...sentences: string[]): Promise<void> }> {
    const heard = await this.page.locator('main > * > .unseen[role="status"]').evaluateHandle((place) => {
      const sentences: string[] = [];
      const write = () => place.textContent && sentences.push(place.textContent);
      new MutationObserver(write).observe(place, { childList: true, characterData: true, subtree: true });
      return sentences;
    });
    // An announcement waits until the one before it has been read out.
    const patience = { timeout: 20_000 };
    return { hears: (...sentences) => expect.poll(() => heard.jsonValue(), patience).toEqual(sentences) };
  }

  async mute(): Promise<void> {
    await this.button('Mute microphone').click();
    await expect(this.button('Unmute microphone')).toBeVisible();
  }

  async unmute(): Promise<void> {
    await this.button('Unmute microphone').click();
    await expect(this.button('Mute microphone')).toBeVisible();
  }

  async turnCameraOff(): Promise<void> {
    await this.button('Turn off camera').click();
    await expect(this.button('Turn on camera')).toBeVisible();
  }

  async turnCameraOn(): Promise<void> {
    await this.button('Turn on camera').click();
    await expect(this.button('Turn off camera')).toBeVisible();
  }

  /** Which of the devices that the page ever opened are still open. */
  openDevices(): Promise<string[]> {
    return this.page.evaluate(() =>
      window.probe.captured.filter((track) => track.readyState === 'live').map((track) => track.kind),
    );
  }
}
