import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { BoardView, LiveMessage, Page, PopView } from '@ronghu/contract';
import { allTables } from '../../app/tables';
import { startHttp, type HttpServer } from '../../app/http-server';
import { PEOPLE, startRig, type Rig } from '../../domain/work-order/testing/rig';
import { PasswordHasher, sm2Encrypt } from '../../platform/crypto';
import * as monitorCenter from '../monitor-center';
import * as report from '../report';
import * as serviceCenter from '../service-center';
import * as pop from '../service-center/pop';
import { agentView, callRecord, CALL_ID, FakeDirector, liveCall } from './testing/fixtures';
import * as callCenter from '.';

/** One call through the real HTTP door and the real live connection, with a director that says what the test wants: offer, pop, draft, order, record, recording, board, export. */
let rig: Rig, http: HttpServer, director: FakeDirector, base: string;
const FRONT = { agent: '/agent', agent12: '/agent', head: '/admin', supervisor: '/admin', groupAdmin: '/admin' } as const;
type Who = keyof typeof FRONT;
const cookies = new Map<Who, string>(), cwd = process.cwd(), NUMBER = '13812345678', WAV = Buffer.from('RIFF0000WAVEfmt 0123456789');
const seat = (over = {}) => agentView(8001, { accountId: PEOPLE.agent, stationId: 111, workNo: '8001', name: '赵坐席', ...over });

beforeAll(async () => {
  director = await FakeDirector.start();
  rig = await startRig(allTables, undefined, { rooms: false, passwordHash: await new PasswordHasher({ rounds: 1000 }).hash('Warm-Winter-1') });
  const group = rig.db.shards.group(), { crypto } = rig.platform;
  await group.insertMany('phone_index', [{ number_blind: crypto.blind(NUMBER), number_last4: crypto.blindLast4(NUMBER), company_id: 11, customer_id: 700, house_id: 600, customer_name: '刘桂兰' }]);
  await group.insertMany('house_index', [{ id: 600, company_id: 11, station_id: 111, community_id: 500, building_id: 540, unit_id: 550, community_name: '松江新苑', address: '松江新苑3号楼2单元600', building_key: '3', unit_key: '2', room_key: '600', house_seq: 1, contract_no: 'HT600', heating: 'on', arrears_cents: 0 }]);
  await rig.db.shards.company(11).insertMany('house_customer', [{ house_id: 600, customer_id: 700, relation: 'owner', since_at: 0 }]);
  http = await startHttp(rig.platform, [serviceCenter, pop, callCenter, monitorCenter, report] as never, { settings: rig.settings, directorClient: director.client });
  await http.listen();
  process.chdir(cwd); // the framework goes to the data folder, which this test removes; the next suite of this worker needs a place to stand
  base = `http://127.0.0.1:${http.port}`;
  for (const [person, front] of Object.entries(FRONT) as [Who, string][]) {
    const { publicKey, nonce } = (await (await fetch(`${base}${front}/api/identity/sign-in-key`)).json()) as { publicKey: string; nonce: string };
    const response = await fetch(`${base}${front}/api/identity/sign-in`, { method: 'POST', headers: { 'x-ronghu': '1', 'content-type': 'application/json' }, body: JSON.stringify({ login: person, sealed: await sm2Encrypt(JSON.stringify({ password: 'Warm-Winter-1', nonce }), publicKey) }) });
    cookies.set(person, response.headers.getSetCookie()[0]?.split(';')[0] ?? '');
  }
  await director.push('agent', seat());
}, 60_000);
afterAll(async () => { await http?.close(); await director?.stop(); await rig?.stop(); });

