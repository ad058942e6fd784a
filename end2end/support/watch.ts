import { expect, type BrowserContext, type Page, type Request, type WebSocket } from '@playwright/test';

/** Hears everything that a page says and sends, and judges it when the test is over. */
export class Watch {
  private readonly complaints: string[] = [];
  private readonly addresses: string[] = [];
  private readonly sent: { where: string; text: string }[] = [];
  private readonly secrets = new Set<string>();
  private readonly expected: RegExp[] = [];

  constructor(
    readonly who: string,
    private readonly origin: string,
  ) {}

  attach(context: BrowserContext, page: Page): void {
    context.on('request', (request) => this.onRequest(request));
    context.on('requestfailed', (request) => this.onFailure(request));
    page.on('console', (message) => {
      const where = message.location().url;
      if (['error', 'warning', 'assert'].includes(message.type())) this.complaints.push(`${message.text()} (${where})`);
    });
    page.on('pageerror', (error) => this.complaints.push(`uncaught: ${error.stack ?? error.message}`));
    page.on('crash', () => this.complaints.push('the page crashed'));
    page.on('websocket', (socket) => this.onSocket(socket));
    page.on('framenavigated', (frame) => this.learnSecrets(frame.url()));
  }

  /** A complaint that this test brings about on purpose. */
  expects(complaint: RegExp): void {
    this.expected.push(complaint);
  }

  /** What was heard so far was brought about on purpose, and has been judged. */
  forget(): void {
    this.complaints.length = 0;
    this.addresses.length = 0;
  }

  /** The rooms that this page has been in front of, as addresses name them. */
  get rooms(): string[] {
    return this.addresses.flatMap((url) => /\/[rm]\/([^/?]+)/.exec(new URL(url).pathname)?.[1] ?? []);
  }

  /** The parts of a sealed link that nobody but the people in the room may see. */
  learnSecrets(url: string): void {
    const [, fragment] = url.split('#');
    for (const part of (fragment ?? '').split(/[.&]/)) if (part.length >= 16) this.secrets.add(part);
  }

  /** How many of its own secrets this watch has learnt. */
  get secretsKnown(): number {
    return this.secrets.size;
  }

  /** What a socket has sent so far, to prove that the watch hears it. */
  get framesSent(): number {
    return this.sent.filter(({ where }) => where === 'a socket frame').length;
  }

  /** How many things that were sent hold this text. */
  sentTexts(text: string): number {
    return this.sent.filter((each) => each.text.includes(text)).length;
  }

  /** What is wrong with what was heard. */
  findings(secrets: string[]): { complaints: string[]; elsewhere: string[]; leaks: string[] } {
    return {
      complaints: this.complaints.filter((line) => !this.expected.some((expected) => expected.test(line))),
      elsewhere: this.addresses.filter((url) => !this.isOurs(url)),
      leaks: this.sent.filter(({ text }) => secrets.some((secret) => text.includes(secret))).map(({ where }) => where),
    };
  }

  verdict(secrets: string[]): void {
    const { complaints, elsewhere, leaks } = this.findings(secrets);
    expect.soft(complaints, `${this.who}'s page complained`).toEqual([]);
    expect.soft(elsewhere, `${this.who}'s page asked elsewhere`).toEqual([]);
    expect.soft(leaks, `${this.who}'s page gave the key away`).toEqual([]);
  }

  get ownSecrets(): string[] {
    return [...this.secrets];
  }

  private isOurs(url: string): boolean {
    const { protocol, host } = new URL(url);
    return ['data:', 'blob:', 'about:'].includes(protocol) || host === new URL(this.origin).host;
  }

  private onRequest(request: Request): void {
    // The fragment of an address stays in the browser; everything before it travels.
    const [url] = request.url().split('#');
    this.addresses.push(url);
    const headers = Object.entries(request.headers()).map(([name, value]) => `${name}: ${value}`);
    this.sent.push({ where: `${request.method()} ${url}`, text: [url, ...headers, request.postData() ?? ''].join('\n') });
  }

  private onFailure(request: Request): void {
    const reason = request.failure()?.errorText ?? '';
    // Going to another page cuts off what was on its way.
    if (reason !== 'net::ERR_ABORTED') this.complaints.push(`${request.url()} failed: ${reason}`);
  }

  private onSocket(socket: WebSocket): void {
    this.addresses.push(socket.url());
    this.sent.push({ where: 'a socket address', text: socket.url() });
    socket.on('framesent', ({ payload }) => this.sent.push({ where: 'a socket frame', text: payload.toString() }));
  }
}
