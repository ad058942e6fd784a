import { expect, type Locator, type Page } from '@playwright/test';

/** How somebody is connected: the button on their tile, and what it opens. */
export class Connection {
  readonly button: Locator;
  readonly text: Locator;
  /** The button to say that both see the same code. */
  readonly matches: Locator;

  constructor(page: Page, name: string) {
    this.button = page.getByRole('button', { name: `Connection of ${name}`, exact: true });
    this.text = page.locator('[popover]').filter({ hasText: `Connection of ${name}` });
    this.matches = this.text.getByRole('button', { name: 'They match', exact: true });
  }

  /** What both see if nobody is in between: the first line of what is said about it. */
  async digits(): Promise<string> {
    return (await this.text.locator('.code').innerText()).split('\n')[0];
  }

  async open(): Promise<void> {
    await this.button.click();
    await expect(this.text).toBeVisible();
  }
}
