import { createApi, fileNameOf } from './request';
import { ApiError, errorText } from './api-error';
import { fillPath, queryString } from './request-url';

interface Sent { address: string; method: string; headers: Record<string, string>; body: unknown }
/** A fetch that answers from a list; an Error in the list is a broken connection. */
function answering(list: (Response | Error)[]): { fetch: typeof fetch; sent: Sent[] } {
  const sent: Sent[] = [];
  const answer = (input: unknown, init?: RequestInit): Promise<Response> => {
    sent.push({ address: String(input), method: init?.method ?? '', headers: init?.headers as Record<string, string>, body: typeof init?.body === 'string' ? JSON.parse(init.body) : undefined });
    const next = list.shift();
    return next === undefined || next instanceof Error ? Promise.reject(next ?? new Error('nothing left')) : Promise.resolve(next);
  };
  return { fetch: answer as typeof fetch, sent };
}
const json = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
const wait = async (): Promise<void> => undefined;

test('a GET goes below the front end\'s own path with parameters filled and empty query fields left out', async () => {
  const net = answering([json(200, { rows: [], total: 0, page: 1, size: 20 })]);
  await createApi('mobile', { fetch: net.fetch, wait }).call('orders', { query: { pool: 'toArrange', q: '', mine: false, page: 2 } });
  expect(net.sent[0]?.address).toBe('/m/api/orders?pool=toArrange&page=2');
  expect(net.sent[0]?.headers['x-ronghu']).toBeUndefined();
});

test('a keyed command carries the forgery header and one idempotency key over all its attempts', async () => {
  const net = answering([new Error('cut'), json(503, { code: 'X' }), json(200, { ok: true })]);
  await createApi('agent', { fetch: net.fetch, wait }).call('phoneCommand', { body: { command: 'answer' } });
  expect(net.sent).toHaveLength(3);
  expect(new Set(net.sent.map((s) => s.headers['idempotency-key'])).size).toBe(1);
  expect(net.sent[0]?.headers['x-ronghu']).toBe('1');
  expect(net.sent[0]?.body).toEqual({ command: 'answer' });
});

test('a change without a key is not sent twice when the connection breaks', async () => {
  const net = answering([new Error('cut'), json(200, {})]);
  const failed = createApi('agent', { fetch: net.fetch, wait }).call('noticeRead', { params: { id: 5 } });
  await expect(failed).rejects.toMatchObject({ code: 'OFFLINE', uncertain: true });
  expect(net.sent).toHaveLength(1);
});

test('the server\'s error arrives as ApiError with code, sentence, request id and fields', async () => {
  const net = answering([json(400, { code: 'BAD_INPUT', message: '提交的内容不正确', requestId: 'r1', details: [{ path: 'body.description', message: '不能为空' }] })]);
  const error = await createApi('agent', { fetch: net.fetch, wait }).call('me').catch((e: unknown) => e);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ code: 'BAD_INPUT', requestId: 'r1', status: 400, uncertain: false });
  expect((error as ApiError).detail('description')).toBe('不能为空');
  expect(errorText(error)).toBe('提交的内容不正确：不能为空');
});

test('an expired session and a forced password change are told to the hooks', async () => {
  const told: string[] = [];
  const net = answering([json(401, { code: 'UNAUTHENTICATED', message: '登录已失效' }), json(403, { code: 'PASSWORD_CHANGE_REQUIRED', message: '请先修改初始密码' }), json(401, { code: 'BAD_CREDENTIALS', message: '账号或密码不正确' })]);
  const api = createApi('agent', { fetch: net.fetch, wait, onUnauthenticated: () => told.push('out'), onPasswordChangeRequired: () => told.push('password') });
  await expect(api.call('me')).rejects.toMatchObject({ status: 401 });
  await expect(api.call('me')).rejects.toMatchObject({ status: 403 });
  await expect(api.call('me')).rejects.toMatchObject({ code: 'BAD_CREDENTIALS' });
  expect(told).toEqual(['out', 'password']);
});

test('an answer that is not ours becomes a clear error instead of a crash', async () => {
  const net = answering([new Response('<html>', { status: 200 }), new Response('<html>', { status: 500 })]);
  const api = createApi('agent', { fetch: net.fetch, wait });
  await expect(api.call('me')).rejects.toMatchObject({ code: 'BAD_ANSWER' });
  await expect(api.call('me')).rejects.toMatchObject({ code: 'BAD_ANSWER', status: 500 });
});

test('no answer in time is a timeout, and a cancelled call says so', async () => {
  const hang = ((_: unknown, init?: RequestInit) => new Promise((_done, refuse) => init?.signal?.addEventListener('abort', () => refuse(new Error('aborted'))))) as typeof fetch;
  const api = createApi('agent', { fetch: hang, wait });
  await expect(api.call('noticeRead', { params: { id: 1 }, timeoutMs: 5 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  const stop = new AbortController();
  const call = api.call('me', { signal: stop.signal });
  stop.abort();
  await expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('path parameters are encoded and a missing one is refused', () => {
  expect(fillPath('/calls/:callId/x', { callId: 'a/b' })).toBe('/calls/a%2Fb/x');
  expect(() => fillPath('/calls/:callId', {})).toThrow('callId');
  expect(queryString({ a: 0, b: null, c: true, d: false })).toBe('?a=0&c=true');
});

test('a Chinese file name is read from the header', () => {
  expect(fileNameOf('attachment; filename="x.xlsx"; filename*=UTF-8\'\'%E5%B7%A5%E5%8D%95.xlsx')).toBe('工单.xlsx');
  expect(fileNameOf('attachment; filename="a.xlsx"')).toBe('a.xlsx');
  expect(fileNameOf(null)).toBeNull();
});
