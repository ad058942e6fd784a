import { expect, test } from '../support/test.ts';

const TINY = { tiny: true };
const MISSING = 'This did not load; the call goes on without it. Try again in a moment, or load the page again after the call.';
const PARTS = '**/assets/parts.*.wasm';

test('what does not load when it is opened is a sentence, and the call goes on', async ({ people }) => {
  const [ann, ben] = [await people.invite('Ann', TINY), await people.invite('Ben', TINY)];
  ann.watch.expects(/\/assets\/parts\./);
  await ann.page.route(PARTS, (route) => route.abort());
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ann.sees(ben);
  await ann.call.people.open();
  const missing = ann.call.people.panel.getByRole('alert');
  await expect(missing).toContainText(MISSING);
  await missing.getByRole('button', { name: 'Try again' }).click();
  await expect(missing).toContainText(MISSING);
  await ann.sees(ben);

  await ann.page.unroute(PARTS);
  await missing.getByRole('button', { name: 'Try again' }).click();
  await expect(ann.call.people.panel.getByRole('listitem')).toHaveCount(2);
  await expect(missing).toBeHidden();
  await ann.call.chat.open();
  await ann.call.chat.say('here');
  await ben.call.chat.open();
  await ben.call.chat.reads(['here']);
});

test('what is opened in a call is there before the server goes away', async ({ people }) => {
  const ann = await people.invite('Ann', TINY);
  const parts = ann.page.waitForResponse((response) => response.url().includes('/assets/parts.'));
  await ann.join(people.room());
  expect((await parts).headers()['cache-control']).toContain('immutable');
  await ann.page.route('**/*', (route) => route.abort());
  await ann.call.people.open();
  await expect(ann.call.people.panel.getByRole('listitem')).toHaveCount(1);
});
