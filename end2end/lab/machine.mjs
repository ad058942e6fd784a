// What the lab needs from the machine, and how it is told.
import { execFileSync, spawnSync } from 'node:child_process';

/** Each command with the Debian package that brings it. */
const TOOLS = { ip: 'iproute2', nft: 'nftables', conntrack: 'conntrack', python3: 'python3' };

/** Says at once and in one line why there can be no lab here. */
export function requireMachine() {
  if (process.getuid?.() !== 0) throw new Error('The NAT lab makes network namespaces: it has to run as root (sudo).');
  for (const [tool, bringer] of Object.entries(TOOLS)) {
    const { error } = spawnSync(tool, ['--version'], { stdio: 'ignore' });
    if (error) throw new Error(`The NAT lab needs \`${tool}\` (apt-get install ${bringer}): ${error.message}`);
  }
}

/** Runs a command to its end and returns what it printed; what it complained about becomes the error. */
export function run(/** @type {string[]} */ [command, ...args], input = '') {
  try {
    return execFileSync(command, args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
  } catch (error) {
    const why = /** @type {{stderr?: string, message: string}} */ (error);
    throw new Error(`The NAT lab: \`${[command, ...args].join(' ')}\` failed: ${why.stderr?.trim() || why.message}`);
  }
}
