import { expect, test } from '../support/test.ts';
import type { Person } from '../support/person.ts';

const ONE_IS_GONE = 'The camera that you chose is not connected. Another one is used.';

/** What the devices are called that are open now. */
function openLabels({ page }: Person): Promise<string[]> {
  return page.evaluate(() =>
    window.probe.captured.filter((track) => track.readyState === 'live').map((track) => track.label),
  );
}

function chooser({ page }: Person, kind: 'Camera' | 'Microphone' | 'Speaker') {
  return page.getByRole('combobox', { name: kind, exact: true });
}

test('devices are chosen in the lobby, remembered, and changed in the call without a negotiation', async ({ people }) => {
  const ann = await people.invite('Ann');
  const ben = await people.invite('Ben', { devices: 'several' });
  const room = people.room();
  await ann.join(room);

  await ben.open(room);
  await chooser(ben, 'Camera').selectOption({ label: 'fake_device_3' });
  await expect.poll(() => openLabels(ben)).toContain('fake_device_3');
  await chooser(ben, 'Microphone').selectOption({ label: 'Fake Audio Input 2' });
  await expect.poll(() => openLabels(ben)).toContain('Fake Audio Input 2');
  expect(await openLabels(ben), 'the others are closed').toHaveLength(2);
  await ben.reload();
  await expect.poll(() => openLabels(ben)).toEqual(expect.arrayContaining(['fake_device_3', 'Fake Audio Input 2']));
  await expect(chooser(ben, 'Camera').locator('option:checked')).toHaveText('fake_device_3');

  await ben.lobby.enter('Ben');
  await ann.tile(ben).bringsFrames();
  const agreed = () => ann.page.evaluate(() => window.probe.connections.map(({ localDescription }) => localDescription?.sdp));
  const before = await agreed();
  await ben.call.button('Devices').click();
  await chooser(ben, 'Camera').selectOption({ label: 'fake_device_0' });
  await expect.poll(() => openLabels(ben)).toEqual(expect.arrayContaining(['fake_device_0', 'Fake Audio Input 2']));
  await ann.tile(ben).bringsFrames();
  await ann.tile(ben).isHeard();
  expect(await agreed()).toEqual(before);

  await chooser(ben, 'Speaker').selectOption({ label: 'Fake Audio Output 2' });
  const sink = () => ben.tile(ann).video.evaluate((video: HTMLVideoElement) => video.sinkId);
  const wanted = await chooser(ben, 'Speaker').inputValue();
  await expect.poll(sink).toBe(wanted);
  await ben.tile(ann).isHeard();
});

test('a camera that is off stays off when another is chosen', async ({ people }) => {
  const ben = await people.invite('Ben', { devices: 'several' });
  await ben.open(people.room());
  await ben.call.turnCameraOff();
  await chooser(ben, 'Camera').selectOption({ label: 'fake_device_3' });
  await ben.call.turnCameraOn();
  await expect.poll(() => openLabels(ben)).toContain('fake_device_3');
});

test('a camera that has gone is replaced, and that is said', async ({ people }) => {
  const ben = await people.invite('Ben', { devices: 'several' });
  await ben.context.addInitScript(() => localStorage.setItem('confab.camera', 'gone\nDocument camera'));
  await ben.open(people.room());
  await expect(ben.page.getByText(ONE_IS_GONE)).toBeVisible();
  await expect.poll(() => openLabels(ben)).toContain('fake_device_0');
});
