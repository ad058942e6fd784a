import { expect, type Locator, type Page } from '@playwright/test';

/** How somebody is connected: the button on their tile, and what it opens. */
export class Connection {
  readonly button: Locator;
  readonly text: Locator;

  constructor(page: Page, name: string) {
    this.button = page.getByRole('button', { name: `Connection of ${name}`, exact: true });
    this.text = page.locator('[popover]').filter({ hasText: `Connection of ${name}` });
  }

  async open(): Promise<void> {
    await this.button.click();
    await expect(this.text).toBeVisible();
  }
}
