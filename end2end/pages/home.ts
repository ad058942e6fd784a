import type { Locator, Page } from '@playwright/test';

export class Home {
  readonly newMeeting: Locator;
  readonly field: Locator;
  readonly go: Locator;

  constructor(readonly page: Page) {
    this.newMeeting = page.getByRole('button', { name: 'New meeting', exact: true });
    this.field = page.getByRole('textbox', { name: 'Room name or link', exact: true });
    this.go = page.getByRole('button', { name: 'Go', exact: true });
  }

  async goTo(room: string): Promise<void> {
    await this.field.fill(room);
    await this.go.click();
  }
}
