import { randomUUID } from 'node:crypto';
import { allTables } from '../../app/tables';
import { startHttp, type HttpServer } from '../../app/http-server';
import { PEOPLE, startRig, type Rig } from '../../domain/work-order/testing/rig';
import { PasswordHasher, sm2Encrypt, sm3Hex } from '../../platform/crypto';
import * as notice from '../notice';
import * as repairCenter from '../repair-center';
import * as serviceCenter from '.';

/** The story of one order through the real HTTP door: sessions, rights, idempotency keys, files. */
let rig: Rig, http: HttpServer, base: string;
const FRONT = { agent: '/agent', head: '/admin', worker: '/m', supervisor: '/admin', agent12: '/agent', groupAdmin: '/admin' } as const;
const cookies = new Map<string, string>(), setCookies = new Map<string, string>(), cwd = process.cwd();
beforeAll(async () => {
  rig = await startRig(allTables, undefined, { rooms: false, passwordHash: await new PasswordHasher({ rounds: 1000 }).hash('Warm-Winter-1') });
  http = await startHttp(rig.platform, [notice, serviceCenter, repairCenter] as never, { settings: rig.settings });
  await http.listen();
  process.chdir(cwd); // the framework goes to the data folder, which this test removes; the next suite of this worker needs a place to stand
  base = `http://127.0.0.1:${http.port}`;
  for (const [person, front] of Object.entries(FRONT)) {
    const { publicKey, nonce } = (await (await fetch(`${base}${front}/api/identity/sign-in-key`)).json()) as { publicKey: string; nonce: string };
    const response = await fetch(`${base}${front}/api/identity/sign-in`, { method: 'POST', headers: { 'x-ronghu': '1', 'content-type': 'application/json' }, body: JSON.stringify({ login: person, sealed: await sm2Encrypt(JSON.stringify({ password: 'Warm-Winter-1', nonce }), publicKey) }) });
    setCookies.set(person, response.headers.getSetCookie()[0] ?? '');
    cookies.set(person, response.headers.getSetCookie()[0]?.split(';')[0] ?? '');
  }
}, 60_000);
afterAll(async () => { await http?.close(); await rig?.stop(); });
type Answer = Record<string, never> & { id: number; state: string; version: number; actions: string[]; code: string; message: string; orderNo: string };
async function call(p: keyof typeof FRONT, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<{ status: number; body: Answer }> {
  const raw = body instanceof FormData || body instanceof Uint8Array;
  const response = await fetch(`${base}${FRONT[p]}/api${path}`, { method, headers: { cookie: cookies.get(p) ?? '', 'x-ronghu': '1', ...(method === 'GET' ? {} : { 'idempotency-key': randomUUID() }), ...(body && !raw ? { 'content-type': 'application/json' } : {}), ...headers }, body: body === undefined ? undefined : raw ? (body as BodyInit) : JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Answer };
}
const command = async (p: keyof typeof FRONT, id: number, c: Record<string, unknown>) => { const { body } = await call(p, 'GET', `/orders/11/${id}`); return call(p, 'POST', `/orders/11/${id}/commands`, { ...c, version: body.version }); };
test('the cookie of an engineer\'s phone outlives its browser as long as the session may, those of the desks do not', () => {
  const expires = (person: string) => /expires=([^;]+)/i.exec(setCookies.get(person) ?? '')?.[1];
  expect([expires('agent'), expires('head')]).toEqual([undefined, undefined]);
  expect(new Date(expires('worker') ?? 0).getTime() - Date.now()).toBeGreaterThan(23 * 3_600_000);
});
const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, ...Buffer.from('JFIF'.padEnd(60, '.'))]);

