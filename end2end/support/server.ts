import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';

const EXECUTABLE = process.env.CONFAB_BIN ?? join(import.meta.dirname, '../../target/release/confab');

/** One running Confab with a data directory of its own. */
export class Server {
  private log = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (chunk: Buffer) => (this.log += chunk.toString()));
    }
  }

  static async start(dataDir: string, flags: string[] = []): Promise<Server> {
    const port = await freePort();
    const args = ['--listen', `127.0.0.1:${port}`, '--data-dir', dataDir, ...flags];
    const server = new Server(spawn(EXECUTABLE, args, { stdio: ['ignore', 'pipe', 'pipe'] }), port);
    await server.ready();
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Stops the server as an operator would; says how it ended and what it complained about. */
  async stop(): Promise<{ code: number | null; log: string }> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await ended;
    }
    return { code: this.child.exitCode, log: this.log };
  }

  private async ready(): Promise<void> {
    const failed = once(this.child, 'exit').then(([code]) => `it ended with ${code}`);
    const broken = once(this.child, 'error').then(([error]) => `it did not start: ${error}`);
    const trouble = await Promise.race([failed, broken, this.answers()]);
    if (trouble) throw new Error(`${EXECUTABLE}: ${trouble}\n${this.log}`);
  }

  /** Asks until the server answers, or gives up after ten seconds. */
  private async answers(): Promise<string | undefined> {
    const deadline = AbortSignal.timeout(10_000);
    while (!deadline.aborted) {
      const ok = await fetch(`${this.origin}/readyz`, { signal: deadline }).then((r) => r.ok, () => false);
      if (ok) return undefined;
      await new Promise(setImmediate);
    }
    return 'it does not answer /readyz';
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
