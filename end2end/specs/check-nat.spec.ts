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
