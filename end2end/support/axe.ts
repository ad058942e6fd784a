import { AxeBuilder } from '@axe-core/playwright';
import { expect } from '@playwright/test';
import type { Person } from './person.ts';

export async function axeFindsNothing(person: Pick<Person, 'page'>, where: string): Promise<void> {
  const { violations, passes } = await new AxeBuilder({ page: person.page }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`);
  expect.soft(found, `axe about ${where}`).toEqual([]);
  expect(passes.length, 'axe looked at something').toBeGreaterThan(5);
}
