import { createHash } from 'node:crypto';
import { Del, Get, Post, Put } from '@midwayjs/core';
import type { Context } from '@midwayjs/koa';
import type { z } from 'zod';
import { Uuid, type Route } from '@ronghu/contract';
import { AppError } from '../errors/app-error';
import type { Scope } from '../identity/scope';
import { requirePermission } from '../identity/scope';
import type { Idempotency } from './idempotency';
import { frontOf, nameRoute } from './front';

/** What the session middleware puts on the request. */
export interface RequestState { scope?: Scope; mustChange?: boolean; idempotency: Idempotency; requestId: string }
const stateOf = (ctx: Context): RequestState => ctx.state as RequestState;
type Out<T, K extends 'params' | 'query' | 'body'> = T extends { [P in K]?: z.ZodType<infer V> } ? V : undefined;

const parse = <V>(schema: z.ZodType<V> | undefined, value: unknown, where: string): V => {
  if (!schema) return undefined as V;
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const details = result.error.issues.slice(0, 20).map((issue) => ({ path: issue.path.join('.') || where, message: issue.code === 'unrecognized_keys' ? `不认识的字段：${issue.keys.join('、')}` : zhIssue(issue) }));
  throw new AppError('BAD_INPUT', `提交的内容不正确：${details[0]?.path ?? where} ${details[0]?.message ?? ''}`.trim(), details);
};
/** zod's own sentences are English; ours, given in the schema, are Chinese and pass. */
function zhIssue(issue: z.core.$ZodIssue): string {
  if (/[\u4e00-\u9fff]/.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type': return issue.input === undefined ? '不能缺少' : '类型不正确';
    case 'too_big': return `不能大于 ${String(issue.maximum)}`;
    case 'too_small': return `不能小于 ${String(issue.minimum)}`;
    case 'invalid_value': return '不在可选范围内';
    default: return '格式不正确';
  }
}

/**
 * First statement of every route: session, forced password change, permission, CSRF header, idempotency key, then the parsed input.
 * @throws AppError UNAUTHENTICATED, PASSWORD_CHANGE_REQUIRED, FORBIDDEN, BAD_INPUT, IDEMPOTENCY_KEY_MISSING
 */
export function admit<T extends Route<unknown, unknown, unknown, unknown>>(ctx: Context, route: T): { scope: Scope; params: Out<T, 'params'>; query: Out<T, 'query'>; body: Out<T, 'body'>; key: string } {
  const state = stateOf(ctx);
  guard(ctx, route);
  return {
    scope: state.scope as Scope, key: ctx.get('idempotency-key'),
    params: parse(route.params as z.ZodType<Out<T, 'params'>> | undefined, ctx.params, 'params'), query: parse(route.query as z.ZodType<Out<T, 'query'>> | undefined, ctx.query, 'query'),
    body: parse(route.body as z.ZodType<Out<T, 'body'>> | undefined, (ctx.request as { body?: unknown }).body, 'body'),
  };
}
function guard(ctx: Context, route: Route<unknown, unknown, unknown, unknown>): void {
  const state = stateOf(ctx);
  if (!frontOf(ctx.req)) throw new AppError('NOT_FOUND');
  nameRoute(ctx.req, route.path);
  if (route.method !== 'GET' && ctx.get('x-ronghu') !== '1') throw new AppError('FORBIDDEN', '请求来源不可信，请从系统页面操作');
  if (route.permission === 'public') return;
  if (!state.scope) throw new AppError('UNAUTHENTICATED');
  if (state.mustChange && !['/identity/me', '/identity/password', '/identity/sign-out', '/identity/sign-in-key'].includes(route.path)) throw new AppError('PASSWORD_CHANGE_REQUIRED');
  if (route.permission !== 'session') requirePermission(state.scope, route.permission);
  if (route.keyed && !Uuid.safeParse(ctx.get('idempotency-key')).success) throw new AppError('IDEMPOTENCY_KEY_MISSING');
}

/** Registers a controller method for a route of the contract. Keyed routes answer a repeated key with the first answer, without running again. */
export function Endpoint(route: Route<unknown, unknown, unknown, unknown>): MethodDecorator {
  return (target, key, descriptor: PropertyDescriptor) => {
    const run = descriptor.value as (this: { ctx: Context }, ...args: unknown[]) => Promise<unknown>;
    if (route.keyed) {
      descriptor.value = async function keyed(this: { ctx: Context }, ...args: unknown[]): Promise<unknown> {
        guard(this.ctx, route);
        const { scope, idempotency } = stateOf(this.ctx);
        const body = (this.ctx.request as { body?: unknown; rawBody?: string }).body;
        const digest = createHash('sm3').update(`${this.ctx.path}\n${body && typeof body === 'object' ? JSON.stringify(body) : this.ctx.get('content-length')}`).digest('hex');
        return idempotency.once({ accountId: (scope as Scope).accountId, key: this.ctx.get('idempotency-key'), route: `${route.method} ${route.path}`, digest }, () => run.apply(this, args));
      };
    }
    const path = `/api${route.path}`;
    const map = { GET: Get, POST: Post, PUT: Put, DELETE: Del }[route.method](path);
    map(target, key, descriptor);
  };
}
