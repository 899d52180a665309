import { randomUUID } from 'node:crypto';
import type { Context, NextFunction } from '@midwayjs/koa';
import sirv from 'sirv';
import { ERRORS, type ErrorBody, type ErrorCode, type FrontEnd } from '@ronghu/contract';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../errors/app-error';
import type { Log } from '../log';
import type { SessionService } from '../identity/session.service';
import { FRONT_PATHS, frontOf, sessionToken } from './front';
import type { Idempotency } from './idempotency';
import type { RequestState } from './endpoint';

const CSP = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; connect-src 'self' ws: wss:; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
/** Headers of every answer, the request's id, and one JSON form for every error. Unknown errors are logged whole and told as INTERNAL. */
export function errorsAndHeaders(log: Log) {
  return async (ctx: Context, next: NextFunction): Promise<unknown> => {
    const requestId = randomUUID();
    (ctx.state as RequestState).requestId = requestId;
    ctx.set({ 'x-request-id': requestId, 'x-content-type-options': 'nosniff', 'referrer-policy': 'same-origin', 'content-security-policy': CSP, 'permissions-policy': 'camera=(self), microphone=(self), geolocation=(self)' });
    if (frontOf(ctx.req)) ctx.set('cache-control', 'no-store');
    try {
      const result = await next();
      if (ctx.status === 404 && !ctx.body && result === undefined && frontOf(ctx.req)) throw new AppError('NOT_FOUND');
      return result;
    } catch (error) {
      const known = toAppError(error);
      if (known.code === 'INTERNAL' || known.status >= 503) log.error('request failed', { requestId, method: ctx.method, path: ctx.path, ...subjectOf(ctx), error });
      ctx.status = known.status;
      ctx.body = { code: known.code, message: known.message, requestId, details: known.details } satisfies ErrorBody;
      return undefined;
    }
  };
}
/** The order or the call that a request was about, as its address names it. */
function subjectOf(ctx: Context): { orderId?: number; callId?: string } {
  const order = /\/orders\/\d+\/(\d+)/.exec(ctx.path)?.[1], call = /\/(?:calls|drafts)\/([0-9a-f-]{36})/.exec(ctx.path)?.[1];
  return { ...(order ? { orderId: Number(order) } : {}), ...(call ? { callId: call } : {}) };
}
function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const status = (error as { status?: unknown } | null)?.status, type = (error as { type?: unknown } | null)?.type;
  if (status === 404) return new AppError('NOT_FOUND', '没有这个地址');
  if (status === 413) return new AppError('TOO_LARGE');
  if (status === 400 || type === 'entity.parse.failed' || error instanceof SyntaxError) return new AppError('BAD_INPUT', '提交的内容不是有效的 JSON');
  return new AppError('INTERNAL', undefined, undefined, error);
}
/** Who is asking. Routes decide whether that is enough. */
export function session(sessions: SessionService, idempotency: Idempotency) {
  return async (ctx: Context, next: NextFunction): Promise<unknown> => {
    const front = frontOf(ctx.req), state = ctx.state as RequestState;
    state.idempotency = idempotency;
    if (front) {
      const found = await sessions.resolve(sessionToken(ctx.get('cookie'), front), front, ctx.ip);
      if (found) { state.scope = found.scope; state.mustChange = found.mustChange; }
    }
    return next();
  };
}
/** The three front ends below their paths, with the page itself for every path that is not a file; `/` leads to the portal. `fixed`: the folders do not change while we run, so they are read once. */
export function fronts(dirs: Record<FrontEnd, string>, fixed: boolean) {
  const serve = (Object.entries(FRONT_PATHS) as [FrontEnd, string][]).filter(([front]) => !fixed || existsSync(join(dirs[front], 'index.html'))).map(([front, path]) => ({
    path, handler: sirv(dirs[front], { single: true, dev: !fixed, etag: true, gzip: true, setHeaders: (response, file) => response.setHeader('cache-control', /\/assets\//.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache') }),
  }));
  return async (ctx: Context, next: NextFunction): Promise<unknown> => {
    if (frontOf(ctx.req) || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next();
    if (ctx.path === '/') { ctx.redirect('/admin/'); return undefined; }
    const hit = serve.find(({ path }) => ctx.path === path || ctx.path.startsWith(`${path}/`));
    if (!hit) return next();
    if (ctx.path === hit.path) { ctx.redirect(`${hit.path}/`); return undefined; }
    ctx.respond = false;
    ctx.res.statusCode = 200;
    ctx.req.url = (ctx.req.url ?? '/').slice(hit.path.length) || '/';
    await new Promise<void>((resolve) => { ctx.res.once('close', resolve); hit.handler(ctx.req, ctx.res, () => { ctx.res.statusCode = 404; ctx.res.end(); }); });
    return undefined;
  };
}
export const statusOf = (code: ErrorCode): number => ERRORS[code][0];
