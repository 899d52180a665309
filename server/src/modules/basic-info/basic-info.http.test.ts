import { allTables } from '../../app/tables';
import { startHttp, type HttpServer } from '../../app/http-server';
import { startRig, type Rig } from '../../domain/work-order/testing/rig';
import { PasswordHasher, sm2Encrypt } from '../../platform/crypto';
import * as basicInfo from '.';

/** Bad input and the way of a number, through the real HTTP door. */
let rig: Rig, http: HttpServer, base: string;
const FRONT = { agent: '/agent', operator: '/admin', agent12: '/agent', head: '/admin' } as const, cookies = new Map<string, string>(), cwd = process.cwd();
beforeAll(async () => {
  rig = await startRig(allTables, undefined, { rooms: false, passwordHash: await new PasswordHasher({ rounds: 1000 }).hash('Warm-Winter-1') });
  http = await startHttp(rig.platform, [basicInfo] as never, {});
  await http.listen();
  process.chdir(cwd); // the framework goes to the data folder, which this test removes
  base = `http://127.0.0.1:${http.port}`;
  for (const [person, front] of Object.entries(FRONT)) {
    const { publicKey, nonce } = (await (await fetch(`${base}${front}/api/identity/sign-in-key`)).json()) as { publicKey: string; nonce: string };
    const response = await fetch(`${base}${front}/api/identity/sign-in`, { method: 'POST', headers: { 'x-ronghu': '1', 'content-type': 'application/json' }, body: JSON.stringify({ login: person, sealed: sm2Encrypt(JSON.stringify({ password: 'Warm-Winter-1', nonce }), publicKey) }) });
    cookies.set(person, response.headers.getSetCookie()[0]?.split(';')[0] ?? '');
  }
}, 90_000);
afterAll(async () => { await http?.close(); await rig?.stop(); });
interface Answer { status: number; body: Record<string, never> & { id: number; code: string; message: string; version: number; name: string; numbers: { masked: string; ref: string }[]; details: { path: string }[]; rows: { address: string }[] } }
async function call(p: keyof typeof FRONT, method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${base}${FRONT[p]}/api${path}`, { method, headers: { cookie: cookies.get(p) ?? '', 'x-ronghu': '1', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, body: body === undefined ? undefined : JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}
const customer = (over: object = {}) => ({ companyId: 11, name: '何冬梅', level: 'normal', numbers: ['+8615412345678'], houseIds: [601], ...over });

it('an agent takes in a customer, binds and unbinds a number; the number is never in an answer', async () => {
  const made = await call('agent', 'POST', '/customers', customer());
  expect(made).toMatchObject({ status: 200, body: { name: '何冬梅', numbers: [{ masked: '154****5678' }], version: 1 } });
  const path = `/customers/11/${made.body.id}`;
  expect(await call('agent', 'POST', `${path}/numbers`, { number: '15487654321' })).toMatchObject({ status: 200, body: { ok: true } });
  const two = await call('agent', 'GET', path);
  expect(two.body.numbers.map((n) => n.masked)).toEqual(['154****5678', '154****4321']);
  expect(JSON.stringify(two.body)).not.toContain('15487654321');
  expect((await call('agent', 'POST', `${path}/numbers/unbind`, { ref: two.body.numbers[0]?.ref })).status).toBe(200);
  await rig.settle();
  expect((await call('agent', 'GET', '/search?q=15487654321')).body).toMatchObject([{ kind: 'house' }, { kind: 'customer', title: '何冬梅' }].filter((h) => h.kind === 'customer'));
});
it.each([
  ['an unknown field', customer({ evil: true }), 'evil'], ['a wrong type', customer({ houseIds: 'all' }), 'houseIds'], ['an over-long name', customer({ name: '长'.repeat(41) }), 'name'], ['a name of spaces', customer({ name: '   ' }), 'name'], ['letters as a number', customer({ numbers: ['abc'] }), 'numbers.0'], ['six numbers', customer({ numbers: Array(6).fill('13812345678') }), 'numbers'], ['a control character', customer({ name: 'a\u0000b' }), 'name'],
])('%s is refused with its place', async (_, body, place) => {
  const answer = await call('agent', 'POST', '/customers', body);
  expect(answer).toMatchObject({ status: 400, body: { code: 'BAD_INPUT' } });
  expect(JSON.stringify(answer.body)).toContain(place);
});
it('a script in a name is kept as text and found as text', async () => {
  const made = await call('operator', 'POST', '/areas', { companyId: 11, parentId: null, kind: 'heatSource', name: '<script>alert(1)</script>' });
  expect(made).toMatchObject({ status: 200, body: { name: '<script>alert(1)</script>' } });
  expect((await call('operator', 'PUT', `/areas/11/${made.body.id}`, { name: '一号热源', version: 9 })).body.code).toBe('CONFLICT');
  expect((await call('operator', 'DELETE', `/areas/11/${made.body.id}`)).status).toBe(200);
});
it('without the header, the right or the company there is nothing', async () => {
  expect((await call('agent', 'POST', '/customers', customer(), { 'x-ronghu': '0' })).status).toBe(403);
  expect((await call('agent', 'POST', '/areas', { companyId: 11, parentId: null, kind: 'heatSource', name: 'x' })).status).toBe(403);
  expect((await call('agent12', 'GET', '/customers/11/700')).status).toBe(404);
  expect((await call('agent12', 'POST', '/customers/11/700/numbers', { number: '15400000000' })).status).toBe(404);
  expect((await call('agent12', 'GET', '/houses/11/600')).status).toBe(404);
  expect((await call('agent', 'POST', '/numbers/reveal', { ref: 'x', reason: 'y' })).status).toBe(403);
  expect((await call('head', 'PUT', '/houses/11/600', { heating: 'off', version: 1 })).status).toBe(403);
});
it.each(['/houses?page=0', '/houses?size=1000', '/houses?heating=warm', '/houses?x=1', `/houses?q=${'长'.repeat(61)}`, '/houses/11/abc', '/customers/11/-1', '/areas?parentId=1.5', '/search?q='])('the address %.20s… is bad input', async (path) => expect((await call('operator', 'GET', path)).status).toBe(400));
