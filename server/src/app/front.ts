import { readFileSync } from 'node:fs';
import { Agent, createServer, request as httpRequest, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ERRORS, type ErrorBody } from '@ronghu/contract';

export interface FrontOptions { host: string; port: number; /** Ports of the API processes on this host. */ targets: readonly number[]; tls: { certFile: string; keyFile: string } | null }
const ASIDE_MS = 500;

/**
 * A tiny front for several API processes on one host: each request and each live connection goes to the next of them, one that refuses is set aside for half a
 * second. Nothing sticks to a process. In production nginx or Tongtech's proxy does the same (docs/缓存与消息.md).
 */
export class Front {
  private readonly server: Server;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: Infinity, keepAliveMsecs: 5000 });
  private readonly aside = new Map<number, number>();
  private readonly tunnels = new Set<Duplex>();
  private turn = 0;
  constructor(private readonly o: FrontOptions) {
    const handle: RequestListener = (request, response) => this.pass(request, response, o.targets.length);
    this.server = o.tls ? (createHttps({ cert: readFileSync(o.tls.certFile), key: readFileSync(o.tls.keyFile) }, handle) as unknown as Server) : createServer(handle);
    this.server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => this.tunnel(request, socket, head, o.targets.length));
    this.server.keepAliveTimeout = 30_000;
  }
  listen(): Promise<number> { return new Promise((resolve, reject) => { this.server.once('error', reject); this.server.listen(this.o.port, this.o.host, () => resolve((this.server.address() as AddressInfo).port)); }); }
  async close(): Promise<void> {
    for (const socket of this.tunnels) socket.destroy();
    this.agent.destroy();
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }
  private next(): number {
    const { targets } = this.o, now = Date.now();
    for (let i = 0; i < targets.length; i++) { const port = targets[this.turn++ % targets.length] as number; if ((this.aside.get(port) ?? 0) <= now) return port; }
    return targets[this.turn++ % targets.length] as number;
  }
  /** What the caller claims about itself is replaced: the processes behind trust these headers. */
  private headers(request: IncomingMessage): Record<string, string | string[] | undefined> {
    return { ...request.headers, 'x-forwarded-for': request.socket.remoteAddress ?? '', 'x-forwarded-proto': this.o.tls ? 'https' : 'http' };
  }
  private pass(request: IncomingMessage, response: ServerResponse, tries: number): void {
    const port = this.next(), out = httpRequest({ host: '127.0.0.1', port, method: request.method, path: request.url, headers: this.headers(request), agent: this.agent });
    let begun = false;
    const send = (): void => { begun = true; request.pipe(out); };
    out.on('socket', (socket) => { if (socket.connecting) socket.once('connect', send); else send(); });
    out.on('response', (answer) => { response.writeHead(answer.statusCode ?? 502, answer.headers); answer.pipe(response); answer.on('error', () => response.destroy()); });
    out.on('error', () => {
      this.aside.set(port, Date.now() + ASIDE_MS);
      if (response.headersSent) { response.destroy(); return; }
      // nothing was sent, or nothing that could act twice: another process may answer
      const harmless = !begun || request.method === 'GET' || request.method === 'HEAD';
      if (harmless && tries > 1 && !response.destroyed) { request.unpipe(out); this.pass(request, response, tries - 1); return; }
      const [status, message] = ERRORS.SERVICE_UNAVAILABLE;
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }).end(JSON.stringify({ code: 'SERVICE_UNAVAILABLE', message, requestId: '' } satisfies ErrorBody));
    });
    response.on('close', () => { if (!response.writableFinished) out.destroy(); });
  }
  private tunnel(request: IncomingMessage, socket: Socket, head: Buffer, tries: number): void {
    const port = this.next(), far = connect(port, '127.0.0.1');
    let open = false;
    const gone = (): void => { socket.destroy(); };
    far.once('connect', () => {
      open = true;
      const lines = Object.entries(this.headers(request)).flatMap(([name, value]) => (Array.isArray(value) ? value : [value ?? '']).map((v) => `${name}: ${v}`));
      far.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      far.write(head);
      for (const end of [socket, far]) { this.tunnels.add(end); end.once('close', () => { this.tunnels.delete(end); socket.destroy(); far.destroy(); }); }
      socket.pipe(far).pipe(socket);
    });
    far.on('error', () => {
      this.aside.set(port, Date.now() + ASIDE_MS);
      if (!open && tries > 1) { socket.off('error', gone); this.tunnel(request, socket, head, tries - 1); } else socket.destroy();
    });
    socket.on('error', gone);
  }
}
async function main(): Promise<void> {
  const { env } = process, front = new Front({ host: env.RONGHU_HTTP_HOST ?? '127.0.0.1', port: Number(env.RONGHU_HTTP_PORT), targets: (env.RONGHU_FRONT_TARGETS ?? '').split(',').map(Number), tls: env.RONGHU_TLS_CERT && env.RONGHU_TLS_KEY ? { certFile: env.RONGHU_TLS_CERT, keyFile: env.RONGHU_TLS_KEY } : null });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void front.close().finally(() => process.exit(0)));
  console.log(`ready ${await front.listen()}`);
}
if (require.main === module) main().catch((error: unknown) => { console.error(error); process.exit(1); });
