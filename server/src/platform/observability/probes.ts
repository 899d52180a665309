import { timingSafeEqual } from 'node:crypto';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '../log';
import { sm3Hex } from '../crypto/sm3';
import type { Metrics } from './metrics';

export interface ProbeParts {
  role: string; version: string; startedAt: number; metrics: Metrics; log: Log;
  /** Null: /metrics answers callers on this machine alone. */
  metricsToken: string | null;
  /** Why the process should get no work now, in Chinese; empty when it should. */
  reasons(): Promise<string[]>;
}
const PATHS = new Set(['/healthz', '/readyz', '/metrics']);
const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;
const same = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(sm3Hex(a)), Buffer.from(sm3Hex(b)));

/** Whether this caller may read the metrics: with the token when one is set; else from this machine itself, and not through a proxy on it, since that would be anybody. */
export function mayRead(request: Pick<IncomingMessage, 'headers' | 'socket'>, token: string | null): boolean {
  if (token !== null) return same(request.headers.authorization ?? '', `Bearer ${token}`);
  const passedOn = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'].some((name) => request.headers[name] !== undefined);
  return !passedOn && LOOPBACK.test(request.socket.remoteAddress ?? '');
}

/** `/healthz`, `/readyz` and `/metrics`: answered without a session, before any middleware, with figures that say nothing about people (PF-69). */
export class Probes {
  private stopping = false;
  private asked: { at: number; reasons: Promise<string[]> } | null = null;
  constructor(private readonly p: ProbeParts) {}
  /** From now on not ready: a proxy sends its requests elsewhere while the last ones are answered. */
  stop(): void { this.stopping = true; }

  /** True when the request was one of ours and is being answered. */
  take(request: IncomingMessage, response: ServerResponse): boolean {
    const path = (request.url ?? '/').split('?')[0] as string;
    if (!PATHS.has(path)) return false;
    response.setHeader('x-request-id', randomUUID());
    response.setHeader('cache-control', 'no-store');
    response.setHeader('x-content-type-options', 'nosniff');
    if (request.method !== 'GET' && request.method !== 'HEAD') { response.writeHead(405, { allow: 'GET, HEAD' }).end(); return true; }
    void this.answer(path, request, response).catch((error: unknown) => {
      this.p.log.error('a probe could not be answered', { path, error });
      if (!response.headersSent) json(response, 503, { status: 'error' }); else response.destroy();
    });
    return true;
  }
  private async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { p } = this;
    if (path === '/healthz') { json(response, 200, { status: 'alive', role: p.role, version: p.version, uptimeSeconds: Math.floor((Date.now() - p.startedAt) / 1000) }); return; }
    if (path === '/readyz') {
      const reasons = await this.reasons();
      json(response, reasons.length ? 503 : 200, reasons.length ? { status: 'notReady', reasons } : { status: 'ready' });
      return;
    }
    if (!mayRead(request, p.metricsToken)) { json(response, 403, { code: 'FORBIDDEN', message: p.metricsToken === null ? '监控指标只对本机开放，或在配置中设置令牌' : '监控指标需要令牌' }); return; }
    response.writeHead(200, { 'content-type': p.metrics.contentType }).end(await p.metrics.text());
  }
  /** Asked at most once a second, however many ask. */
  private async reasons(): Promise<string[]> {
    if (this.stopping) return ['进程正在停止'];
    const now = performance.now();
    if (!this.asked || now - this.asked.at > 1000) this.asked = { at: now, reasons: this.p.reasons() };
    const reasons = await this.asked.reasons;
    return this.stopping ? ['进程正在停止'] : reasons;
  }
}
function json(response: ServerResponse, status: number, body: object): void { response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body)); }

/** The same three addresses on a loopback port of their own, for a director or a worker, which answer no people. */
export async function openProbePort(probes: Probes, port: number): Promise<{ port: number; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => { if (!probes.take(request, response)) response.writeHead(404).end(); });
  await new Promise<void>((resolve, reject) => { server.once('error', reject); server.listen(port, '127.0.0.1', resolve); });
  return { port: (server.address() as AddressInfo).port, close: async () => { server.closeAllConnections(); await new Promise<void>((resolve) => server.close(() => resolve())); } };
}
