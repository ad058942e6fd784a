import { NAMED_ORIGIN } from '../lab/confab.mjs';
import { Check } from '../pages/check.ts';
import { expect, test } from '../support/lab-server.ts';
import type { Person } from '../support/person.ts';

async function examine({ page }: Person, verdict: RegExp): Promise<Check> {
  const check = new Check(page);
  await check.start.click();
  await check.concludes(verdict);
  return check;
}

test('the doctor tells a network that blocks UDP and a router with a port for each destination', async ({ server, settle }) => {
  const [ann, ben] = await settle(['udp-blocked', 'symmetric'], server.origin);
  await Promise.all([ann.open('/check'), ben.open('/check')]);
  const [blocked, symmetric] = await Promise.all([
    examine(ann, /your network blocks UDP/),
    examine(ben, /Your router makes direct connections hard/),
  ]);
  await blocked.expect('Failed', 'UDP', 'Relay over UDP');
  await blocked.expect('Skipped', 'Router');
  await blocked.expect('OK', 'Server', 'Relay over TCP');
  await symmetric.expect('OK', 'UDP', 'Router', 'Relay over UDP', 'Relay over TCP');
  await expect(symmetric.step('Router')).toContainText('another port for each destination');
});

test('the doctor sees that a router keeps its port', async ({ server, settle }) => {
  const [ann, ben] = await settle(['port-restricted', 'open'], server.origin);
  await Promise.all([ann.open('/check'), ben.open('/check')]);
  const checks = await Promise.all([ann, ben].map((each) => examine(each, /There is nothing to do/)));
  for (const check of checks) await expect(check.step('Router')).toContainText('one port for every destination');
});

test('the doctor tells a network that lets web traffic out and nothing else, in Firefox too', async ({ server, settle, fay }) => {
  const [, ben] = await settle(['tls-only', 'tls-only'], server.origin);
  await ben.open('/check');
  const verdict = /your network lets only web traffic through/;
  const [check, steps] = await Promise.all([examine(ben, verdict), fay.isExamined(NAMED_ORIGIN, verdict)]);
  await check.expect('Failed', 'UDP', 'Relay over UDP', 'Relay over TCP');
  await check.expect('Skipped', 'Router');
  await check.expect('OK', 'Server', 'Relay over TLS');
  expect(steps).toMatchObject({ UDP: 'Failed', Router: 'Skipped', 'Relay over UDP': 'Failed', 'Relay over TCP': 'Failed' });
  expect(steps).toMatchObject({ Server: 'OK', 'Relay over TLS': 'OK' });
});

test('the doctor finds that everything works with Firefox in a network that lets everything out', async ({ server, settle, fay }) => {
  await settle(['port-restricted', 'open'], server.origin);
  const steps = await fay.isExamined(NAMED_ORIGIN, /There is nothing to do/);
  // There is no IPv6 in the lab, and nobody says whether they heard the tone.
  const { IPv6: ipv6, Speaker: speaker, ...others } = steps;
  expect([ipv6, speaker]).toEqual(['Skipped', 'Running']);
  expect(Object.keys(others)).toHaveLength(10);
  expect(others).toEqual(Object.fromEntries(Object.keys(others).map((name) => [name, 'OK'])));
});
