import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Two ends of one TCP connection that meet here. */
interface Splice {
  browser: Socket;
  server: Socket;
}

/**
 * A way to a server that can be cut, go silent and be slow, for one person alone: what TCP carries (pages and the socket),
 * not the media.
 */
export class Wire {
  private readonly splices = new Set<Splice>();
  private silent = false;
  private delayMs = 0;
  private ambush: { pieces: number; resolve: (cut: number) => void } | undefined;

  private constructor(
    private readonly listener: Server,
    private readonly serverPort: number,
  ) {
    listener.on('connection', (browser) => this.splice(browser));
  }

  static async lay(server: { port: number }): Promise<Wire> {
    const listener = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new Wire(listener, server.port);
  }

  /** Where the page is opened, so that everything comes this way. */
  get origin(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  /** Every connection breaks, in both directions and without a word. How many there were. */
  cut(): number {
    const { size } = this.splices;
    for (const { browser, server } of this.splices) for (const end of [browser, server]) end.resetAndDestroy();
    this.splices.clear();
    return size;
  }

  /** The same in place of the so manieth piece that comes from now on: what it carried is lost. */
  cutInsteadOf(piece: number): Promise<number> {
    return new Promise((resolve) => (this.ambush = { pieces: piece, resolve }));
  }

  /** Nothing comes through any more, and nothing is closed; who connects anew is not answered either. */
  fallSilent(): void {
    this.silent = true;
    for (const { browser, server } of this.splices) for (const end of [browser, server]) end.pause();
  }

  /** What was on its way arrives after all, as TCP sends it again. */
  speakAgain(): void {
    this.silent = false;
    for (const { browser, server } of this.splices) for (const end of [browser, server]) end.resume();
  }

  /** Whatever the server says takes up to this long, by chance, from now on; the order stays. */
  slowDown(delayMs: number): void {
    this.delayMs = delayMs;
  }

  takeAway(): void {
    this.listener.close();
    this.cut();
  }

  private splice(browser: Socket): void {
    const splice = { browser, server: connect({ port: this.serverPort, host: '127.0.0.1', allowHalfOpen: true }) };
    this.splices.add(splice);
    this.forward(splice, splice.browser, splice.server, () => 0);
    this.forward(splice, splice.server, splice.browser, () => Math.random() * this.delayMs);
    if (this.silent) for (const end of [splice.browser, splice.server]) end.pause();
  }

  private isAmbushed(): boolean {
    if (!this.ambush || --this.ambush.pieces > 0) return false;
    const { resolve } = this.ambush;
    this.ambush = undefined;
    resolve(this.cut());
    return true;
  }

  private forward(splice: Splice, from: Socket, to: Socket, delayMs: () => number): void {
    let last = Promise.resolve();
    // What is said later is not heard sooner.
    const inTurn = (act: () => void) => {
      // The slow line itself, not a wait for something.
      const waited = new Promise<void>((resolve) => setTimeout(resolve, delayMs()));
      last = Promise.all([last, waited]).then(() => {
        if (this.splices.has(splice)) act();
      });
    };
    from.on('data', (chunk) => inTurn(() => this.isAmbushed() || to.write(chunk)));
    from.on('end', () => inTurn(() => to.end()));
    from.on('error', () => to.resetAndDestroy());
    from.on('close', () => {
      if (splice.browser.destroyed && splice.server.destroyed) this.splices.delete(splice);
    });
  }
}
