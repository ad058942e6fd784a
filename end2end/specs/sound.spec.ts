import { expect, test } from '../support/test.ts';

test('the sound of the microphone is treated as one wants, without a negotiation, and that is remembered', async ({ people }) => {
  const ann = await people.invite('Ann', { tiny: true });
  const ben = await people.invite('Ben');
  const room = people.room();
  const treated = () => ben.page.evaluate(() => {
    const open = window.probe.captured.filter((track) => track.kind === 'audio' && track.readyState === 'live');
    return open.map((track) => track.getSettings()).map(({ echoCancellation, noiseSuppression, autoGainControl }) =>
      ({ echoCancellation, noiseSuppression, autoGainControl }));
  });
  const all = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  await ann.join(room);
  await ben.open(room);
  await expect.poll(treated).toEqual([all]);
  await ben.lobby.prepare('Ben');
  await ben.lobby.name.click();
  const level = ben.page.getByRole('meter', { name: 'Microphone level', exact: true });
  await expect.poll(() => level.evaluate((meter: HTMLMeterElement) => meter.value), 'the bar moves').toBeGreaterThan(3);
  await ben.lobby.join.click();
  await ann.tile(ben).isHeard();

  const agreed = () => ann.page.evaluate(() => window.probe.connections.map(({ localDescription }) => localDescription?.sdp));
  const before = await agreed();
  await ben.call.button('Devices').click();
  const noise = ben.page.getByRole('switch', { name: 'Suppress noise', exact: true });
  await noise.uncheck();
  await expect.poll(treated, 'and the one before is closed').toEqual([{ ...all, noiseSuppression: false }]);
  await ann.tile(ben).isHeard();
  expect(await agreed()).toEqual(before);
  await ben.reload();
  await expect.poll(treated).toEqual([{ ...all, noiseSuppression: false }]);
  await ben.call.button('Devices').click();
  await expect(noise).not.toBeChecked();
});

test('a headset that is plugged in during the call is offered, and used when one says so', async ({ people }) => {
  const ann = await people.invite('Ann', { tiny: true });
  const ben = await people.invite('Ben', { devices: 'several' });
  const { page } = ben;
  // The second of the browser's own devices is not there until it is plugged in.
  await ben.context.addInitScript(() => {
    const list = navigator.mediaDevices.enumerateDevices.bind(navigator.mediaDevices);
    const isHeadset = ({ label }: MediaDeviceInfo) => /^Fake Audio (Input|Output) 2$/.test(label);
    navigator.mediaDevices.enumerateDevices = async () =>
      (await list()).filter((device) => 'plugged' in window || !isHeadset(device));
  });
  const room = people.room();
  await ann.join(room);
  await ben.join(room);
  await ann.tile(ben).isHeard();
  const plug = () => page.evaluate(() => {
    Object.assign(window, { plugged: true });
    navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
  });
  await expect(page.getByText('is connected now.')).toBeHidden();
  await plug();
  await expect(page.getByText('Fake Audio Input 2 is connected now.', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Use it', exact: true }).click();
  const open = () => page.evaluate(() =>
    window.probe.captured.filter((track) => track.kind === 'audio' && track.readyState === 'live').map(({ label }) => label));
  await expect.poll(open).toEqual(['Fake Audio Input 2']);
  await expect(page.getByText('is connected now.')).toBeHidden();
  await page.getByRole('button', { name: 'Devices', exact: true }).click();
  await expect(page.getByRole('combobox', { name: 'Speaker', exact: true }).locator('option:checked')).toHaveText('Fake Audio Output 2');
  await ann.tile(ben).isHeard();
});
