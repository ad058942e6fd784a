import { AxeBuilder } from '@axe-core/playwright';
import { Check } from '../pages/check.ts';
import type { Person } from '../support/person.ts';
import { expect, test } from '../support/test.ts';

async function begin(person: Person): Promise<Check> {
  await person.open('/check');
  const check = new Check(person.page);
  await check.start.click();
  return check;
}

test('where everything works, the doctor says so step by step, and what to do', async ({ people }) => {
  const ann = await people.invite('Ann');
  await ann.context.grantPermissions(['camera', 'microphone', 'clipboard-read', 'clipboard-write']);
  await ann.open('/');
  await ann.page.getByRole('link', { name: 'Test my connection', exact: true }).click();
  await ann.reacts();
  const check = new Check(ann.page);
  await expect(check.list.getByRole('listitem')).toHaveCount(12);
  await check.expect('Waiting', 'Camera', 'Relay over UDP');
  await check.start.click();

  const meter = check.page.getByRole('meter', { name: 'Microphone level' });
  await expect.poll(() => meter.evaluate((node: HTMLMeterElement) => node.value)).toBeGreaterThan(10);
  await expect.poll(() => check.step('Camera').evaluate((root) => window.probe.picture(root))).not.toBeNull();
  await check.expect('Running', 'Speaker');
  await check.button('I hear it').click();
  await check.expect('OK', 'Speaker');

  await check.concludes(/^Calls will work from here\. There is nothing to do\.$/);
  await check.expect('OK', 'Secure page', 'Browser', 'Camera', 'Microphone', 'Speaker', 'Server', 'UDP', 'Router');
  await check.expect('OK', 'Relay over UDP', 'Relay over TCP');
  await check.expect('Skipped', 'Relay over TLS');
  await expect(check.step('Relay over TCP')).toContainText('100 % of the data arrived');
  await expect(check.button('Check again')).toBeEnabled();
  await check.copy.click();
  await expect(check.page.getByText('Report copied')).toBeVisible();
  const report = await check.page.evaluate(() => navigator.clipboard.readText());
  expect(report).toContain('verdict: direct\n');
  expect(report).toMatch(/^turn_tcp: ok, \d+ ms, 100 % arrived$/m);
  expect(report, 'no addresses').not.toMatch(/127\.0\.0\.1|localhost|\d+\.\d+\.\d+\.\d+:\d+/);
});

test.describe('a server without a relay', () => {
  test.use({ serverFlags: ['--no-turn'] });

  test('is told from a network that blocks', async ({ people }) => {
    const ann = await people.invite('Ann');
    const check = await begin(ann);
    await check.concludes(/because this server has no relay/);
    await check.expect('OK', 'Server');
    await check.expect('Skipped', 'UDP', 'Router', 'Relay over UDP', 'Relay over TCP', 'Relay over TLS');
  });
});

test('a camera and a microphone that are not allowed are said, and the rest goes on', async ({ people }) => {
  const ann = await people.invite('Ann', { devices: 'denied' });
  const check = await begin(ann);
  await check.button('I hear nothing').click();
  await check.concludes(/The others will not hear you until your microphone works\./);
  await check.expect('Failed', 'Camera', 'Microphone', 'Speaker');
  await check.expect('OK', 'Server', 'UDP', 'Relay over UDP');
});

test('the doctor speaks Chinese, and starts again', async ({ people }) => {
  const ann = await people.invite('Ann', { devices: 'denied', context: { locale: 'zh-CN' } });
  await ann.open('/check');
  await ann.page.getByRole('button', { name: '开始检测', exact: true }).click();
  const again = ann.page.getByRole('button', { name: '重新检测', exact: true });
  await expect(again).toBeEnabled({ timeout: 90_000 });
  await expect(ann.page.getByRole('status').first()).toContainText('从这里可以正常通话。');
  await again.click();
  await expect(again).toBeDisabled();
  await expect(again).toBeEnabled({ timeout: 90_000 });
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing about the doctor (${colorScheme})`, async ({ people }) => {
    const ann = await people.invite('Ann', { devices: 'denied', context: { colorScheme } });
    const axeFindsNothing = async (when: string) => {
      const { violations } = await new AxeBuilder({ page: ann.page }).analyze();
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`);
      expect.soft(found, when).toEqual([]);
    };
    await ann.open('/check');
    await axeFindsNothing('before');
    const check = new Check(ann.page);
    await check.start.click();
    await check.expect('Running', 'Speaker');
    await axeFindsNothing('while it runs');
    await check.concludes(/Calls will work/);
    await axeFindsNothing('afterwards');
  });
}
