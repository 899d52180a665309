import { routes, type FrontEnd, type ResultOf, type Route, type RouteName } from '@ronghu/contract';
import { ApiError } from './api-error';
import { online } from './connectivity';
import { FRONT_BASE, fillPath, queryString } from './request-url';
import { uuid } from './uuid';

type Routes = typeof routes;
type Parts<T> = T extends Route<infer P, infer Q, infer B, infer _R> ? { params: P; query: Q; body: B } : never;
type ParamsPart<P> = [P] extends [undefined] ? { params?: undefined } : { params: P };
/** Defaults are the server's to fill in, so every query field may be left out. */
type QueryPart<Q> = [Q] extends [undefined] ? { query?: undefined } : { query?: Partial<Q> };
type BodyPart<B> = [B] extends [undefined] ? { body?: undefined } : { body: B };
interface Common { /** Idempotency key of the user's action; made here when a keyed route gets none. */ key?: string; signal?: AbortSignal; /** Default 15 000 ms. */ timeoutMs?: number }
export type CallOptions<N extends RouteName> = ParamsPart<Parts<Routes[N]>['params']> & QueryPart<Parts<Routes[N]>['query']> & BodyPart<Parts<Routes[N]>['body']> & Common;
type CallArguments<N extends RouteName> = Record<never, never> extends CallOptions<N> ? [options?: CallOptions<N>] : [options: CallOptions<N>];
export type ResultOfRoute<N extends RouteName> = ResultOf<Routes[N]>;

export interface UploadOptions { fields: Record<string, string | number | null | undefined>; file: Blob; fileName: string; key?: string; signal?: AbortSignal; onProgress?: (sentBytes: number, totalBytes: number) => void }
export interface ApiHooks { onUnauthenticated?: (error: ApiError) => void; onPasswordChangeRequired?: (error: ApiError) => void }
export interface Api {
  readonly front: FrontEnd;
  /** Calls a route of the contract. Throws ApiError only. */
  call<N extends RouteName>(name: N, ...args: CallArguments<N>): Promise<ResultOfRoute<N>>;
  /** Address of a file route, for `<audio src>`, `<img src>` and links. */
  url<N extends RouteName>(name: N, ...args: CallArguments<N>): string;
  /** Fetches a file route and hands it to the browser's download, under the server's name or `fileName`. */
  download<N extends RouteName>(name: N, ...args: [...CallArguments<N>, fileName?: string]): Promise<void>;
  /** Sends multipart/form-data with the bytes of one file and tells the progress. */
  upload<N extends RouteName>(name: N, options: UploadOptions): Promise<ResultOfRoute<N>>;
  /** Adds hooks later: the session store does so. */
  hook(hooks: ApiHooks): void;
}

/** Plain form of the options inside, once the types at the gate have done their work. */
interface Loose extends Common { params?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown }
const RETRY_DELAYS_MS = [300, 1200];
const DEFAULT_TIMEOUT_MS = 15_000;
let current: Api | null = null;

/** The one request client of this page. */
export function useApi(): Api {
  if (current === null) throw new Error('createApi must run before useApi');
  return current;
}

/**
 * Makes the request client of one front end and remembers it for `useApi`. A lost answer is asked for again (GET and keyed routes only, with the
 * same key), so a short outage is not seen by the person and nothing happens twice.
 */
