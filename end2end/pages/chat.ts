import { expect, type Locator, type Page } from '@playwright/test';

export class Chat {
  readonly toggle: Locator;
  /** The number beside the button's word. */
  readonly unread: Locator;
  readonly log: Locator;
  readonly field: Locator;
  readonly send: Locator;

  constructor(readonly page: Page) {
    this.toggle = page.getByRole('button', { name: 'Chat', exact: true });
    this.unread = this.toggle.locator('.badge');
    this.log = page.getByRole('log', { name: 'Messages', exact: true });
    this.field = page.getByRole('textbox', { name: 'Message', exact: true });
    this.send = page.getByRole('button', { name: 'Send', exact: true });
  }

  async open(): Promise<void> {
    if (!(await this.log.isVisible())) await this.toggle.click();
    await expect(this.log).toBeVisible();
  }

  async say(text: string): Promise<void> {
    await this.field.fill(text);
    await this.send.click();
    await expect(this.log).toContainText(text);
  }

  /** The log names these texts, one after the other. */
  async reads(texts: string[]): Promise<void> {
    const inOrder = new RegExp(texts.map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*'));
    await expect(this.log).toHaveText(inOrder);
  }
}
