import { expect, type Locator, type Page } from '@playwright/test';

/** The call doctor. */
export class Check {
  readonly start: Locator;
  readonly list: Locator;
  readonly verdict: Locator;
  readonly copy: Locator;

  constructor(readonly page: Page) {
    this.start = page.getByRole('button', { name: 'Start the check', exact: true });
    this.list = page.getByRole('list', { name: 'Checks', exact: true });
    this.verdict = page.getByRole('status').first();
    this.copy = page.getByRole('button', { name: 'Copy report', exact: true });
  }

  step(name: string): Locator {
    return this.list.getByRole('listitem').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Each of these is in that state. */
  async expect(state: string, ...names: string[]): Promise<void> {
    for (const name of names) await expect(this.step(name), name).toContainText(new RegExp(`^${name} ?${state}`));
  }

  /** Waits until everything has been tried. */
  async concludes(sentence: RegExp): Promise<void> {
    await expect(this.verdict).toContainText(sentence, { timeout: 90_000 });
  }
}
