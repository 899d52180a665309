import { createServer as createHttps } from 'node:https';
import { readFileSync } from 'node:fs';
import type { Server, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { App, Configuration } from '@midwayjs/core';
import { Bootstrap } from '@midwayjs/bootstrap';
import * as koa from '@midwayjs/koa';
import { LiveServer } from '../platform/realtime/live-server';
import { markFront, routeOf } from '../platform/http/front';
import { errorsAndHeaders, fronts, session } from '../platform/http/middleware';
import { IdentityController } from '../platform/identity/identity.controller';
import { PlatformConfiguration, provide } from '../platform/http/platform.component';
import type { Platform } from '../platform/platform';

export interface HttpServer {
  server: Server; live: LiveServer; readonly port: number;
  /** Opens the port; a process that is worker only never does. */
  listen(): Promise<void>;
  /** For `noticeMs` it still answers, each answer the last of its connection, so that a balancer that asked /readyz turns away; then it takes nobody new and what is under way gets `finishMs` to end (PF-58). */
  close(options?: { noticeMs?: number; finishMs?: number }): Promise<void>;
}
/** Longer than the slowest page, shorter than what a supervisor allows a process for its end. */
const FINISH_MS = 15_000;
/** Others are counted together: a caller must not make time series of its own. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE']);
/** A Midway component of a module: `{ Configuration, ...controllers }` as its index exports them. */
export type ModuleComponent = Record<string, unknown>;

/** Starts Midway with the modules given and the live connection on the same port. `extra` are shared domain services by name. Wired before it listens: the first request finds everything. */
export async function startHttp(platform: Platform, modules: readonly ModuleComponent[], extra: Record<string, unknown>): Promise<HttpServer> {
  const { config, log } = platform;
  provide(platform, extra);
  @Configuration({ imports: [koa, { Configuration: PlatformConfiguration, IdentityController }, ...modules] as never[] })
  class MainConfiguration {
    @App('koa') app!: koa.Application;
    async onReady(): Promise<void> {
      this.app.getMiddleware().insertFirst(errorsAndHeaders(log) as never); // before the body parser, whose own errors are HTML
      this.app.useMiddleware([session(platform.sessions, platform.idempotency), fronts(config.fronts, config.production)] as never);
    }
  }
  const quiet = { dir: join(config.dataDir, 'logs'), transports: { console: false, file: false, error: false, json: false } };
  const cwd = process.cwd();
  Bootstrap.configure({
    appDir: config.dataDir, baseDir: __dirname, imports: [{ MainConfiguration, Configuration: MainConfiguration }], moduleDetector: false,
    globalConfig: { keys: [platform.keys.signIn.id], koa: { port: null, proxy: config.http.trustProxy, maxIpsCount: 1 }, bodyParser: { enableTypes: ['json'], jsonLimit: '2mb' }, midwayLogger: { default: quiet, clients: { coreLogger: quiet, appLogger: quiet } }, asyncContextManager: { enable: false } },
  } as never);
  const signals = ['SIGINT', 'SIGQUIT', 'SIGTERM'] as const, ours = signals.map((signal) => process.listeners(signal));
  await Bootstrap.run();
  // Bootstrap would end the process at once on a signal, in the middle of whatever is being answered: how we end is told by the role
  for (const [i, signal] of signals.entries()) for (const listener of process.listeners(signal)) if (!ours[i]?.includes(listener)) process.removeListener(signal, listener as NodeJS.SignalsListener);
  process.chdir(cwd); // Bootstrap moves the process into appDir
  const app = Bootstrap.getApplicationContext().get<koa.Framework>(koa.Framework as never);
  const handler = app.getApplication().callback();
  const onRequest = (request: Parameters<typeof handler>[0], response: Parameters<typeof handler>[1]) => { void handler(request, response); };
  const server: Server = config.http.tls ? (createHttps({ cert: readFileSync(config.http.tls.certFile), key: readFileSync(config.http.tls.keyFile) }) as unknown as Server) : (await import('node:http')).createServer();
  const live = new LiveServer(server, platform);
  // engine.io took the listeners of its own path; ours marks the front end before either looks at the address
  const engine = server.listeners('request') as ((...args: unknown[]) => void)[], upgrades = server.listeners('upgrade') as ((...args: unknown[]) => void)[];
  server.removeAllListeners('request').removeAllListeners('upgrade');
  const { probe, metrics } = platform.observability, answering = new Set<ServerResponse>();
  let leaving = false;
  server.on('request', (request, response) => {
    if (probe.take(request, response)) return;
    markFront(request);
    const begin = performance.now();
    if (leaving) response.setHeader('connection', 'close');
    answering.add(response);
    response.once('close', () => { answering.delete(response); if (leaving && !server.listening) setImmediate(() => server.closeIdleConnections()); });
    response.once('close', () => metrics.request(METHODS.has(request.method ?? '') ? (request.method as string) : 'OTHER', routeOf(request), response.writableFinished ? response.statusCode : 499, performance.now() - begin));
    if ((request.url ?? '').startsWith('/live/')) for (const listener of engine) listener(request, response); else onRequest(request, response);
  });
  server.on('upgrade', (request, socket, head) => { markFront(request); if (!(request.url ?? '').startsWith('/live/')) { socket.destroy(); return; } for (const listener of upgrades) listener(request, socket, head); });
  return {
    server, live, get port() { return (server.address() as { port: number } | null)?.port ?? 0; },
    async listen() {
      if (!platform.roles.api || server.listening) return;
      await new Promise<void>((resolve, reject) => { server.once('error', reject); server.listen(config.http.port, config.http.host, resolve); });
    },
    async close({ noticeMs = 0, finishMs = FINISH_MS } = {}) {
      leaving = true;
      for (const response of answering) if (!response.headersSent) response.setHeader('connection', 'close');
      if (server.listening && noticeMs > 0) await wait(noticeMs);
      const closed = server.listening ? new Promise<void>((resolve) => server.close(() => resolve())) : Promise.resolve(), over = new AbortController(), quiet = live.close(); // that waits for the port's last connection too
      await Promise.race([closed, wait(finishMs, undefined, { signal: over.signal }).catch(() => undefined)]);
      over.abort();
      if (answering.size) log.warn('requests that did not end were cut off', { count: answering.size });
      server.closeAllConnections();
      await Promise.all([closed, quiet]);
      await Bootstrap.stop();
    },
  };
}
