import { expect, type Locator, type Page } from '@playwright/test';

/** How somebody is connected: the button on their tile, and what it opens. */
export class Connection {
  readonly button: Locator;
  readonly dialog: Locator;

  constructor(page: Page, name: string) {
    this.button = page.getByRole('button', { name: `Connection of ${name}`, exact: true });
    this.dialog = page.getByRole('dialog', { name: `Connection of ${name}`, exact: true });
  }

  async open(): Promise<void> {
    await this.button.click();
    await expect(this.dialog).toBeVisible();
  }

  /** The value beside a label. */
  fact(label: string): Locator {
    const labelled = this.dialog.locator('dl > div').filter({ has: this.dialog.page().getByText(label, { exact: true }) });
    return labelled.locator('dd');
  }

  get story(): Locator {
    return this.dialog.getByRole('listitem');
  }
}
