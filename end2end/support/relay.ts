import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

/** What a client and the server say to each other, as far as it is looked at here. */
export interface Message {
  type: string;
  seq?: number;
  body?: string;
  [field: string]: unknown;
}

/** What becomes of a message: none, one or several in its place. */
export type Meddle = (message: Message, towards: 'server' | 'page') => Message[];

const honest: Meddle = (message) => [message];

/** A server's place, taken by somebody who sees all that one person and the server say to each other, and may change it. */
export class Relay {
  /** Every frame in either direction, and everything that was asked for by HTTP. */
  readonly frames: string[] = [];
  readonly requests: string[] = [];
  meddle: Meddle = honest;

  private constructor(
    private readonly http: HttpServer,
    private readonly sockets: WebSocketServer,
    private readonly server: { origin: string },
  ) {
    http.on('request', (asked, answer) => this.fetch(asked, answer));
    http.on('upgrade', (asked, socket, head) => {
      this.note(asked, '');
      sockets.handleUpgrade(asked, socket, head, (page) => this.join(page));
    });
  }

  static async lay(server: { origin: string }): Promise<Relay> {
    const http = createServer().listen(0, '127.0.0.1');
    await once(http, 'listening');
    return new Relay(http, new WebSocketServer({ noServer: true }), server);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** How many frames or requests hold this. */
  count(text: string | RegExp): number {
    const holds = (each: string) => (typeof text === 'string' ? each.includes(text) : text.test(each));
    return [...this.frames, ...this.requests].filter(holds).length;
  }

  takeAway(): void {
    for (const socket of this.sockets.clients) socket.terminate();
    this.http.closeAllConnections();
    this.http.close();
  }

  private note({ method, url, headers }: IncomingMessage, body: string): void {
    this.requests.push(`${method} ${url}\n${JSON.stringify(headers)}\n${body}`);
  }

  private fetch(asked: IncomingMessage, answer: ServerResponse): void {
    const chunks: Buffer[] = [];
    asked.on('data', (chunk: Buffer) => chunks.push(chunk));
    asked.on('end', () => {
      const body = Buffer.concat(chunks);
      this.note(asked, body.toString());
      const { host, origin, ...headers } = asked.headers;
      const target = new URL(asked.url ?? '/', this.server.origin);
      const passed = request(target, { method: asked.method, headers }, (given) => {
        answer.writeHead(given.statusCode ?? 502, given.headers);
        given.pipe(answer);
      });
      passed.on('error', () => answer.destroy());
      passed.end(body);
    });
  }

  private join(page: WebSocket): void {
    const origin = this.server.origin;
    const server = new WebSocket(`${origin.replace('http', 'ws')}/ws`, { origin, perMessageDeflate: false });
    const waiting: string[] = [];
    server.on('open', () => waiting.splice(0).forEach((text) => server.send(text)));
    page.on('message', (data) => {
      for (const text of this.pass(data.toString(), 'server')) {
        if (server.readyState === WebSocket.OPEN) server.send(text);
        else waiting.push(text);
      }
    });
    server.on('message', (data) => this.pass(data.toString(), 'page').forEach((text) => page.send(text)));
    page.on('close', () => server.close());
    server.on('close', () => page.close());
    for (const end of [page, server]) end.on('error', () => end.terminate());
  }

  private pass(text: string, towards: 'server' | 'page'): string[] {
    this.frames.push(text);
    return this.meddle(JSON.parse(text) as Message, towards).map((message) => JSON.stringify(message));
  }
}
