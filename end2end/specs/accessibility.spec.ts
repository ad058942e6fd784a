import { AxeBuilder } from '@axe-core/playwright';
import type { BrowserContextOptions } from '@playwright/test';
import { expect, test } from '../support/test.ts';
import type { Person } from '../support/person.ts';

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 800 };
const LOOKS: [string, BrowserContextOptions][] = [
  ['light, wide', { colorScheme: 'light', viewport: DESKTOP }],
  ['dark, wide', { colorScheme: 'dark', viewport: DESKTOP }],
  ['light, phone', { colorScheme: 'light', viewport: PHONE }],
  ['dark, phone', { colorScheme: 'dark', viewport: PHONE }],
];

async function axeFindsNothing(person: Person, where: string): Promise<void> {
  const { violations, passes } = await new AxeBuilder({ page: person.page }).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`);
  expect.soft(found, `axe about ${where}`).toEqual([]);
  expect(passes.length, 'axe looked at something').toBeGreaterThan(5);
}

for (const [look, context] of LOOKS) {
  test(`axe finds nothing (${look})`, async ({ people }) => {
    const ann = await people.invite('Ann', { context });
    const ben = await people.invite('Ben');
    await ann.open('/');
    await axeFindsNothing(ann, 'home');
    await ann.home.goTo('no such room!');
    await expect(ann.home.field).toHaveAttribute('aria-invalid', 'true');
    await axeFindsNothing(ann, 'home with an error');

    const room = people.room();
    await ann.open(room);
    await ann.lobby.prepare('Ann');
    await axeFindsNothing(ann, 'the lobby');
    await ann.lobby.join.click();
    await expect(ann.call.own.figure).toBeVisible();
    await axeFindsNothing(ann, 'the empty room');

    await ben.join(room);
    await ann.sees(ben);
    await axeFindsNothing(ann, 'the call');
    await ann.call.chat.open();
    await ann.call.chat.say('see https://example.org');
    await ben.call.chat.open();
    await ben.call.chat.say('seen');
    await ann.call.chat.reads(['see', 'seen']);
    await axeFindsNothing(ann, 'the call with its chat');
    await ben.call.turnCameraOff();
    await ben.call.mute();
    await ann.tile(ben).showsInitials('B');
    await axeFindsNothing(ann, 'a tile without picture');

    await ben.call.leave.click();
    await expect(ben.page.getByRole('heading', { name: 'You left', exact: true })).toBeVisible();
    await axeFindsNothing(ben, 'the page afterwards');
  });
}

test('a call by keyboard alone: home, join, leave', async ({ people }) => {
  const ann = await people.invite('Ann');
  const { keyboard } = ann.page;
  /** Presses Tab until the element has the focus, as a person would, and sees where it is. */
  const tabTo = async (name: string, element: ReturnType<Person['page']['locator']>) => {
    for (let presses = 0; presses < 40; presses++) {
      if (await element.evaluate((node) => node === document.activeElement)) break;
      await keyboard.press('Tab');
    }
    await expect(element, name).toBeFocused();
    const outlined = await element.evaluate((node) => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(node);
      return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2) || boxShadow !== 'none';
    });
    expect(outlined, `${name} shows that it has the focus`).toBe(true);
  };

  await ann.open('/');
  await tabTo('the field', ann.home.field);
  await keyboard.type('keys');
  await tabTo('Go', ann.home.go);
  await keyboard.press('Enter');
  await expect(ann.lobby.name).toBeVisible();
  await tabTo('the name', ann.lobby.name);
  await keyboard.type('Ann');
  await tabTo('Join', ann.lobby.join);
  await keyboard.press('Space');
  await expect(ann.call.own.figure).toBeVisible();
  await tabTo('the microphone', ann.call.button('Mute microphone'));
  await keyboard.press('Space');
  await expect(ann.call.button('Unmute microphone')).toBeFocused();
  await tabTo('the chat', ann.call.chat.toggle);
  await keyboard.press('Enter');
  await expect(ann.call.chat.field).toBeFocused();
  await keyboard.press('Escape');
  await expect(ann.call.chat.field).toBeHidden();
  await expect(ann.call.chat.toggle, 'the focus is not lost').toBeFocused();
  await tabTo('Leave', ann.call.leave);
  await keyboard.press('Enter');
  await expect(ann.page.getByRole('heading', { name: 'You left', exact: true })).toBeVisible();
});
