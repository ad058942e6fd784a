import decoder from 'jsqr';
import { axeFindsNothing } from '../support/axe.ts';
import { expect, test } from '../support/test.ts';

// A CommonJS module that TypeScript takes for another.
const decode = (decoder as unknown as { default: typeof decoder }).default;

test('an invitation is a link, a code that a camera reads, a mail, and the sheet of the system', async ({ people }) => {
  const ann = await people.invite('Ann');
  const { page } = ann;
  await ann.context.addInitScript(() => {
    const shared: ShareData[] = [];
    Object.assign(navigator, { share: async (what: ShareData) => void shared.push(what) });
    Object.assign(window, { shared });
  });
  await ann.open('/');
  await ann.home.newMeeting.click();
  await ann.reacts();
  await ann.lobby.enter('Ann');
  await expect(page.getByRole('heading', { name: 'You are the first here', exact: true })).toBeVisible();
  const link = (await page.locator('.invite .link').textContent()) ?? '';
  expect(link).toMatch(/\/m\/[a-z0-9-]{39}#[a-z0-9]{26}$/);

  const code = page.getByRole('img', { name: /^QR code of the link/ });
  const reads = async () => {
    const picture = (await code.screenshot()).toString('base64');
    const { data, width, height } = await page.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      if (!context) throw new Error('no canvas');
      context.drawImage(bitmap, 0, 0);
      const { data, width, height } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      return { data: Array.from(data), width, height };
    }, picture);
    return decode(Uint8ClampedArray.from(data), width, height)?.data;
  };
  await page.getByRole('button', { name: 'QR code', exact: true }).click();
  expect(await reads(), 'in the empty room').toBe(link);
  await axeFindsNothing(ann, 'the empty room with its code');

  const mail = (await page.getByRole('link', { name: 'E-mail', exact: true }).getAttribute('href')) ?? '';
  expect(new URL(mail).searchParams.get('body')).toContain(link);
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  const shared = await page.evaluate(() => (window as unknown as { shared: ShareData[] }).shared);
  expect(shared.map(({ url }) => url)).toEqual([link]);

  const ben = await people.invite('Ben', { tiny: true });
  await ben.open(`${link}&name=Ben%20%E9%99%88`);
  await expect(ben.lobby.name, 'his link knows his name').toHaveValue('Ben 陈');
  await ben.lobby.enter('Ben');
  await expect(ben.call.own.figure).toBeVisible();
  await ben.call.button('Invite people').click();
  await expect(ben.page.locator('.invite-menu .link'), 'his name goes no further').toHaveText(link);
  await ben.page.keyboard.press('Escape');
  await ann.sees(ben);
  await ann.call.button('Invite people').click();
  const dialog = page.getByRole('dialog', { name: 'Invite people', exact: true });
  await dialog.getByRole('button', { name: 'QR code', exact: true }).click();
  expect(await reads(), 'in the call').toBe(link);
});
