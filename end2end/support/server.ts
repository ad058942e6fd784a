import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { indiscretionsIn } from './privacy.ts';

const EXECUTABLE = process.env.CONFAB_BIN ?? join(import.meta.dirname, '../../target/release/confab');

/** Where a server runs, and how to know from there that it answers. */
export interface Place {
  /** Address and port. */
  listen: string;
  origin: string;
  /** What to run for a command to run there. */
  at(...command: string[]): string[];
  answers(url: string): Promise<boolean>;
}

/** One running Confab with a data directory of its own. */
export class Server {
  private log = '';
  /** What it has said since it was ready; before that it speaks of itself. */
  private remarks = '';
  private isReady = false;
  private readonly confidences = new Set<string>();
  private child!: ChildProcess;

  private constructor(
    private readonly place: Place,
    private readonly command: string[],
  ) {}

  static async start(dataDir: string, flags: string[] = []): Promise<Server> {
    const listen = `127.0.0.1:${await freePort()}`;
    const place = { listen, origin: `http://${listen}`, at: (...command: string[]) => command, answers };
    // A port of its own for STUN and TURN too, so that servers can stand side by side.
    return Server.startAt(place, dataDir, ['--turn-listen', '127.0.0.1:0', ...flags]);
  }

  static async startAt(place: Place, dataDir: string, flags: string[]): Promise<Server> {
    const server = new Server(place, place.at(EXECUTABLE, '--listen', place.listen, '--data-dir', dataDir, ...flags));
    await server.startAgain();
    return server;
  }

  /** Starts it, or starts it once more: at the same address, with the same data. */
  async startAgain(): Promise<void> {
    const [program, ...args] = this.command;
    this.isReady = false;
    const env = { CONFAB_DRAIN: '0', ...process.env };
    this.child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.on('data', (chunk: Buffer) => {
        this.log += chunk.toString();
        if (this.isReady) this.remarks += chunk.toString();
      });
    }
    await this.ready();
    this.isReady = true;
  }

  /** What people call themselves and their rooms, and what only they may know: nothing for a log. */
  isToKeep(confidences: string[]): void {
    for (const confidence of confidences) this.confidences.add(confidence);
  }

  /** Ends the process as `kill -9` does: it says nothing and saves nothing. */
  async kill(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }

  get origin(): string {
    return this.place.origin;
  }

  get port(): number {
    return Number(new URL(this.origin).port);
  }

  /** Stops the server as an operator would; says how it ended and what it complained about. */
  async stop(): Promise<{ code: number | null; log: string; indiscretions: string[] }> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await ended;
    }
    const indiscretions = indiscretionsIn(this.remarks.replaceAll(this.place.listen, ''), [...this.confidences]);
    return { code: this.child.exitCode, log: this.log, indiscretions };
  }

  private async ready(): Promise<void> {
    const failed = once(this.child, 'exit').then(([code]) => `it ended with ${code}`);
    const broken = once(this.child, 'error').then(([error]) => `it did not start: ${error}`);
    const trouble = await Promise.race([failed, broken, this.silence()]);
    if (trouble) throw new Error(`${EXECUTABLE}: ${trouble}\n${this.log}`);
  }

  private async silence(): Promise<string | undefined> {
    return (await this.place.answers(`${this.origin}/readyz`)) ? undefined : 'it does not answer /readyz';
  }
}

/** Asks until the server answers, or gives up after ten seconds. */
async function answers(url: string): Promise<boolean> {
  const deadline = AbortSignal.timeout(10_000);
  while (!deadline.aborted) {
    const ok = await fetch(url, { signal: deadline }).then((r) => r.ok, () => false);
    if (ok) return true;
    await new Promise(setImmediate);
  }
  return false;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