export function createApi(front: FrontEnd, options: ApiHooks & { fetch?: typeof fetch; wait?: (ms: number) => Promise<void> } = {}): Api {
  const hooks: ApiHooks[] = [options];
  const send = options.fetch ?? ((input: RequestInfo | URL, init?: RequestInit) => fetch(input, init));
  const wait = options.wait ?? ((ms: number) => new Promise<void>((done) => setTimeout(done, ms)));
  const address = (name: RouteName, o: Loose): string => FRONT_BASE[front] + '/api' + fillPath(routes[name].path, o.params) + queryString(o.query);

  function refuse(error: ApiError): ApiError {
    if (error.code === 'UNAUTHENTICATED') for (const h of hooks) h.onUnauthenticated?.(error);
    if (error.code === 'PASSWORD_CHANGE_REQUIRED') for (const h of hooks) h.onPasswordChangeRequired?.(error);
    return error;
  }

  async function once(name: RouteName, o: Loose, headers: Record<string, string>): Promise<Response> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort('timeout'), o.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const cancel = (): void => stop.abort('cancelled');
    o.signal?.addEventListener('abort', cancel);
    if (o.signal?.aborted) cancel();
    try {
      const answer = await send(address(name, o), { method: routes[name].method, headers, body: o.body === undefined ? undefined : JSON.stringify(o.body), credentials: 'same-origin', cache: 'no-store', signal: stop.signal });
      online.value = true;
      return answer;
    } catch {
      if (stop.signal.reason === 'cancelled') throw ApiError.client('CANCELLED');
      if (stop.signal.reason === 'timeout') throw ApiError.client('TIMEOUT');
      online.value = false;
      throw ApiError.client('OFFLINE');
    } finally {
      clearTimeout(timer);
      o.signal?.removeEventListener('abort', cancel);
    }
  }

  async function exchange(name: RouteName, o: Loose): Promise<Response> {
    const route: Route = routes[name] as Route;
    const headers: Record<string, string> = { accept: 'application/json' };
    if (o.body !== undefined) headers['content-type'] = 'application/json';
    if (route.method !== 'GET') headers['x-ronghu'] = '1';
    if (route.keyed === true) headers['idempotency-key'] = o.key ?? uuid();
    const repeatable = route.method === 'GET' || route.keyed === true;
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await once(name, o, headers);
        if (answer.ok) return answer;
        throw ApiError.fromAnswer(answer.status, await answer.json().catch(() => null));
      } catch (thrown) {
        const error = thrown instanceof ApiError ? thrown : ApiError.client('BAD_ANSWER');
        const delay = RETRY_DELAYS_MS[attempt];
        const again = repeatable && delay !== undefined && (error.code === 'OFFLINE' || error.code === 'UNREACHABLE' || (error.code === 'TIMEOUT' && attempt === 0));
        if (!again) throw refuse(error);
        await wait(delay);
      }
    }
  }

  const api: Api = {
    front,
    async call<N extends RouteName>(name: N, ...args: CallArguments<N>): Promise<ResultOfRoute<N>> {
      const answer = await exchange(name, (args[0] ?? {}) as Loose);
      try {
        return await answer.json() as ResultOfRoute<N>;
      } catch {
        throw ApiError.client('BAD_ANSWER');
      }
    },
    url: (name, ...args) => address(name, (args[0] ?? {}) as Loose),
    async download(name, ...args) {
      const o = (typeof args[0] === 'object' ? args[0] : {}) as Loose;
      const wanted = args.find((a): a is string => typeof a === 'string');
      const answer = await exchange(name, { timeoutMs: 120_000, ...o });
      saveBlob(await answer.blob(), wanted ?? fileNameOf(answer.headers.get('content-disposition')) ?? 'download');
    },
    async upload<N extends RouteName>(name: N, o: UploadOptions): Promise<ResultOfRoute<N>> {
      try {
        return await uploadForm<ResultOfRoute<N>>(FRONT_BASE[front] + '/api' + routes[name].path, routes[name].method, o);
      } catch (error) {
        throw error instanceof ApiError ? refuse(error) : error;
      }
    },
    hook(more) { hooks.push(more); },
  };
  current = api;
  return api;
}

/** `fetch` tells no upload progress, so this one uses XMLHttpRequest. */
function uploadForm<R>(address: string, method: string, o: UploadOptions): Promise<R> {
  return new Promise<R>((resolve, reject) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(o.fields)) if (value !== null && value !== undefined) form.append(name, String(value));
    form.append('file', o.file, o.fileName);
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.setRequestHeader('x-ronghu', '1');
    request.setRequestHeader('idempotency-key', o.key ?? uuid());
    request.timeout = 300_000;
    request.upload.onprogress = (event) => o.onProgress?.(event.loaded, event.lengthComputable ? event.total : o.file.size);
    request.onload = () => {
      let body: unknown = null;
      try { body = JSON.parse(request.responseText); } catch { /* fromAnswer says what it was */ }
      if (request.status >= 200 && request.status < 300 && body !== null) resolve(body as R);
      else reject(ApiError.fromAnswer(request.status, body));
    };
    request.onerror = () => { online.value = false; reject(ApiError.client('OFFLINE')); };
    request.ontimeout = () => reject(ApiError.client('TIMEOUT'));
    request.onabort = () => reject(ApiError.client('CANCELLED'));
    o.signal?.addEventListener('abort', () => request.abort());
    request.send(form);
  });
}

/** File name of a content-disposition header: RFC 5987 form first, since ours are Chinese. */
export function fileNameOf(header: string | null): string | null {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(header ?? '')?.[1];
  if (encoded !== undefined) {
    try { return decodeURIComponent(encoded); } catch { return null; }
  }
  return /filename="?([^";]+)"?/i.exec(header ?? '')?.[1] ?? null;
}

function saveBlob(blob: Blob, name: string): void {
  const href = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
