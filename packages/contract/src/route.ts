import type { z } from 'zod';
import type { Permission } from './permissions';

/** HTTP verbs in use. GET never changes anything; every other verb carries an idempotency key where `keyed`. */
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * One route of the API, shared by the server (path, permission, validation) and the request client (types).
 * `permission`: the right the caller needs; `'public'` = no session; `'session'` = any signed-in person.
 * `keyed`: rings, sends, dispatches or signs, so the header `idempotency-key` is required; the same key answers the same result.
 * `response`: 'json' (default), 'file' (bytes), 'html'.
 */
export interface Route<P = unknown, Q = unknown, B = unknown, R = unknown> {
  method: Method;
  path: string;
  permission: Permission | 'public' | 'session';
  params?: z.ZodType<P>;
  query?: z.ZodType<Q>;
  body?: z.ZodType<B>;
  keyed?: boolean;
  response?: 'json' | 'file' | 'html';
  /** Type carrier only; never set. */
  _result?: R;
}

type Spec<P, Q, B> = Omit<Route<P, Q, B>, '_result'>;

/** Declares a route; the result type is given explicitly: `route<OrderView>()({...})`. */
export function route<R>() {
  return <P = undefined, Q = undefined, B = undefined>(spec: Spec<P, Q, B>): Route<P, Q, B, R> => spec;
}

export type ParamsOf<T> = T extends Route<infer P, unknown, unknown, unknown> ? P : never;
export type QueryOf<T> = T extends Route<infer _P, infer Q, infer _B, infer _R> ? Q : never;
export type BodyOf<T> = T extends Route<infer _P, infer _Q, infer B, infer _R> ? B : never;
export type ResultOf<T> = T extends Route<infer _P, infer _Q, infer _B, infer R> ? R : never;
