import { expect, test } from '../support/test.ts';

test('those who listen are told who comes and goes, but not who was there or loads the page again', async ({ people }) => {
  const [ann, ben, cleo] = await people.inviteAll('Ann', 'Ben', 'Cleo');
  const room = people.room();
  await ann.join(room);
  const atAnns = await ann.call.listen();
  await ben.join(room);
  await atAnns.hears('Ben joined.');
  await expect(ann.page.locator('main [role="status"]', { hasText: 'joined' })).toHaveAttribute('class', 'unseen');

  const atBens = await ben.call.listen();
  await ann.sees(ben);
  await ann.reload();
  await expect(ann.call.own.figure).toBeVisible();
  const atAnnsAgain = await ann.call.listen();
  await ann.sees(ben);
  await cleo.join(room);
  await atAnnsAgain.hears('Cleo joined.');
  await cleo.call.leave.click();
  await atAnnsAgain.hears('Cleo joined.', 'Cleo left.');
  await atBens.hears('Cleo joined.', 'Cleo left.');
});

test('people are announced in the language of the page', async ({ people }) => {
  const ann = await people.invite('Ann', { context: { locale: 'zh-CN' } });
  const ben = await people.invite('Ben');
  const room = people.room();
  await ann.open(room);
  await ann.page.getByRole('textbox', { name: '你的名字', exact: true }).fill('Ann');
  await ann.page.getByRole('button', { name: '加入', exact: true }).click();
  await expect(ann.page.getByRole('figure', { name: '你', exact: true })).toBeVisible();
  const atAnns = await ann.call.listen();
  await ben.join(room);
  await atAnns.hears('Ben 加入了通话。');
});

test('nothing of a tile is kept when its person has gone', async ({ people }) => {
  const [ann, ben] = await people.inviteAll('Ann', 'Ben');
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ann.sees(ben);
  const video = await ann.tile(ben).video.evaluateHandle((element) => new WeakRef(element));
  const isKept = () => video.evaluate((reference) => reference.deref() !== undefined);
  expect(await isKept()).toBe(true);

  await ben.call.leave.click();
  await ann.noLongerHas(ben);
  const devtools = await ann.context.newCDPSession(ann.page);
  const isKeptAfterCollection = async () => {
    await devtools.send('HeapProfiler.collectGarbage');
    return isKept();
  };
  await expect.poll(isKeptAfterCollection, { timeout: 20_000 }).toBe(false);
});
