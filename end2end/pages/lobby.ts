import { expect, type Locator, type Page } from '@playwright/test';

/** In front of a room. */
export class Lobby {
  readonly name: Locator;
  readonly join: Locator;
  readonly preview: Locator;
  readonly hideAddress: Locator;

  constructor(readonly page: Page) {
    this.name = page.getByRole('textbox', { name: 'Your name', exact: true });
    this.join = page.getByRole('button', { name: 'Join', exact: true });
    this.hideAddress = page.getByRole('switch', { name: 'Hide my address', exact: true });
    this.preview = page.locator('main:has(video)');
  }

  /** Gives the name; Join can be pressed then. */
  async prepare(name: string): Promise<void> {
    await this.name.fill(name);
    await expect(this.join).toBeEnabled();
  }

  async enter(name: string): Promise<void> {
    await this.prepare(name);
    await this.join.click();
  }
}
