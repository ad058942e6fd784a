import { expect, test } from '../support/test.ts';
import type { Person } from '../support/person.ts';
import type { People } from '../support/people.ts';

async function twoInAChat(people: People): Promise<[Person, Person]> {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ann.sees(ben);
  await ann.call.chat.open();
  await ben.call.chat.open();
  return [ann, ben];
}

test('messages arrive in order, both ways, with names', async ({ people }) => {
  const [ann, ben] = await twoInAChat(people);
  const fromAnn = Array.from({ length: 20 }, (_, i) => `apple ${i + 1}.`);
  const fromBen = Array.from({ length: 20 }, (_, i) => `banana ${i + 1}.`);
  await Promise.all([
    (async () => { for (const text of fromAnn) await ann.call.chat.say(text); })(),
    (async () => { for (const text of fromBen) await ben.call.chat.say(text); })(),
  ]);
  for (const person of [ann, ben]) {
    await person.call.chat.reads(fromAnn);
    await person.call.chat.reads(fromBen);
  }
  await expect(ben.call.chat.log).toContainText('Ann');
  await expect(ann.call.chat.log).toContainText('Ben');
  await expect(ann.call.chat.field).toHaveValue('');
});

test('messages do not pass through the server', async ({ people }) => {
  const [ann, ben] = await twoInAChat(people);
  const before = ann.watch.sentTexts('rhubarb-and-custard');
  await ann.call.chat.say('rhubarb-and-custard');
  await ben.call.chat.reads(['rhubarb-and-custard']);
  expect(before).toBe(0);
  expect(ann.watch.sentTexts('rhubarb-and-custard')).toBe(0);
});

test('addresses of the web can be followed, everything else is inert', async ({ people }) => {
  const [ann, ben] = await twoInAChat(people);
  await ann.call.chat.say('look: https://example.org/a?b=1#c, and http://example.net.');
  await ann.call.chat.say('<img src=x onerror="document.title=1"><b id=bold>bold</b>');
  await ann.call.chat.say('javascript:alert(1) data:text/html,x file:///etc/passwd');
  await ben.call.chat.reads(['look:', '<img src=x', '<b id=bold>bold</b>', 'javascript:alert(1)']);
  for (const { call } of [ann, ben]) {
    const links = call.chat.log.getByRole('link');
    await expect(links).toHaveText(['https://example.org/a?b=1#c', 'http://example.net']);
    for (const link of await links.all()) {
      await expect(link).toHaveAttribute('target', '_blank');
      await expect(link).toHaveAttribute('rel', /noreferrer/);
    }
    await expect(call.chat.log.locator('img, b, script')).toHaveCount(0);
  }
});

test('unread messages are counted until the chat is opened', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ben.sees(ann);
  await ann.call.chat.open();
  await expect(ben.call.chat.unread).toBeHidden();
  await ann.call.chat.say('one');
  await ann.call.chat.say('two');
  await expect(ben.call.chat.unread).toHaveText(/^2/);
  await expect(ben.call.chat.unread).toBeVisible();
  await expect(ben.call.chat.toggle).toHaveAccessibleDescription('2 unread');
  await ben.call.chat.open();
  await expect(ben.call.chat.unread).toBeHidden();
  await ben.call.chat.reads(['one', 'two']);
});

test('a message over 8 KiB is kept back, with a word about it', async ({ people }) => {
  const [ann, ben] = await twoInAChat(people);
  await ann.call.chat.field.fill('x'.repeat(8 * 1024 + 1));
  await ann.call.chat.send.click();
  await expect(ann.page.getByText('This message is too long to send. Cut it into shorter ones.')).toBeVisible();
  await ann.call.chat.say('y'.repeat(8 * 1024));
  await ben.call.chat.reads(['y'.repeat(8 * 1024)]);
  await expect(ben.call.chat.log).not.toContainText('xxx');
});