const open = (who: Who, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => fetch(`${base}${FRONT[who]}/api${path}`, { method, headers: { cookie: cookies.get(who) ?? '', 'x-ronghu': '1', ...(method === 'GET' ? {} : { 'idempotency-key': randomUUID() }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, body: body === undefined ? undefined : JSON.stringify(body) });
async function call<T = Record<string, unknown>>(who: Who, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<{ status: number; body: T }> {
  const response = await open(who, method, path, body, headers);
  return { status: response.status, body: (await response.json()) as T };
}
const listen = (who: Who): Promise<{ socket: Socket; heard: LiveMessage[] }> => new Promise((resolve, reject) => {
  const heard: LiveMessage[] = [], socket = io(base, { path: `${FRONT[who]}/live`, transports: ['websocket'], extraHeaders: { cookie: cookies.get(who) ?? '' }, reconnection: false });
  socket.on('live', (message: LiveMessage) => heard.push(message));
  socket.once('connect', () => resolve({ socket, heard }));
  socket.once('connect_error', reject);
});
const until = async (what: string, test: () => boolean | Promise<boolean>): Promise<void> => { for (let i = 0; i < 200; i++) { if (await test()) return; await new Promise((r) => setTimeout(r, 20)); } throw new Error(`not within 4 s: ${what}`); };

test('a call from the offer to the counted order', async () => {
  const agent = await listen('agent'), stranger = await listen('agent12'), watcher = await listen('supervisor');
  const ringing = liveCall({ state: 'offered', clearNumber: NUMBER, agentId: 8001, startedAt: rig.now() - 9000, queuedAt: rig.now() - 4000, legs: [{ role: 'agent', agentId: 8001, label: '8001', state: 'ringing' }] });
  await director.push('call', ringing);
  await until('the director knows the caller', () => director.asked.some(({ op }) => op === 'customer'));
  expect(director.asked.find(({ op }) => op === 'customer')?.args).toEqual({ callId: CALL_ID, customerName: '刘桂兰', companyId: 11, stationId: 111 });
  await director.push('agent', seat({ callState: 'ringing', callId: CALL_ID }));
  await director.push('offer', { agentId: 8001, accountId: PEOPLE.agent, call: ringing, switchAt: 77 });
  await until('the offer is on the seat', () => agent.heard.some(({ event }) => event.kind === 'offer' && event.switchAt === 77));
  expect(stranger.heard.some(({ event }) => event.kind === 'offer')).toBe(false);
  expect(watcher.heard.some(({ room, event }) => room === 'agents:11' && event.kind === 'agent' && event.agent.callState === 'ringing')).toBe(true);

  const popped = await call<PopView>('agent', 'GET', `/pops/calls/${CALL_ID}`);
  expect(popped).toMatchObject({ status: 200, body: { known: true, customer: { id: 700, name: '刘桂兰' }, house: { id: 600, address: '松江新苑3号楼2单元600', communityName: '松江新苑' }, number: { masked: '138****5678' } } });
  expect(await call('agent12', 'GET', `/pops/calls/${CALL_ID}`)).toMatchObject({ status: 200, body: { known: false, customer: null } }); // the live call has no company yet; the customer is another company's

  const key = { 'idempotency-key': randomUUID() };
  const [first, again] = await Promise.all([call('agent', 'POST', '/phone/commands', { command: 'answer' }, key), call('agent', 'POST', '/phone/commands', { command: 'answer' }, key)]);
  expect([first.status, again.status]).toEqual([200, 200]);
  expect(again.body).toEqual(first.body);
  expect(director.asked.filter(({ op }) => op === 'phone')).toHaveLength(1);
  expect(await call('agent', 'POST', '/phone/commands', { command: 'hangUp' }, key)).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  expect(await call('agent', 'POST', '/phone/commands', { command: 'answer', evil: 1 })).toMatchObject({ status: 400, body: { code: 'BAD_INPUT' } });
  expect(await call('supervisor', 'POST', '/phone/commands', { command: 'answer' })).toMatchObject({ status: 403 });

  expect((await call('agent', 'PUT', `/drafts/${CALL_ID}`, { draft: { description: '暖气不热', floor: 6 } })).status).toBe(200);
  expect((await call('agent', 'GET', `/drafts/${CALL_ID}`)).body).toMatchObject({ draft: { description: '暖气不热', floor: 6 } });
  expect((await call('agent12', 'GET', `/drafts/${CALL_ID}`)).status).toBe(404);

  // the director's journal, then the order taken in the call
  const { crypto } = rig.platform, group = rig.db.shards.group();
  await group.insertMany('call_record', [{ call_id: CALL_ID, direction: 'inbound', purpose: 'service', number_sealed: crypto.seal(NUMBER), number_blind: crypto.blind(NUMBER), number_last4: crypto.blindLast4(NUMBER), started_at: rig.now() - 9000, queued_at: rig.now() - 4000, answered_at: rig.now(), ended_at: rig.now() + 1000, talk_s: 1, wait_s: 4, end_reason: 'completed', agent_id: 8001, agent_name: '赵坐席', recording_id: 31 }]);
  const intake = await call<{ id: number; orderNo: string }>('agent', 'POST', '/orders', rig.form({ callId: CALL_ID, numberRef: popped.body.number.ref }));
  expect(intake.status).toBe(200);
  await rig.settle();
  expect((await call('agent', 'GET', `/calls/${CALL_ID}`)).body).toMatchObject({ orderNo: intake.body.orderNo, customerName: '刘桂兰', companyId: 11, houseAddress: '松江新苑3号楼2单元600' });
  expect((await call('agent', 'GET', `/drafts/${CALL_ID}`)).body).toMatchObject({ draft: null });
  expect((await call<{ agent: { today: { orders: number } } }>('agent', 'GET', '/phone/state')).body.agent.today.orders).toBe(1);
  expect((await call('agent', 'PUT', `/calls/${CALL_ID}/disposition`, { disposition: '报修受理' })).body).toMatchObject({ disposition: '报修受理' });

  await director.push('callEnded', callRecord({ startedAt: rig.now() - 9000, queuedAt: rig.now() - 4000, answeredAt: rig.now(), endedAt: rig.now() + 1000, companyId: 11, stationId: 111, agentId: 8001 }));
  await until('the board was told', () => watcher.heard.some(({ room, event }) => room === 'board:11' && event.kind === 'board'));
  const board = await call<BoardView>('supervisor', 'GET', '/board');
  expect(board.body).toMatchObject({ orgId: 11, telephoneLive: true, callsToday: { inbound: 1, answered: 1 }, orders: { open: 1, todayNew: 1, byState: { dispatched: 1 } } });
  expect(board.body.kpis.find(({ code }) => code === 'connectRate')).toMatchObject({ value: 1, numerator: 1, denominator: 1 });
  expect((await call<Page<{ id: string }>>('supervisor', 'GET', '/kpis/connectRate/rows')).body.rows).toMatchObject([{ id: CALL_ID, counted: true }]);
  for (const { socket } of [agent, stranger, watcher]) socket.close();
});

test('a recording is heard by ranges, by those it concerns, and leaves a trace', async () => {
  const root = rig.platform.config.switch.recordingsDir;
  mkdirSync(join(root, '2026'), { recursive: true });
  writeFileSync(join(root, '2026', 'a.wav'), WAV);
  await rig.db.shards.group().insertMany('recording', [{ recording_id: 31, call_id: CALL_ID, file_path: '2026/a.wav', byte_count: WAV.length, duration_ms: 1000, made_at: rig.now() }]);
  const whole = await open('agent', 'GET', '/recordings/31');
  expect([whole.status, whole.headers.get('content-type'), whole.headers.get('accept-ranges'), whole.headers.get('content-length')]).toEqual([200, 'audio/wav', 'bytes', String(WAV.length)]);
  expect(Buffer.from(await whole.arrayBuffer())).toEqual(WAV);
  const part = await open('supervisor', 'GET', '/recordings/31', undefined, { range: 'bytes=4-7' });
  expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([206, `bytes 4-7/${WAV.length}`, '0000']);
  const beyond = await open('supervisor', 'GET', '/recordings/31', undefined, { range: 'bytes=999-' });
  expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${WAV.length}`]);
  expect((await open('agent12', 'GET', '/recordings/31')).status).toBe(404);
  const trail = (await call<Page<{ action: string; personName: string }>>('groupAdmin', 'GET', '/audit?action=recordingRead')).body.rows.map(({ personName }) => personName).sort();
  expect(trail).toEqual(['赵坐席', '郑班长'].sort());
});

test('exports go out as a file with its digest in the audit, and the chains prove unbroken', async () => {
  const response = await open('supervisor', 'GET', '/reports/calls.xlsx'), bytes = Buffer.from(await response.arrayBuffer());
  expect([response.status, bytes.subarray(0, 2).toString(), decodeURIComponent(response.headers.get('content-disposition') ?? '')]).toEqual([200, 'PK', expect.stringContaining('通话记录-2026-11-18.xlsx')]);
  await until('the export is in the audit', async () => (await call<Page<{ detail: string }>>('groupAdmin', 'GET', '/audit?action=reportExport')).body.rows.some(({ detail }) => detail.includes('1 行')));
  expect((await open('agent', 'GET', '/reports/calls.xlsx')).status).toBe(403);
  expect(await call('groupAdmin', 'POST', '/audit/verify', {})).toMatchObject({ status: 200, body: { ok: true } });
  expect((await call('supervisor', 'GET', '/reports/orders.xlsx?orgId=12')).status).toBe(404);
});

test('the settings of telephone and figures have their owner', () => {
  for (const code of ['skillGroups', 'ivr', 'restReasons', 'kpiTargets'] as const) expect(rig.settings.missing()).not.toContain(code);
});

test('without the director every phone route says so, and orders still work', async () => {
  await director.goAway();
  for (const [who, method, path] of [['agent', 'GET', '/phone/state'], ['agent', 'POST', '/phone/commands'], ['agent', 'GET', '/skill-groups'], ['supervisor', 'GET', '/agents'], ['supervisor', 'GET', '/calls/waiting']] as const) {
    expect([path, await call(who, method, path, method === 'POST' ? { command: 'answer' } : undefined)]).toEqual([path, expect.objectContaining({ status: 503, body: expect.objectContaining({ code: 'DIRECTOR_UNAVAILABLE' }) })]);
  }
  expect((await call<BoardView>('supervisor', 'GET', '/board')).body.telephoneLive).toBe(false);
  expect((await call('agent', 'GET', '/calls')).status).toBe(200);
  expect((await call('agent', 'POST', '/orders', rig.form())).status).toBe(200);
});
