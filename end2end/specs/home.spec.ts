import { expect, test } from '../support/test.ts';

/** `/m/{id}#{key}.{host}`: 160 bits in groups of four, then two times 128 bits, all base32. */
const HOST_LINK = /\/m\/(?:[a-z2-7]{4}-){7}[a-z2-7]{4}#[a-z2-7]{26}\.[a-z2-7]{26}$/;

test('New meeting makes a sealed room whose key stays in the browser', async ({ people }) => {
  const ann = await people.invite('Ann');
  await ann.open('/');
  await ann.home.newMeeting.click();
  await expect(ann.page).toHaveURL(HOST_LINK);
  await ann.reacts();
  await ann.lobby.enter(ann.name);
  await expect(ann.call.own.figure).toBeVisible();
  await expect(ann.page).toHaveURL(HOST_LINK);
  expect(ann.watch.secretsKnown).toBe(2);
  expect(ann.watch.framesSent).toBeGreaterThan(0);
});

test('a name goes to the room, in any case and with blanks around it', async ({ people }) => {
  const ann = await people.invite('Ann');
  await ann.open('/');
  await ann.home.goTo('  Team-Tea ');
  await expect(ann.page).toHaveURL(/\/r\/team-tea$/);
  await expect(ann.lobby.name).toBeVisible();
});

test('a pasted link goes to the room, and Enter is as good as Go', async ({ people, server }) => {
  const ann = await people.invite('Ann');
  await ann.open('/');
  await ann.home.field.fill(`${server.origin}/r/team-tea`);
  await ann.home.field.press('Enter');
  await expect(ann.page).toHaveURL(/\/r\/team-tea$/);
});

test('a pasted sealed link keeps its key', async ({ people }) => {
  const ann = await people.invite('Ann');
  await ann.open('/');
  await ann.home.newMeeting.click();
  await expect(ann.page).toHaveURL(HOST_LINK);
  const link = ann.page.url();
  await ann.open('/');
  await ann.home.goTo(link);
  await expect(ann.page).toHaveURL(link);
  await expect(ann.lobby.name).toBeVisible();
});

for (const [what, input] of [['nothing', ''], ['blanks and signs', 'tea & cake!'], ['too much', 'a'.repeat(65)]]) {
  test(`${what} is refused in words, beside the field`, async ({ people }) => {
    const ann = await people.invite('Ann');
    await ann.open('/');
    await ann.home.goTo(input);
    await expect(ann.home.field).toHaveAttribute('aria-invalid', 'true');
    await expect(ann.home.field).toHaveAccessibleDescription(/\w{3,}/);
    await expect(ann.page).toHaveURL(/\/$/);
  });
}

test('an address that does not exist says so and leads back', async ({ people, server }) => {
  const ann = await people.invite('Ann');
  ann.watch.expects(/status of 404/);
  const response = await ann.page.goto('/no/such/page');
  expect(response?.status()).toBe(404);
  await ann.page.getByRole('link', { name: 'Confab', exact: true }).first().click();
  await expect(ann.page).toHaveURL(`${server.origin}/`);
  await expect(ann.home.newMeeting).toBeVisible();
});

test('a page speaks the language that the browser asks for', async ({ people }) => {
  const ann = await people.invite('Ann', { context: { locale: 'zh-CN' } });
  await ann.open('/');
  await expect(ann.page.locator('html')).toHaveAttribute('lang', /^zh/);
  await expect(ann.page.locator('main')).toHaveText(/[\u4e00-\u9fff]{4,}/);
  await expect(ann.home.newMeeting).toHaveCount(0);
  await ann.open(people.room());
  await expect(ann.page.locator('main')).toHaveText(/[\u4e00-\u9fff]{4,}/);
  await expect(ann.lobby.join).toHaveCount(0);
});
