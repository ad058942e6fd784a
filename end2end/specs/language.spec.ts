import { axeFindsNothing } from '../support/axe.ts';
import { expect, test } from '../support/test.ts';

test('the language changes at once: at the start, in front of a room, and in a call that goes on', async ({ people }) => {
  const ann = await people.invite('Ann', { tiny: true });
  const ben = await people.invite('Ben', { tiny: true });
  const { page } = ann;
  const chooser = (name: string) => page.getByRole('combobox', { name, exact: true });
  const asked: string[] = [];
  page.on('request', (request) => void asked.push(new URL(request.url()).pathname));
  const documents = () => asked.filter((path) => !path.startsWith('/assets/'));
  const wordsOf = (path: string) => /words\.(.+)\.[0-9a-f]{16}\.txt$/.exec(path)?.[1];
  const languages = () => [...new Set(asked.map(wordsOf).filter((language) => language !== undefined))];

  await ann.open('/');
  expect(languages(), 'the words of no other language are loaded').toEqual(['en']);
  await ann.home.field.fill('tea');
  await chooser('Language').selectOption('Deutsch');
  await expect(page.getByRole('button', { name: 'Neues Gespräch', exact: true })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.getByRole('textbox', { name: 'Raumname oder Link' }), 'what was typed stays').toHaveValue('tea');
  await expect(chooser('Sprache'), 'the focus, too').toBeFocused();
  await axeFindsNothing(ann, 'home in German');
  expect([documents(), languages()]).toEqual([['/'], ['en', 'de']]);

  const room = people.room();
  await ann.open(room);
  await expect(page, 'the choice is kept').toHaveTitle(/ · Confab$/);
  await page.getByRole('textbox', { name: 'Ihr Name', exact: true }).fill('Ann');
  await chooser('Sprache').selectOption('简体中文');
  await expect(page.getByRole('textbox', { name: '你的名字', exact: true })).toHaveValue('Ann');
  await chooser('语言').selectOption('English');
  await ann.lobby.join.click();
  await ben.join(room);
  await ann.sees(ben);

  await ann.call.chat.open();
  await ann.call.chat.field.fill('not sent yet');
  await page.evaluate(() => Object.assign(window, { same: true }));
  await page.getByRole('button', { name: 'Devices', exact: true }).click();
  await chooser('Language').selectOption('Deutsch');
  await expect(page.getByRole('button', { name: 'Mikrofon stummschalten', exact: true })).toBeVisible();
  await ann.sees(ben);
  await ann.tile(ben).isHeard();
  await ben.call.chat.open();
  await ben.call.chat.say('Guten Tag');
  await expect(page.getByRole('status').filter({ hasText: '1 ungelesen' }), 'the chat is closed').toBeAttached();
  await page.getByRole('button', { name: 'Nachrichten', exact: true }).click();
  await expect(page.getByRole('textbox', { name: 'Nachricht', exact: true }), 'what was written stays').toHaveValue('not sent yet');
  expect(await page.evaluate(() => 'same' in window), 'the page was not loaded again').toBe(true);
  await axeFindsNothing(ann, 'the call in German');
});
