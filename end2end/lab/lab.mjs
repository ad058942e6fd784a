// Two homes behind routers of their own, and a public segment between them, in network namespaces:
//
//   home-a 192.168.1.2 -- router-a 203.0.113.1 --+
//                                                +-- wan: 203.0.113.10 and .11, where the servers are
//   home-b 192.168.2.2 -- router-b 203.0.113.2 --+
//
// The routers can be exchanged for others while programs run in the homes; who lives in the first home can go out to
// another network (router-c 203.0.113.3), and the line of the first home can become rough. Names are made of this process's id, and
// interfaces are made inside the namespaces, so nothing collides with another run or with the machine's own network.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { requireMachine, run } from './machine.mjs';
import { rulesOf } from './networks.mjs';

/** The public segment's servers: Confab or a bare page on the first, coturn on the second. */
export const FIRST = '203.0.113.10';
export const SECOND = '203.0.113.11';
/** What the first of them is called. No name server knows it: browsers are told. */
export const NAME = 'confab.test';
export const PUBLIC_RANGE = '203.0.113.0/24';

/** @type {Record<'a' | 'b', import('./networks.mjs').Home>} */
const HOMES = {
  a: { host: '192.168.1.2', router: '192.168.1.1', outside: '203.0.113.1' },
  b: { host: '192.168.2.2', router: '192.168.2.1', outside: '203.0.113.2' },
};
const SIDES = /** @type {const} */ (['a', 'b']);
/** Where who lives in the first home is when they are out. */
const OUTDOORS = { host: '192.168.3.2', router: '192.168.3.1', outside: '203.0.113.3' };

/** Where a program can run. */
const PLACES = /** @type {const} */ (['wan', 'home-a', 'home-b', 'router-a', 'router-b', 'router-c']);

/** @typedef {typeof PLACES[number]} Place */
/** @typedef {import('./networks.mjs').Kind} Kind */

export class Lab {
  /** For whatever a run leaves behind; it goes with the lab. */
  folder = mkdtempSync(join(tmpdir(), 'confab-lab-'));
  #sweep = () => this.tearDown();
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #rough;