test('one order from intake to closure through the three front ends', async () => {
  const form = new FormData();
  form.append('companyId', '11'); form.append('file', new Blob([jpeg]), '漏水<b>.html');
  const upload = await call('agent', 'POST', '/attachments', form);
  expect(upload).toMatchObject({ status: 200, body: { name: '漏水b.jpg', mime: 'image/jpeg', stage: 'intake' } });
  const intake = rig.form({ attachmentIds: [upload.body.id] }), key = { 'idempotency-key': randomUUID() };
  const [first, again] = await Promise.all([call('agent', 'POST', '/orders', intake, key), call('agent', 'POST', '/orders', intake, key)]);
  expect([first.status, again.status]).toEqual([200, 200]);
  expect(again.body.id).toBe(first.body.id);
  const { id } = first.body;
  expect(await call('agent', 'POST', '/orders', rig.form(), key)).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  expect((await call('head', 'POST', `/orders/11/${id}/commands`, { action: 'confirm', version: 2 })).body).toMatchObject({ state: 'confirmed' });
  expect((await call('head', 'GET', `/orders/11/${id}/candidates`)).body).toMatchObject([{ workerId: PEOPLE.worker }, { workerId: PEOPLE.worker2 }]);
  expect((await command('head', id, { action: 'assign', workerId: PEOPLE.worker })).body).toMatchObject({ state: 'assigned' });
  await rig.settle();
  expect((await call('worker', 'GET', '/field/snapshot')).body).toMatchObject({ orders: [{ id, state: 'assigned' }] });
  const uuid = randomUUID(), sm3 = sm3Hex(Buffer.from(jpeg));
  expect((await call('worker', 'PUT', `/field/files/${uuid}?companyId=11&orderId=${id}`, jpeg, { 'x-sm3': sm3, 'content-type': 'image/jpeg' })).body).toEqual({ attachmentUuid: uuid, bytes: jpeg.length });
  expect((await call('worker', 'PUT', `/field/files/${randomUUID()}?companyId=11&orderId=${id}`, jpeg, { 'content-type': 'image/jpeg' })).body).toMatchObject({ code: 'BAD_INPUT' });
  const step = (kind: string, deviceSeq: number, body: object = {}) => ({ kind, stepId: randomUUID(), deviceSeq, companyId: 11, orderId: id, at: rig.now(), place: null, ...body });
  const steps = [step('accept', 1), step('onSiteCheckIn', 2), step('backfill', 3, { templateVersion: 1, values: { cause: '气堵', measure: '排气' }, parts: [], durationMinutes: 20, outcome: 'fixed' }), step('sign', 4, { rating: 5, comment: null, signedBy: '刘桂兰', signatureUuid: uuid, sm3 }), step('submit', 5)];
  expect((await call('worker', 'POST', '/field/steps', { deviceId: randomUUID(), steps })).body).toMatchObject({ answers: steps.map((s) => ({ stepId: s.stepId, status: 'applied' })) });
  const life = (await call('head', 'GET', `/orders/11/${id}`)).body as unknown as { attachments: { id: number; kind: string }[]; evidence: { intact: boolean } };
  expect(life).toMatchObject({ state: 'completed', evidence: { intact: true } });
  const file = await fetch(`${base}/admin/api/attachments/11/${life.attachments[0]?.id}`, { headers: { cookie: cookies.get('head') ?? '' } });
  expect([file.status, file.headers.get('content-type'), file.headers.get('x-content-type-options'), file.headers.get('content-security-policy')]).toEqual([200, 'image/jpeg', 'nosniff', "default-src 'none'; sandbox"]);
  expect(new Uint8Array(await file.arrayBuffer())).toEqual(jpeg);
  expect((await command('agent', id, { action: 'revisit', outcome: 'satisfied', formVersion: 1, answers: { solved: '已解决', onTime: '是', attitude: 5 }, callId: null })).body).toMatchObject({ state: 'closed', closeKind: 'revisited', actions: [] });
  await rig.settle();
  expect((await call('agent', 'GET', '/orders?pool=closed')).body).toMatchObject({ total: 1 });
  expect((await call('head', 'GET', '/notices')).body).toMatchObject({ unread: expect.any(Number), rows: expect.arrayContaining([expect.objectContaining({ orderId: id })]) });
});
test('what a person may not do is refused at the door, with a code and a sentence', async () => {
  const { id } = (await call('agent', 'POST', '/orders', rig.form())).body;
  expect(await call('agent12', 'GET', `/orders/11/${id}`)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  expect(await call('worker', 'GET', `/orders/11/${id}`)).toMatchObject({ status: 404 });
  expect(await call('worker', 'POST', '/orders', rig.form())).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  expect(await call('head', 'GET', '/field/snapshot')).toMatchObject({ status: 403 });
  expect(await call('head', 'POST', `/orders/11/${id}/commands`, { action: 'confirm', version: 1 })).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
  expect(await call('head', 'POST', `/orders/11/${id}/commands`, { action: 'confirm', version: 2, evil: true })).toMatchObject({ status: 400, body: { message: expect.stringContaining('不认识的字段：evil') } });
  expect(await call('head', 'POST', `/orders/11/${id}/commands`, { action: 'confirm', version: 2 }, { 'idempotency-key': '' })).toMatchObject({ status: 400, body: { code: 'IDEMPOTENCY_KEY_MISSING' } });
  expect(await call('agent', 'POST', '/orders', rig.form({ description: '长'.repeat(2001) }))).toMatchObject({ status: 400, body: { code: 'BAD_INPUT', message: expect.stringContaining('不能超过 2000 个字') } });
  expect(await call('agent', 'POST', '/announcements', { text: '检修', until: rig.now() + 1000, orgId: 11 })).toMatchObject({ status: 403 });
  const published = await call('supervisor', 'POST', '/announcements', { text: '今晚检修', until: rig.now() + 60_000, orgId: 11 });
  expect(published.status).toBe(200);
  expect((await call('head', 'GET', '/announcements')).body).toMatchObject([{ text: '今晚检修', personName: '郑班长' }]);
  expect((await call('agent12', 'GET', '/announcements')).body).toEqual([]);
});
test('a refused upload leaves the connection usable', async () => {
  const form = new FormData();
  form.append('companyId', '11'); form.append('file', new Blob([Buffer.from('<script>alert(1)</script>'.padEnd(100))]), 'a.jpg');
  expect(await call('agent', 'POST', '/attachments', form)).toMatchObject({ status: 415, body: { code: 'UNSUPPORTED_FILE' } });
  const foreign = new FormData();
  foreign.append('companyId', '12'); foreign.append('file', new Blob([jpeg]), 'a.jpg');
  expect(await call('agent', 'POST', '/attachments', foreign)).toMatchObject({ status: 404 });
});
