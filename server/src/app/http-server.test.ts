import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Socket } from 'node:net';
import { io } from 'socket.io-client';
import { sm2Encrypt, PasswordHasher } from '../platform/crypto';
import { createPlatform, type Platform } from '../platform/platform';
import { silentLog } from '../platform/log';
import { testConfig } from '../platform/testing/config';
import { startTestDatabase, type TestDatabase } from '../platform/testing/database';
import { identityTables } from '../platform/identity/identity.tables';
import { busTables } from '../platform/bus/bus.tables';
import { cacheTables } from '../platform/cache';
import { auditTables } from '../platform/audit';
import { telephonyTables } from '../domain/telephony/telephony.tables';
import { startHttp, type HttpServer } from './http-server';

/** The HTTP door with nothing but identity behind it. */
describe('the HTTP door', () => {
  let db: TestDatabase, platform: Platform, http: HttpServer, dir: string, base: string, stopped = false, now = Date.UTC(2026, 10, 21);
  const hasher = new PasswordHasher({ rounds: 2000 });
  beforeAll(async () => {
    db = await startTestDatabase([...busTables, ...cacheTables, ...identityTables, ...auditTables, ...telephonyTables]);
    dir = mkdtempSync(join(tmpdir(), 'ronghu-http-'));
    for (const front of ['admin', 'agent', 'mobile']) { mkdirSync(join(dir, front, 'assets'), { recursive: true }); writeFileSync(join(dir, front, 'index.html'), `<title>${front}</title>`); }
    writeFileSync(join(dir, 'admin', 'assets', 'a.js'), 'let a');
    const g = db.shards.group(), hash = await hasher.hash('Warm-Winter-1');
    await g.insertMany('org_node', [{ id: 1, parent_id: null, kind: 'group', name: '集团', code: 'GRP', path: '/1/', company_id: null }, { id: 11, parent_id: 1, kind: 'company', name: '甲公司', code: 'JIA', path: '/1/11/', company_id: 11 }]);
    await g.insertMany('account', [{ id: 100, login: 'agent01', person_name: '张一', org_id: 11, password_hash: hash, must_change: false, created_at: now }, { id: 101, login: 'newbie', person_name: '李二', org_id: 11, password_hash: hash, must_change: true, created_at: now }]);
    await g.insertMany('account_role', [{ account_id: 100, role_code: 'agent', org_id: 11 }, { account_id: 101, role_code: 'agent', org_id: 11 }]);
    await g.insertMany('role_permission', [{ role_code: 'agent', permission: 'order.read' }, { role_code: 'agent', permission: 'phone.use' }]);
    const config = { ...testConfig(dir, db.target, 8), fronts: { admin: join(dir, 'admin'), agent: join(dir, 'agent'), mobile: join(dir, 'mobile') } };
    platform = await createPlatform(config, { clock: { now: () => now }, log: silentLog, node: 3, holder: 'test', companyIds: [11] });
    http = await startHttp(platform, [], {});
    await http.listen();
    base = `http://127.0.0.1:${http.port}`;
  }, 60000);
  afterAll(async () => { if (!stopped) await http?.close(); await platform?.close(); await db?.stop(); rmSync(dir, { recursive: true, force: true }); });

  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => fetch(base + path, { method, headers: { 'x-ronghu': '1', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body), redirect: 'manual' });
  const seal = async (password: string, front = '/agent') => { const { publicKey, nonce } = (await (await send('GET', `${front}/api/identity/sign-in-key`)).json()) as { publicKey: string; nonce: string }; return sm2Encrypt(JSON.stringify({ password, nonce }), publicKey); };
  const signIn = async (login: string, password: string, front = '/agent') => send('POST', `${front}/api/identity/sign-in`, { login, sealed: await seal(password, front) });
  const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(';')[0] ?? '';

  test('signs in with a sealed password, keeps the cookie on the front end\'s own path and knows who I am', async () => {
    const response = await signIn('agent01', 'Warm-Winter-1');
    expect(response.status).toBe(200);
    expect(response.headers.getSetCookie()[0]).toMatch(/^ronghu_agent=.*path=\/agent; .*samesite=strict; httponly/i);
    const me = await send('GET', '/agent/api/identity/me', undefined, { cookie: cookieOf(response) });
    expect(await me.json()).toMatchObject({ login: 'agent01', personName: '张一', permissions: expect.arrayContaining(['order.read']), orgRoots: [{ id: 11, name: '甲公司', kind: 'company' }] });
    expect((await send('GET', '/admin/api/identity/me', undefined, { cookie: cookieOf(response) })).status).toBe(401);
  });
  test('refuses an agent at the portal, a stale seal, a missing session, a missing CSRF header and an unknown field, each as JSON with a code', async () => {
    expect(await (await signIn('agent01', 'Warm-Winter-1', '/admin')).json()).toMatchObject({ code: 'WRONG_FRONT_END' });
    const sealed = await seal('Warm-Winter-1');
    await send('POST', '/agent/api/identity/sign-in', { login: 'agent01', sealed });
    expect(await (await send('POST', '/agent/api/identity/sign-in', { login: 'agent01', sealed })).json()).toMatchObject({ code: 'BAD_CREDENTIALS' });
    expect(await (await send('GET', '/agent/api/identity/me')).json()).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await (await send('POST', '/agent/api/identity/sign-in', { login: 'x', sealed }, { 'x-ronghu': '0' })).json()).toMatchObject({ code: 'FORBIDDEN' });
    expect(await (await send('POST', '/agent/api/identity/sign-in', { login: 'x', sealed, extra: 1 })).json()).toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('不认识的字段：extra') });
    expect(await (await send('POST', '/agent/api/identity/sign-in', '{broken')).json()).toMatchObject({ code: 'BAD_INPUT' });
    expect(await (await send('GET', '/agent/api/nothing')).json()).toMatchObject({ code: 'NOT_FOUND' });
    expect((await send('GET', '/api/identity/me')).status).toBe(404);
  });
  test('locks the account after five wrong passwords and opens it again after a quarter of an hour', async () => {
    for (let i = 0; i < 5; i++) expect((await signIn('agent01', 'wrong')).status).toBe(401);
    expect(await (await signIn('agent01', 'Warm-Winter-1')).json()).toMatchObject({ code: 'ACCOUNT_LOCKED' });
    now += 16 * 60_000;
    expect((await signIn('agent01', 'Warm-Winter-1')).status).toBe(200);
  });
  test('lets a person with an initial password do nothing but change it, and refuses a weak one', async () => {
    const cookie = cookieOf(await signIn('newbie', 'Warm-Winter-1'));
    const session = await platform.sessions.resolve(cookie.split('=')[1], 'agent', '-');
    expect(session?.mustChange).toBe(true);
    expect(await (await send('POST', '/agent/api/identity/password', { sealedOld: await seal('Warm-Winter-1'), sealedNew: await seal('short') }, { cookie })).json()).toMatchObject({ code: 'BAD_INPUT' });
    expect((await send('POST', '/agent/api/identity/password', { sealedOld: await seal('Warm-Winter-1'), sealedNew: await seal('Cold-Summer-22') }, { cookie })).status).toBe(200);
    expect(await (await send('GET', '/agent/api/identity/me', undefined, { cookie })).json()).toMatchObject({ mustChangePassword: false });
  });
  test('serves each front end with its page for every path, and leads / to the portal', async () => {
    expect(await (await fetch(`${base}/agent/orders/5`)).text()).toContain('<title>agent</title>');
    expect((await fetch(`${base}/admin/assets/a.js`)).headers.get('cache-control')).toContain('immutable');
    expect((await send('GET', '/')).headers.get('location')).toBe('/admin/');
    expect((await fetch(`${base}/admin/`)).headers.get('content-security-policy')).toContain("default-src 'self'");
  });
  test('sends live messages to rooms of the scope only, resumes what was missed, and cuts the connection at sign-out', async () => {
    const cookie = cookieOf(await signIn('agent01', 'Warm-Winter-1'));
    const socket = io(base, { path: '/agent/live', transports: ['websocket'], extraHeaders: { cookie }, reconnection: false });
    const got: { room: string; seq: number }[] = [];
    socket.on('live', (m) => got.push(m));
    await new Promise<void>((resolve, reject) => { socket.on('connect', resolve); socket.on('connect_error', reject); });
    const before = platform.hub.position('orders:11');
    platform.hub.publish('orders:11', { kind: 'board', orgId: 11, at: now });
    platform.hub.publish('orders:12', { kind: 'board', orgId: 12, at: now });
    for (let i = 0; i < 100 && got.length < 1; i++) await new Promise((r) => setTimeout(r, 10));
    expect(got.map((m) => m.room)).toEqual(['orders:11']);
    const answer = await socket.emitWithAck('resume', { rooms: { 'orders:11': before, 'orders:12': { epoch: 'x', seq: 0 }, queue: { epoch: 'old', seq: 4 } } });
    expect(answer.rooms).toEqual({ 'orders:11': 'resumed', 'orders:12': 'left', queue: 'snapshot' });
    expect(got).toHaveLength(2);
    const gone = new Promise((resolve) => socket.on('disconnect', resolve));
    await send('POST', '/agent/api/identity/sign-out', undefined, { cookie });
    await gone;
    const refused = io(base, { path: '/agent/live', transports: ['websocket'], extraHeaders: { cookie }, reconnection: false });
    expect(await new Promise((resolve) => refused.on('connect_error', (e) => resolve(e.message)))).toBe('UNAUTHENTICATED');
    refused.close();
  });
  test('told to stop, it turns balancers away while it still answers, lets a request that is under way end, and cuts off only what never ends', async () => {
    expect(['SIGINT', 'SIGTERM', 'SIGQUIT'].map((signal) => process.listeners(signal as NodeJS.Signals).filter((l) => /onSignal/.test(l.name)))).toEqual([[], [], []]); // nobody else ends the process
    const { port } = http, connection = async (): Promise<{ socket: Socket; text(): string; ended: Promise<void> }> => {
      const socket = connect(port, '127.0.0.1');
      let text = '';
      const ended = new Promise<void>((resolve) => { socket.on('close', () => resolve()).on('error', () => undefined); });
      socket.on('data', (chunk) => { text += String(chunk); });
      await new Promise((resolve) => socket.once('connect', resolve));
      return { socket, text: () => text, ended };
    };
    const half = (body: string): string => `POST /agent/api/identity/sign-in HTTP/1.1\r\nhost: x\r\nx-ronghu: 1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body.slice(0, 5)}`;
    const idle = await connection(), slow = await connection(), never = await connection(), body = JSON.stringify({ login: 'x', sealed: '00' });
    idle.socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
    slow.socket.write(half(body));
    never.socket.write(half(body));
    for (let i = 0; i < 200 && !idle.text().includes('alive'); i++) await new Promise((r) => setTimeout(r, 10));
    stopped = true;
    const begin = performance.now(), closed = http.close({ noticeMs: 300, finishMs: 700 });
    const answer = await fetch(`${base}/admin/`);
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    await idle.ended; // the kept connection went with the port
    expect(performance.now() - begin).toBeGreaterThan(290);
    await expect(fetch(`${base}/admin/`)).rejects.toThrow();
    slow.socket.write(body.slice(5));
    await slow.ended;
    expect(slow.text()).toMatch(/^HTTP\/1.1 4\d\d [\s\S]*connection: close/i);
    await closed;
    await never.ended;
    expect(never.text()).toBe('');
    expect(performance.now() - begin).toBeGreaterThan(990);
  });
});
