import { expect, type Locator, type Page } from '@playwright/test';

/** What is behind More. */
export class More {
  readonly toggle: Locator;
  readonly menu: Locator;

  constructor(readonly page: Page) {
    this.toggle = page.getByRole('button', { name: 'More', exact: true });
    this.menu = page.getByRole('dialog', { name: 'More', exact: true });
  }

  async open(): Promise<void> {
    if (!(await this.menu.isVisible())) await this.toggle.click();
    await expect(this.menu).toBeVisible();
  }

  async press(name: string): Promise<void> {
    await this.open();
    await this.menu.getByRole('button', { name, exact: true }).click();
    await expect(this.menu).toBeHidden();
  }

  /** Opens the menu for it, and closes it again. */
  async set(name: string, on: boolean): Promise<void> {
    await this.open();
    await this.menu.getByRole('switch', { name, exact: true }).setChecked(on);
    await this.page.keyboard.press('Escape');
    await expect(this.menu).toBeHidden();
  }
}
