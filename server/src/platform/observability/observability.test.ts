import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog, type Log } from '../log';
import { busTables } from '../bus/bus.tables';
import { identityTables } from '../identity/identity.tables';
import { migrate } from '../database/migrate';
import { c, defineTable } from '../database/table';
import { createShards, type DatabaseWatch } from '../database/shards';
import { startTestDatabase, type TestDatabase } from '../testing/database';
import { certificateOf, DatabaseFigures, diskOf, FigureBoard, Metrics, openProbePort, ProcessMeter, Probes, readiness, SlowQueries, type BoardEntry } from '.';

let dir: string, now = 1_800_000_000_000;
const clock = { now: () => now };
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'ronghu-observe-')); });
afterEach(() => rmSync(dir, { recursive: true, force: true }));

interface Answer { status: number; text: string; headers: IncomingMessage['headers'] }
const ask = (port: number, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> => new Promise((resolve, reject) => {
  request({ host: '127.0.0.1', port, path, method, headers }, (response) => { let text = ''; response.on('data', (d: Buffer) => { text += d.toString(); }); response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers })); }).on('error', reject).end();
});

describe('the probes', () => {
  const open = async (options: { token?: string | null; reasons?: () => Promise<string[]>; log?: Log } = {}) => {
    const metrics = new Metrics('test', options.log ?? silentLog), probes = new Probes({ role: 'test', version: '9.9.9', startedAt: Date.now(), metrics, log: options.log ?? silentLog, metricsToken: options.token ?? null, reasons: options.reasons ?? (async () => []) });
    return { metrics, probes, ...(await openProbePort(probes, 0)) };
  };
  it('say alive and ready without a session, with a request id, and nothing that is not a figure', async () => {
    const p = await open();
    const [health, ready] = [await ask(p.port, '/healthz'), await ask(p.port, '/readyz?x=1')];
    expect([health.status, ready.status]).toEqual([200, 200]);
    expect(health.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(Object.keys(JSON.parse(health.text) as object).sort()).toEqual(['role', 'status', 'uptimeSeconds', 'version']);
    expect((await ask(p.port, '/healthz', {}, 'POST')).status).toBe(405);
    expect((await ask(p.port, '/elsewhere')).status).toBe(404);
    await p.close();
  });
  it('give 503 with the reasons in Chinese, and while stopping whatever the database says', async () => {
    const p = await open({ reasons: async () => ['集团数据库不可用'] });
    expect(await ask(p.port, '/readyz')).toMatchObject({ status: 503, text: JSON.stringify({ status: 'notReady', reasons: ['集团数据库不可用'] }) });
    p.probes.stop();
    expect((await ask(p.port, '/readyz')).text).toContain('进程正在停止');
    expect((await ask(p.port, '/healthz')).status).toBe(200);
    await p.close();
  });
  it('do not ask the database for each caller: a hundred at once are one question', async () => {
    let asked = 0;
    const p = await open({ reasons: async () => { asked += 1; await new Promise((r) => setTimeout(r, 20)); return []; } });
    await Promise.all(Array.from({ length: 100 }, () => ask(p.port, '/readyz')));
    expect(asked).toBe(1);
    await p.close();
  });
  it('answer 503 when the check itself fails, and log it', async () => {
    const lines: string[] = [];
    const p = await open({ reasons: async () => { throw new Error('boom'); }, log: { ...silentLog, error: (message) => lines.push(message) } });
    expect((await ask(p.port, '/readyz')).status).toBe(503);
    expect(lines).toEqual(['a probe could not be answered']);
    await p.close();
  });
  it('show metrics to this machine alone when there is no token: not through a proxy on it', async () => {
    const p = await open();
    expect((await ask(p.port, '/metrics')).status).toBe(200);
    for (const header of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via']) expect((await ask(p.port, '/metrics', { [header]: '203.0.113.9' })).status).toBe(403);
    await p.close();
  });
  it('show metrics to whoever has the token when there is one, and not to this machine without it', async () => {
    const p = await open({ token: 'a-long-token' });
    expect([(await ask(p.port, '/metrics')).status, (await ask(p.port, '/metrics', { authorization: 'Bearer wrong' })).status, (await ask(p.port, '/metrics', { authorization: 'Bearer a-long-token', 'x-forwarded-for': '203.0.113.9' })).status]).toEqual([403, 403, 200]);
    await p.close();
  });
});

describe('the metrics', () => {
  it('count requests by route template, and leave a gap where a source fails instead of the last value', async () => {
    const lines: string[] = [], metrics = new Metrics('api', { ...silentLog, warn: (message) => lines.push(message) });
    metrics.request('GET', '/orders/:companyId/:id', 200, 120);
    let broken = false, settled = 7;
    metrics.gauge('ronghu_outbox_waiting', 'x', ['shard'], () => { if (broken) throw new Error('away'); return [{ labels: { shard: 'group' }, value: 3 }]; });
    metrics.counter('ronghu_relay_published_total', 'x', () => settled);
    const text = await metrics.text();
    expect(text).toContain('ronghu_http_request_duration_seconds_bucket{le="0.25",role="api",method="GET",route="/orders/:companyId/:id",code="200"} 1');
    expect(text).toContain('ronghu_outbox_waiting{shard="group",role="api"} 3');
    expect(text).toMatch(/nodejs_eventloop_lag_seconds\{/);
    expect(text).toMatch(/process_resident_memory_bytes\{/);
    broken = true; settled = 9;
    const later = await metrics.text();
    expect(later).not.toContain('ronghu_outbox_waiting{');
    expect(later).toContain('ronghu_relay_published_total{role="api"} 9');
    expect(lines).toEqual(['a metric could not be read']);
  });
});

describe('slow statements', () => {
  const make = (more: Partial<ConstructorParameters<typeof SlowQueries>[0]> = {}) => new SlowQueries({ limitMs: 200, file: join(dir, 'logs', 'slow-query.log'), role: 'api', clock, log: silentLog, ...more });
  it('are written to their own log with shard, milliseconds and text; quick ones are not', async () => {
    const slow = make();
    slow.note('company:11', 'select *\n   from work_order where number_blind = $1', 431.6);
    slow.note('group', 'select 1', 199.9);
    await slow.flushed();
    const lines = readFileSync(join(dir, 'logs', 'slow-query.log'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toEqual([expect.objectContaining({ message: 'slow query', shard: 'company:11', ms: 432, sql: 'select * from work_order where number_blind = $1', role: 'api' })]);
  });
  it('of the last hour are given the slowest first, and older ones are forgotten', () => {
    const slow = make({ file: join(dir, 'x.log') });
    for (const ms of [300, 900, 500]) slow.note('group', `select ${ms}`, ms);
    now += 1_800_000;
    slow.note('group', 'select 600', 600);
    expect(slow.slowest(3).map((q) => q.ms)).toEqual([900, 600, 500]);
    now += 1_800_001;
    expect(slow.slowest(3).map((q) => q.ms)).toEqual([600]);
  });
  it('begin a new file at its limit and keep the one before', async () => {
    const slow = make({ largestFile: 300 });
    for (let i = 0; i < 6; i++) slow.note('group', `select ${i} from somewhere`, 250);
    await slow.flushed();
    expect(existsSync(join(dir, 'logs', 'slow-query.log.1'))).toBe(true);
    expect(statSync(join(dir, 'logs', 'slow-query.log')).size).toBeLessThan(600);
  });
  it('that cannot be written are told once, and keep nobody from working', async () => {
    const warned: string[] = [], slow = make({ file: join(__filename, 'slow.log'), log: { ...silentLog, warn: (message) => warned.push(message) } });
    for (let i = 0; i < 3; i++) slow.note('group', 'select 1', 300);
    await slow.flushed();
    expect(warned).toEqual(['the log of slow queries cannot be written']);
    expect(slow.slowest(9)).toHaveLength(3);
  });
});

describe('with real databases', () => {
  const tables = [...busTables, ...identityTables];
  let db: TestDatabase;
  beforeAll(async () => { db = await startTestDatabase(tables); await db.shards.group().insertMany('org_node', [11, 12].map((id) => ({ id, parent_id: null, kind: 'company', name: `公司${id}`, code: `C${id}`, path: `/${id}/`, company_id: id, sort_no: 0, org_status: 'active' }))); });
  afterAll(() => db.stop());

  it('every statement and every wait is measured: in a transaction, outside of one, and for many rows', async () => {
    const seen: string[] = [], waits: string[] = [], watch: DatabaseWatch = { statement: (shard, sql, ms) => { expect(ms).toBeGreaterThan(0); seen.push(`${shard} ${sql}`); }, waited: (kind) => waits.push(kind) };
    const shards = await createShards({ ...db.target, maxConnections: 4, companyIds: [11], watch }), company = shards.company(11);
    await company.query('select $1 as x', ['13812345678']);
    await company.transaction(async (tx) => { await tx.execute('delete from outbox where id = $1', [1]); await tx.insertMany('lease', [{ name: 'w', holder: 'h', epoch: 1, until_at: 0 }]); });
    await expect(company.query('select nothing from nowhere')).rejects.toThrow();
    expect(seen.slice(1)).toEqual(['company:11 select $1 as x', 'company:11 delete from outbox where id = $1', 'company:11 insert into lease /* 1 rows */', 'company:11 select nothing from nowhere']);
    expect(waits.filter((kind) => kind === 'company')).toHaveLength(3);
    expect(seen.join()).not.toContain('138');
    expect(shards.pool()).toMatchObject({ max: 4, waiting: 0, group: 0, company: 0 });
    await shards.close();
  });
  it('each shard says engine, version, latency and what waits', async () => {
    await db.shards.company(12).insertMany('outbox', [0, 0, 2].map((status, i) => ({ id: 900 + i, kind: 'k', aggregate: 'a', aggregate_id: '1', company_id: 12, payload: '{}', at: 1, due_at: 0, outbox_status: status, seq: null, attempts: 0, last_error: null, published_at: null })));
    const figures = await new DatabaseFigures(db.shards, clock.now).all(), of12 = figures.find((f) => f.companyId === 12);
    expect(figures.map((f) => f.shard)).toEqual(['group', 'company:11', 'company:12']);
    expect(of12).toMatchObject({ waiting: 2, dead: 1, timersDue: 0 });
    expect(of12?.version).toMatch(/\d/);
    expect(of12?.latencyMs).toBeGreaterThan(0);
  });
  it('ready when tables are current and every company is open; a closed company and tables of another version are named', async () => {
    expect(await readiness({ shards: db.shards, tables })()).toEqual([]);
    const few = await createShards({ ...db.target, maxConnections: 4, companyIds: [11] });
    expect(await readiness({ shards: few, tables })()).toEqual(['分公司库 12 还没有打开']);
    await few.close();
    const newer = [...tables, defineTable({ name: 'readiness_probe', comment: '就绪检查试验', shard: 'both', primaryKey: ['id'], columns: { id: c.id('编号') } })], check = readiness({ shards: db.shards, tables: newer });
    expect(await check()).toEqual(['集团数据库的表结构不是本版本的，请先执行升级']);
    await migrate(db.target, newer, [11]);
    expect(await check()).toEqual(['分公司库 12的表结构不是本版本的，请先执行升级']);
    await migrate(db.target, newer, [12]);
    expect(await check()).toEqual([]);
  });
  it('not ready when the database is away or silent, within the patience, and ready again afterwards', async () => {
    let mode: 'well' | 'gone' | 'silent' = 'well';
    const group = new Proxy(db.shards.group(), { get: (target, key, self) => (key === 'query' && mode !== 'well' ? () => (mode === 'gone' ? Promise.reject(new Error('ECONNREFUSED 10.0.0.5')) : new Promise(() => undefined)) : Reflect.get(target, key, self) as unknown) });
    const check = readiness({ shards: { group: () => group, company: (id) => db.shards.company(id), companyIds: () => [11, 12] }, tables: [...tables], patienceMs: 100 });
    mode = 'gone';
    expect(await check()).toEqual(['集团数据库不可用']);
    mode = 'silent';
    const begin = Date.now();
    expect(await check()).toEqual(['集团数据库不可用']);
    expect(Date.now() - begin).toBeLessThan(1500);
    mode = 'well';
    expect(await check()).toEqual([]);
  });
});

describe('the board of processes', () => {
  const entry = (sqlLength: number): Omit<BoardEntry, 'holder'> => ({ process: new ProcessMeter({ role: 'api', version: '1', startedAt: 1 }).read(), liveConnections: 4, pool: { max: 8, idle: 1, group: 1, company: 0, waiting: 0 }, slow: Array.from({ length: 30 }, (_, i) => ({ at: i, shard: 'group', ms: 300 + i, sql: 'x'.repeat(sqlLength), role: 'api' })) });
  const store = () => { const kept = new Map<string, string>(); return { kept, cache: { join: async (_set: string, member: string, body: string) => { kept.set(member, body); }, leave: async (_set: string, member: string) => { kept.delete(member); }, members: async () => [...kept].map(([member, body]) => ({ member, body })) } as unknown as ConstructorParameters<typeof FigureBoard>[0]['cache'] }; };
  it('shows every process once, and tells a short form of itself', async () => {
    const { kept, cache } = store(), a = new FigureBoard({ cache, holder: 'a', log: silentLog, own: () => entry(5000) }), b = new FigureBoard({ cache, holder: 'b', log: silentLog, own: () => entry(10) });
    a.start(); b.start();
    await new Promise((r) => setTimeout(r, 20));
    expect((await a.all()).map((e) => e.holder)).toEqual(['a', 'b']);
    expect((kept.get('a') as string).length).toBeLessThan(8000);
    await b.close();
    expect((await a.all()).map((e) => e.holder)).toEqual(['a']);
    await a.close();
  });
  it('shows at least the process asked while the shared store is away', async () => {
    const away = { members: async () => { throw new Error('away'); } } as unknown as ConstructorParameters<typeof FigureBoard>[0]['cache'];
    expect((await new FigureBoard({ cache: away, holder: 'a', log: silentLog, own: () => entry(1) }).all()).map((e) => e.holder)).toEqual(['a']);
  });
});

describe('the host', () => {
  it('says how much room a folder has, and nothing of one that is not there', async () => {
    const here = await diskOf('data', dir);
    expect(here.freeBytes).toBeGreaterThan(0);
    expect(here.totalBytes).toBeGreaterThanOrEqual(here.freeBytes as number);
    expect(await diskOf('recordings', join(dir, 'none'))).toEqual({ name: 'recordings', totalBytes: null, freeBytes: null });
    expect(await certificateOf('server', join(dir, 'none.crt'))).toEqual({ name: 'server', subject: '', validTo: null });
  });
  it('sees a held-up event loop', async () => {
    const meter = new ProcessMeter({ role: 'api', version: '1', startedAt: 1 });
    await new Promise((r) => setTimeout(r, 60));
    const until = performance.now() + 300;
    while (performance.now() < until) Math.sqrt(2);
    await new Promise((r) => setTimeout(r, 30));
    const figures = meter.read();
    meter.close();
    expect(figures.lagMs).toBeGreaterThan(100);
    expect(figures.rssBytes).toBeGreaterThan(figures.heapBytes);
  });
});
