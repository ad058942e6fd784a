import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FIRST } from '../lab/lab.mjs';
import { run } from '../lab/machine.mjs';
import { canGoDirect, KINDS, pairsOf, type Kind } from '../lab/networks.mjs';
import { expect, test } from '../support/lab.ts';
import { faultsOf } from '../support/route.ts';

// The lab itself, and the judge of routes. No Confab and no browser are involved.

const BEHAVIOUR = join(import.meta.dirname, '../lab/behaviour.mjs');
const CONE = { mapping: 'one', fromOtherPort: true, fromOtherAddress: true, tcp3478: true, tcp443: true };
const EXPECTED: Record<Kind, typeof CONE> = {
  open: CONE,
  'address-restricted': { ...CONE, fromOtherAddress: false },
  'port-restricted': { ...CONE, fromOtherPort: false, fromOtherAddress: false },
  symmetric: { ...CONE, mapping: 'one a destination', fromOtherPort: false, fromOtherAddress: false },
  'udp-blocked': { ...CONE, mapping: 'none', fromOtherPort: false, fromOtherAddress: false },
  'udp-and-https': { ...CONE, fromOtherPort: false, fromOtherAddress: false, tcp3478: false },
  'tls-only': { mapping: 'none', fromOtherPort: false, fromOtherAddress: false, tcp3478: false, tcp443: true },
};

test('each kind of network does to packets what its name says, in both homes', async ({ lab }) => {
  lab.spawnAt('wan', process.execPath, BEHAVIOUR, 'serve');
  expect(await lab.answers(`tcp://${FIRST}:443`)).toBe(true);
  for (const kind of Object.keys(EXPECTED) as Kind[]) {
    lab.exchangeRouters(kind, kind);
    for (const home of ['home-a', 'home-b'] as const) {
      const seen = JSON.parse(run(lab.at(home, process.execPath, BEHAVIOUR, 'look')));
      expect(seen, `${kind}, seen from ${home}`).toEqual(EXPECTED[kind]);
    }
  }
});

test('of the 15 pairs of networks that do not insist on TLS, 8 can go direct', () => {
  const pairs = pairsOf(KINDS.filter((kind) => kind !== 'tls-only'));
  expect(pairs).toHaveLength(15);
  expect(pairs.filter((pair) => canGoDirect(...pair))).toHaveLength(8);
});

test('the judge of routes accepts the best route only', () => {
  const [host, udp, tcp] = [{ type: 'host', relayProtocol: null }, { type: 'relay', relayProtocol: 'udp' }, { type: 'relay', relayProtocol: 'tcp' }] as const;
  expect(faultsOf(['open', 'symmetric'], [host, host])).toEqual([]);
  expect(faultsOf(['open', 'symmetric'], [host, udp])).toEqual(['relayed needlessly: host, relay udp']);
  expect(faultsOf(['open', 'symmetric'], [host, null])).toEqual(['not connected']);
  expect(faultsOf(['symmetric', 'symmetric'], [udp, host])).toEqual([]);
  expect(faultsOf(['symmetric', 'symmetric'], [tcp, host])).toEqual(['wrong transport: relay tcp, host']);
  expect(faultsOf(['symmetric', 'port-restricted'], [host, host])).toEqual(['relayed by nobody']);
  expect(faultsOf(['udp-blocked', 'open'], [tcp, udp])).toEqual([]);
  expect(faultsOf(['udp-blocked', 'open'], [host, udp])).toEqual(['no relay in front of udp-blocked']);
});

test('a machine that cannot make namespaces is told why', () => {
  const script = `import { Lab } from '${join(import.meta.dirname, '../lab/lab.mjs')}'; Lab.build();`;
  const tries = (options: object) => spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', ...options }).stderr;
  expect(tries({ uid: 65534 })).toContain('it has to run as root');
  expect(tries({ env: { PATH: '/nowhere' } })).toContain('needs `ip` (apt-get install iproute2)');
});

test('a lab that was killed is cleared away by the next one', () => {
  const build = `import { Lab } from '${join(import.meta.dirname, '../lab/lab.mjs')}'; Lab.build();`;
  const node = (script: string) => spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  const { pid: killed, stderr } = node(`${build} process.kill(process.pid, 'SIGKILL');`);
  expect(existsSync(`/run/netns/confab-${killed}-wan`), stderr).toBe(true);
  const { pid: ended } = node(build);
  expect([killed, ended].filter((pid) => existsSync(`/run/netns/confab-${pid}-wan`))).toEqual([]);
});