  /** Both routers are open ones at first. */
  static build() {
    requireMachine();
    removeOrphans();
    const lab = new Lab();
    process.once('exit', lab.#sweep);
    for (const place of PLACES) lab.#addNamespace(place);
    lab.#layPublicSegment();
    for (const side of SIDES) lab.#layHome(side, HOMES[side]);
    lab.#layOutdoors();
    lab.exchangeRouters('open', 'open');
    return lab;
  }

  /** New routers: they know nothing of the mappings of those before. */
  exchangeRouters(/** @type {Kind} */ a, /** @type {Kind} */ b) {
    this.#exchangeRouter('a', a);
    this.#exchangeRouter('b', b);
  }

  /** Who lives in the first home goes out: the old address is gone, another network is there. */
  goOut() {
    this.#leave('lan');
    this.#arrive('mobile', OUTDOORS);
  }

  /** The way back. */
  comeHome() {
    this.#leave('mobile');
    this.#arrive('lan', HOMES.a);
  }

  /** From now on the line of the first home loses packets, and delays them, in each direction. */
  async roughen(/** @type {{lossPercent: number, delayMs: number, jitterMs: number}} */ { lossPercent, delayMs, jitterMs }) {
    for (const [place, device] of /** @type {const} */ ([['router-a', 'wan'], ['wan', 'rough-end']])) {
      run(this.at(place, 'python3', join(import.meta.dirname, 'checksums.py'), device));
    }
    this.#ip('wan', 'link set port-a nomaster');
    const args = ['port-a', 'rough', delayMs, jitterMs, lossPercent].map(String);
    const [program, ...words] = this.at('wan', 'python3', join(import.meta.dirname, 'rough.py'), ...args);
    this.#rough = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(/** @type {import('node:stream').Readable} */ (this.#rough.stdout), 'data');
  }

  /** The line is as it was. */
  async smooth() {
    if (!this.#rough) return;
    const ended = once(this.#rough, 'exit');
    this.#rough.kill();
    await ended;
    this.#rough = undefined;
    this.#ip('wan', 'link set port-a master segment');
  }

  /** What to run for `command` to run there. The process keeps its id. */
  at(/** @type {Place} */ place, /** @type {string[]} */ ...command) {
    return ['ip', 'netns', 'exec', this.#name(place), ...command];
  }

  /** An executable that is another one, there. */
  executableAt(/** @type {Place} */ place, /** @type {string} */ executable) {
    const path = join(this.folder, `${place}-${basename(executable)}`);
    writeFileSync(path, `#!/bin/sh\nexec ${this.at(place, executable).join(' ')} "$@"\n`, { mode: 0o755 });
    return path;
  }

  /** Runs there in the background; complaints appear beside this process's own. */
  spawnAt(/** @type {Place} */ place, /** @type {string[]} */ ...command) {
    const [program, ...args] = this.at(place, ...command);
    return spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  /** Waits until a server on the public segment answers at `http:`, `https:` or, without a word, at `tcp:`. */
  async answers(/** @type {string} */ url, /** @type {string | undefined} */ certificate = undefined) {
    const [program, ...args] = this.at('wan', process.execPath, join(import.meta.dirname, 'answers.mjs'), url);
    const trust = certificate ? { NODE_EXTRA_CA_CERTS: certificate } : {};
    const asking = spawn(program, args, { stdio: 'ignore', env: { ...process.env, ...trust } });
    return new Promise((resolve) => asking.once('exit', (code) => resolve(code === 0)));
  }

  tearDown() {
    process.off('exit', this.#sweep);
    this.#rough?.kill();
    for (const place of PLACES) removeNamespace(this.#name(place));
    rmSync(this.folder, { recursive: true, force: true });
  }

  #name(/** @type {Place} */ place) {
    return `confab-${process.pid}-${place}`;
  }

  /** `ip`, inside a place. */
  #ip(/** @type {Place} */ place, /** @type {string} */ words) {
    run(['ip', '-netns', this.#name(place), ...words.split(' ')]);
  }

  #addNamespace(/** @type {Place} */ place) {
    run(['ip', 'netns', 'add', this.#name(place)]);
    this.#ip(place, 'link set lo up');
    // The networks speak IPv4. An IPv6 address of the link's own would come up seconds later, and to a browser that is a
    // change of networks, in which it gives up what it is loading.
    run(this.at(place, 'sh', '-c', 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6'));
  }

  #layPublicSegment() {
    this.#ip('wan', 'link add segment type bridge');
    this.#ip('wan', `address add ${FIRST}/24 dev segment`);
    this.#ip('wan', `address add ${SECOND}/24 dev segment`);
    this.#ip('wan', 'link set segment up');
    // A second way onto the segment, for a rough line.
    this.#ip('wan', 'link add rough type veth peer name rough-end');
    this.#ip('wan', 'link set rough-end master segment');
    for (const end of ['rough', 'rough-end']) this.#ip('wan', `link set ${end} up`);
    // As on the internet: what is sent to a private address leaves, and vanishes without an error.
    this.#ip('wan', 'neighbour add 203.0.113.254 lladdr 02:00:00:00:00:01 dev segment');
    this.#ip('wan', 'route add default via 203.0.113.254');
  }

  #layHome(/** @type {'a' | 'b'} */ side, /** @type {import('./networks.mjs').Home} */ { host, router, outside }) {
    const [home, gateway] = /** @type {const} */ ([`home-${side}`, `router-${side}`]);
    this.#ip(home, `link add lan type veth peer name lan netns ${this.#name(gateway)}`);
    this.#layRouter(side, router, outside);
    this.#ip(home, `address add ${host}/24 dev lan`);
    this.#ip(home, 'link set lan up');
    this.#ip(home, `route add default via ${router}`);
  }

  #layOutdoors() {
    this.#ip('home-a', `link add mobile type veth peer name lan netns ${this.#name('router-c')}`);
    this.#layRouter('c', OUTDOORS.router, OUTDOORS.outside);
    run(this.at('router-c', 'nft', '-f', '-'), rulesOf('open', OUTDOORS));
  }

  #layRouter(/** @type {'a' | 'b' | 'c'} */ side, /** @type {string} */ inside, /** @type {string} */ outside) {
    const gateway = /** @type {const} */ (`router-${side}`);
    this.#ip('wan', `link add port-${side} type veth peer name wan netns ${this.#name(gateway)}`);
    this.#ip('wan', `link set port-${side} master segment up`);
    this.#ip(gateway, `address add ${inside}/24 dev lan`);
    this.#ip(gateway, `address add ${outside}/24 dev wan`);
    this.#ip(gateway, 'link set lan up');
    this.#ip(gateway, 'link set wan up');
    run(this.at(gateway, 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/ip_forward'));
  }

  #leave(/** @type {string} */ device) {
    this.#ip('home-a', `address flush dev ${device}`);
    this.#ip('home-a', `link set ${device} down`);
  }

  #arrive(/** @type {string} */ device, /** @type {{host: string, router: string}} */ { host, router }) {
    this.#ip('home-a', `address replace ${host}/24 dev ${device}`);
    this.#ip('home-a', `link set ${device} up`);
    this.#ip('home-a', `route replace default via ${router}`);
  }

  #exchangeRouter(/** @type {'a' | 'b'} */ side, /** @type {Kind} */ kind) {
    run(this.at(`router-${side}`, 'nft', '-f', '-'), rulesOf(kind, HOMES[side]));
    run(this.at(`router-${side}`, 'conntrack', '--flush'));
  }
}

/** What runs that were killed have left: their namespaces carry the id of a process that is no more. */
function removeOrphans() {
  const names = run(['ip', 'netns', 'list']).split('\n').map((line) => line.split(' ')[0]);
  for (const name of names) {
    const owner = /^confab-(\d+)-/.exec(name)?.[1];
    if (owner && !existsSync(`/proc/${owner}`)) removeNamespace(name);
  }
}

/** With everything that still runs in it. Names that are not there are fine: a lab may have been built by half. */
function removeNamespace(/** @type {string} */ name) {
  if (!existsSync(`/run/netns/${name}`)) return;
  for (const pid of run(['ip', 'netns', 'pids', name]).split('\n').filter(Boolean)) end(Number(pid));
  run(['ip', 'netns', 'delete', name]);
}

function end(/** @type {number} */ pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}
