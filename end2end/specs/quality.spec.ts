import { axeFindsNothing } from '../support/axe.ts';
import { expect, test } from '../support/test.ts';

const TINY = { tiny: true };
const GRADES = /^(Good|Fair|Poor) connection$/;

test('a tile says how good a connection is; behind it are figures, the last minute, and how loud its owner is', async ({ people }) => {
  const [ann, ben] = [await people.invite('Ann'), await people.invite('Ben', TINY)];
  const room = people.room();
  for (const person of [ann, ben]) await person.join(room);
  await ann.tile(ben).isHeard();
  await expect(ann.tile(ben).figure.getByRole('img', { name: GRADES })).toBeVisible();
  await expect(ann.call.own.figure.getByRole('img', { name: GRADES })).toBeHidden();

  const { text, button } = ann.call.connection('Ben');
  await expect(text.getByRole('slider'), 'nothing is made before somebody looks').toHaveCount(0);
  await button.click();
  for (const said of [/Jitter: \d+ ms\n/, /Incoming: \d[\d.]* [kM]bit\/s\n/, /Outgoing: \d[\d.]* [kM]bit\/s\n/, /Picture: \d+ × \d+, (VP8|VP9|AV1|H264)\n/]) {
    await expect.poll(() => text.innerText()).toMatch(said);
  }
  await expect(text).toContainText(/The last minute: round trip at most \d+ ms, packets lost at most \d+\.\d % \(dashed\)\./);
  const drawn = text.locator('polyline').first();
  const points = async () => ((await drawn.getAttribute('points')) ?? '').trim().split(' ').map((point) => point.split(',').map(Number));
  const before = (await points()).length;
  await expect.poll(async () => (await points()).length, 'the line grows').toBeGreaterThan(before);
  expect((await points()).every(([x, y]) => x >= 0 && x <= 240 && y >= 1 && y <= 41)).toBe(true);
  await axeFindsNothing(ann, 'the details of a connection');

  const slider = text.getByRole('slider', { name: 'Volume of Ben', exact: true });
  const volume = () => ann.tile(ben).video.evaluate((video: HTMLVideoElement) => video.volume);
  expect(await volume()).toBe(1);
  await slider.fill('30');
  await expect.poll(volume).toBeCloseTo(0.3);
  await ben.reload();
  await ann.tile(ben).isHeard();
  expect(await volume(), 'kept for the call').toBeCloseTo(0.3);
  await expect(slider).toHaveValue('30');
});
