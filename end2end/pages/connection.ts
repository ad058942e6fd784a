import { expect, type Locator, type Page } from '@playwright/test';

/** How somebody is connected: the button on their tile, and what it opens. */
export class Connection {
  readonly button: Locator;
  readonly text: Locator;
  /** What both see if nobody is in between, and the button to say so. */
  readonly code: Locator;
  readonly matches: Locator;

  constructor(page: Page, name: string) {
    this.button = page.getByRole('button', { name: `Connection of ${name}`, exact: true });
    this.text = page.locator('[popover]').filter({ hasText: `Connection of ${name}` });
    this.code = this.text.locator('.code');
    this.matches = this.text.getByRole('button', { name: 'They match', exact: true });
  }

  async open(): Promise<void> {
    await this.button.click();
    await expect(this.text).toBeVisible();
  }
}
