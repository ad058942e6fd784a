import { expect, type Locator, type Page } from '@playwright/test';

/** The panel that lists people; with what hosts can do. */
export class PeoplePanel {
  readonly toggle: Locator;
  readonly panel: Locator;

  constructor(readonly page: Page) {
    this.toggle = page.getByRole('button', { name: 'People', exact: true });
    this.panel = page.getByRole('complementary', { name: 'People', exact: true });
  }

  button(name: string): Locator {
    return this.panel.getByRole('button', { name, exact: true });
  }

  async open(): Promise<void> {
    if (!(await this.panel.isVisible())) await this.toggle.click();
    await expect(this.panel).toBeVisible();
  }

  async press(name: string): Promise<void> {
    await this.open();
    await this.button(name).click();
  }

  /** What asks once more before it happens. */
  async pressAndConfirm(name: string, yes: string): Promise<void> {
    await this.press(name);
    await this.page.getByRole('alertdialog').getByRole('button', { name: yes, exact: true }).click();
  }

  /** On the stage or in the panel, whichever is in sight. */
  async answer(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).filter({ visible: true }).click();
  }

  knock(name: string): Locator {
    return this.page.getByText(`${name} wants to come in.`, { exact: true }).filter({ visible: true });
  }
}
