import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import WebSocket, { WebSocketServer } from 'ws';
import type { ErrorCode } from '@ronghu/contract';
import type { Config } from '../../platform/config/config';
import { AppError } from '../../platform/errors/app-error';
import { DIRECTOR_OPS, DIRECTOR_PATH, type DirectorEvents, type DirectorOp, type DirectorOps, type DirectorRequest, type DirectorSnapshot } from './director-protocol';

export type LinkTls = NonNullable<Config['link']['tls']>;
export interface DirectorServerOptions { host?: string; port: number; token: string; /** Numbers travel on the link: between hosts it is encrypted. */ tls?: LinkTls | null; keyLifeMs?: number; now?: () => number; log?: (message: string) => void }
export interface DirectorHandler {
  snapshot(): DirectorSnapshot;
  handle<O extends DirectorOp>(op: O, args: DirectorOps[O]['args'], key: string | null): Promise<DirectorOps[O]['result']>;
}
interface KeyedResult { digest: string; at: number; answer: Promise<unknown> }
/** A client that reads slower than this is dropped: it comes back and gets a snapshot, instead of filling the director's memory. */
const BEAT_MS = 1000;
const MAX_BUFFERED = 16 * 1024 * 1024;
const KEYED: ReadonlySet<DirectorOp> = new Set<DirectorOp>(['phone', 'agentForce']);

/** The director's end of the link: authenticates, answers requests once per idempotency key, pushes events to every api process. */
export class DirectorServer {
  private readonly http: Server;
  private readonly beat: NodeJS.Timeout;
  private readonly sockets = new WebSocketServer({ noServer: true, maxPayload: 256 * 1024, perMessageDeflate: false });
  private readonly keys = new Map<string, KeyedResult>();

  constructor(private readonly options: DirectorServerOptions, private readonly handler: DirectorHandler) {
    if (options.token.length < 16) throw new Error('RONGHU_LINK_TOKEN must have at least 16 characters');
    const refuse: RequestListener = (_req, res) => { res.writeHead(426).end(); };
    this.http = options.tls ? (createHttps({ cert: readFileSync(options.tls.certFile), key: readFileSync(options.tls.keyFile) }, refuse) as unknown as Server) : createServer(refuse);
    // a host that lost its power says nothing: whoever hears no beat any more looks for another director
    this.beat = setInterval(() => { for (const ws of this.sockets.clients) if (ws.readyState === WebSocket.OPEN) ws.ping(); }, BEAT_MS);
    this.beat.unref();
    this.http.on('upgrade', (req, socket, head) => {
      const path = new URL(req.url ?? '/', 'http://director').pathname;
      if (path !== DIRECTOR_PATH || !sameToken(req.headers.authorization ?? '', `Bearer ${options.token}`)) { socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n'); return; }
      this.sockets.handleUpgrade(req, socket, head, (ws) => this.admit(ws));
    });
  }

  /** Opens the port; resolves with the port in use. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.http.once('error', reject);
      this.http.listen(this.options.port, this.options.host ?? '127.0.0.1', () => {
        const address = this.http.address();
        resolve(typeof address === 'object' && address ? address.port : this.options.port);
      });
    });
  }

  push<K extends keyof DirectorEvents>(event: K, data: DirectorEvents[K]): void {
    if (this.sockets.clients.size === 0) return;
    const frame = JSON.stringify({ event, data });
    for (const ws of this.sockets.clients) this.send(ws, frame);
  }

  async close(): Promise<void> {
    clearInterval(this.beat);
    for (const ws of this.sockets.clients) ws.terminate();
    await new Promise<void>((resolve) => this.http.close(() => resolve()));
  }

  private admit(ws: WebSocket): void {
    ws.on('error', () => ws.terminate());
    ws.on('message', (data: Buffer) => { void this.answer(ws, data); });
    this.send(ws, JSON.stringify({ event: 'snapshot', data: this.handler.snapshot() }));
  }

  private send(ws: WebSocket, frame: string): void {
    if (ws.readyState !== WebSocket.OPEN) return;
    if (ws.bufferedAmount > MAX_BUFFERED) { ws.terminate(); return; }
    ws.send(frame);
  }

  private async answer(ws: WebSocket, data: Buffer): Promise<void> {
    let id = 0;
    try {
      const value = parseFrame(data);
      // The number first: even a refused request is answered to whom it belongs.
      if (typeof value.id === 'number') id = value.id;
      const request = checkRequest(value);
      const result = await this.once(request);
      this.send(ws, JSON.stringify({ id, ok: true, result }));
    } catch (error) {
      const known = error instanceof AppError ? error : new AppError('INTERNAL');
      if (!(error instanceof AppError)) this.options.log?.(`director request failed: ${error instanceof Error ? error.stack : String(error)}`);
      this.send(ws, JSON.stringify({ id, ok: false, error: { code: known.code satisfies ErrorCode, message: known.message } }));
    }
  }

  /** The same key and content joins the first run, also while that is still under way; the same key with other content is refused. */
  private once(request: DirectorRequest): Promise<unknown> {
    if (!KEYED.has(request.op)) return this.handler.handle(request.op, request.args, request.key ?? null);
    if (!request.key) throw new AppError('IDEMPOTENCY_KEY_MISSING');
    const now = (this.options.now ?? Date.now)();
    const life = this.options.keyLifeMs ?? 600_000;
    for (const [key, kept] of this.keys) { if (now - kept.at < life) break; this.keys.delete(key); }
    const digest = JSON.stringify([request.op, request.args]);
    const kept = this.keys.get(request.key);
    if (kept) {
      if (kept.digest !== digest) throw new AppError('IDEMPOTENCY_KEY_REUSED');
      return kept.answer;
    }
    const answer = this.handler.handle(request.op, request.args, request.key);
    this.keys.set(request.key, { digest, at: now, answer });
    // A command refused before anything was done may be tried again with the same key.
    answer.catch((error: unknown) => { if (error instanceof AppError && (error.code === 'SWITCH_UNAVAILABLE' || error.code === 'DIRECTOR_UNAVAILABLE')) this.keys.delete(request.key ?? ''); });
    return answer;
  }
}

function parseFrame(data: Buffer): Record<string, unknown> {
  let value: unknown;
  try { value = JSON.parse(data.toString('utf8')); } catch { throw new AppError('BAD_INPUT'); }
  if (typeof value !== 'object' || value === null) throw new AppError('BAD_INPUT');
  return value as Record<string, unknown>;
}
function checkRequest({ id, op, args, key }: Record<string, unknown>): DirectorRequest {
  if (typeof id !== 'number' || typeof op !== 'string' || !(DIRECTOR_OPS as readonly string[]).includes(op) || typeof args !== 'object' || args === null || (key !== undefined && typeof key !== 'string')) throw new AppError('BAD_INPUT');
  return { id, op: op as DirectorOp, args: args as DirectorRequest['args'], ...(key === undefined ? {} : { key }) };
}

/** Compares digests, so that neither length nor content is told by the time it takes. */
function sameToken(given: string, wanted: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}
