import { expect, test } from '../support/test.ts';

test('Confab can be installed, and its worker keeps files but never a page', async ({ people }) => {
  const ann = await people.invite('Ann', { tiny: true });
  await ann.open('/');
  await ann.page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  const session = await ann.context.newCDPSession(ann.page);
  const { errors } = await session.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([]);

  await ann.reload();
  await expect.poll(() => ann.page.evaluate(() => navigator.serviceWorker.controller?.scriptURL)).toMatch(/\/worker\.js$/);
  await ann.open(people.room());
  const kept = () =>
    ann.page.evaluate(async () => {
      const names = await caches.keys();
      const lists = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      return lists.flat().map(({ url }) => new URL(url).pathname);
    });
  await expect.poll(async () => (await kept()).length).toBeGreaterThan(2);
  expect((await kept()).filter((path) => !path.startsWith('/assets/'))).toEqual([]);
  const fromWorker = await ann.page.evaluate(() =>
    performance.getEntriesByType('navigation').map((entry) => (entry as PerformanceNavigationTiming).transferSize > 0),
  );
  expect(fromWorker, 'the page came over the network').toEqual([true]);
  await ann.lobby.enter('Ann');
  await ann.call.own.plays();
});
