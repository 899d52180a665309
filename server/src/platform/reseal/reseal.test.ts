import { allTables } from '../../app/tables';
import { AuditLog } from '../audit';
import { auditTables } from '../audit/audit.tables';
import { busTables } from '../bus/bus.tables';
import { CryptoBox } from '../crypto';
import { c, defineTable } from '../database/table';
import type { Db } from '../database/db';
import { systemScope } from '../identity/scopes';
import type { Scope } from '../identity/scope';
import { silentLog } from '../log';
import { startTestDatabase, type TestDatabase } from '../testing/database';
import { Timers } from '../timer/timers';
import { TWO_PERSON_MS, TwoPerson, twoPersonTables } from '../two-person';
import { Reseal, resealTables, sealedColumns } from '.';

const phone = defineTable({ name: 'probe_phone', comment: '试验', shard: 'company', primaryKey: ['customer_id', 'number_blind'], columns: { customer_id: c.id('客户'), number_blind: c.text('盲索引', 64), number_sealed: c.text('号码（密文）', 400, { nullable: true }) } });
const person = defineTable({ name: 'probe_person', comment: '试验', shard: 'group', primaryKey: ['id'], columns: { id: c.id('编号'), mobile_sealed: c.text('手机号密文', 400, { nullable: true }) } });
const tables = [phone, person, ...busTables, ...auditTables, ...twoPersonTables, ...resealTables];
const master = (n: number): string => Buffer.alloc(32, n).toString('base64'), blind = master(99);
const oldBox = new CryptoBox({ data: [{ id: 'k1', master: master(1), createdAt: 0 }], blind }), box = new CryptoBox({ data: [{ id: 'k1', master: master(1), createdAt: 0 }, { id: 'k2', master: master(2), createdAt: 1 }], blind });
let db: TestDatabase, group: Db, now = 1_800_000_000_000;
const clock = { now: () => now };
beforeAll(async () => { db = await startTestDatabase(tables); group = db.shards.group(); });
afterAll(() => db.stop());
const make = (crypto = box, more: object = {}) => new Reseal({ shards: db.shards, ids: db.ids, clock, log: silentLog, crypto, timers: { on: () => undefined, set: async () => undefined }, tables, sliceMs: 0, batch: 7, ...more });
const fill = async (): Promise<void> => {
  for (const table of ['reseal_job', 'reseal_column', 'probe_person']) await group.execute(`delete from ${table}`);
  for (const id of [11, 12]) {
    await db.shards.company(id).execute('delete from probe_phone');
    await db.shards.company(id).insertMany('probe_phone', Array.from({ length: 30 }, (_, i) => ({ customer_id: Math.floor(i / 3), number_blind: `b${i % 3}`, number_sealed: i === 4 ? null : oldBox.seal(`138000000${String(i).padStart(2, '0')}`) })));
  }
  await group.insertMany('probe_person', Array.from({ length: 10 }, (_, i) => ({ id: i + 1, mobile_sealed: oldBox.seal(`1390000000${i}`) })));
};
const numbers = async (id: number): Promise<string[]> => (await db.shards.company(id).query<{ number_sealed: string | null }>('select number_sealed from probe_phone order by customer_id, number_blind')).map((r) => (r.number_sealed === null ? '' : box.open(r.number_sealed)));
const left = async (): Promise<number> => (await Promise.all([11, 12].map(async (id) => (await db.shards.company(id).query<{ n: number }>("select count(*) as n from probe_phone where number_sealed not like 'k2.%'"))[0]?.n ?? 0))).reduce((a, b) => a + b, 0);

describe('the re-encryption', () => {
  it('knows every sealed column of the product: none whose name says so is missing', () => {
    const found = sealedColumns(allTables).map((s) => `${s.table}.${s.column}`);
    expect(found).toEqual(expect.arrayContaining(allTables.flatMap((t) => Object.keys(t.columns).filter((name) => name.endsWith('_sealed') || name === 'sip_secret').map((name) => `${t.name}.${name}`))));
    expect(found.filter((name) => !/_sealed$|sip_secret$/.test(name))).toEqual([]);
    expect(found.length).toBeGreaterThanOrEqual(7);
  });
  it('goes over every shard in slices, and what it wrote opens to what was there', async () => {
    await fill();
    const before = [await numbers(11), await numbers(12)], job = make(), id = await group.transaction((tx) => job.start(tx, 'k2'));
    await expect(group.transaction((tx) => job.start(tx, 'k2'))).rejects.toThrow('重新加密正在进行');
    let slices = 0, halfway = 0;
    while (await job.slice(id)) { slices += 1; if (slices === 4) halfway = (await job.latest())?.done ?? 0; }
    expect(slices).toBeGreaterThan(8);
    expect(halfway).toBeGreaterThan(0);
    expect(await job.latest()).toMatchObject({ state: 'done', total: 68, done: 68, resealed: 68, columns: 3, columnsDone: 3, lastError: null, targetKey: 'k2', current: null });
    expect(await left()).toBe(0);
    expect([await numbers(11), await numbers(12)]).toEqual(before);
  });
  it('killed in the middle of a batch goes on where it stood, in another process, and touches no row twice', async () => {
    await fill();
    let seals = 0;
    const dying = make({ open: (text: string) => box.open(text), seal: (text: string) => { if (++seals > 20) throw new Error('killed'); return box.seal(text); }, sealingId: 'k2' } as unknown as CryptoBox), id = await group.transaction((tx) => dying.start(tx, 'k2'));
    await expect((async () => { while (await dying.slice(id)); })()).rejects.toThrow('killed');
    expect((await dying.latest())?.lastError).toBe('killed');
    const stood = await left();
    expect(stood).toBeGreaterThan(0);
    const other = make();
    while (await other.slice(id));
    expect(await other.latest()).toMatchObject({ state: 'done', resealed: 68 });
    expect(await left()).toBe(0);
  });
  it('leaves alone what a person changed between its reading and its writing, and takes it in another round', async () => {
    await fill();
    let changed = false;
    const job: Reseal = make({ sealingId: 'k2', seal: (text: string) => box.seal(text), open: (text: string) => { if (!changed) { changed = true; void db.shards.company(11).execute("update probe_phone set number_sealed = $1 where customer_id = 9 and number_blind = 'b2'", [oldBox.seal('13911112222')]); } return box.open(text); } } as unknown as CryptoBox);
    const id = await group.transaction((tx) => job.start(tx, 'k2'));
    while (await job.slice(id));
    expect((await numbers(11))[29]).toBe('13911112222');
    expect(await left()).toBe(0);
    expect((await job.latest())?.state).toBe('done');
  });
  it('waits in a process that does not know the new key yet', async () => {
    await fill();
    const late = make(oldBox), id = await group.transaction((tx) => late.start(tx, 'k2'));
    expect(await late.slice(id)).toBe(true);
    expect((await late.latest())?.done).toBe(0);
  });
  it('is carried by a durable timer: set in the same transaction as the job, and run to the end', async () => {
    await fill();
    await group.execute('delete from durable_timer');
    const timers = new Timers({ shards: db.shards, ids: db.ids, clock, log: silentLog }), job = make(box, { timers, sliceMs: 5 });
    await expect(group.transaction(async (tx) => { await job.start(tx, 'k2'); throw new Error('no'); })).rejects.toThrow('no');
    expect(await group.query('select id from durable_timer')).toEqual([]);
    await group.transaction((tx) => job.start(tx, 'k2'));
    for (let i = 0; i < 60 && (await job.latest())?.state === 'running'; i++) { now += 200; await timers.runDue(); }
    expect((await job.latest())?.state).toBe('done');
    expect(await left()).toBe(0);
  });
});

describe('the rule of two persons', () => {
  const person = (accountId: number, more: Partial<Scope> = {}): Scope => ({ ...systemScope('test'), system: false, accountId, personName: `人员${accountId}`, permissions: new Set(['key.manage', 'report.export']), orgIds: new Set([1]), orgRootIds: [1], ...more } as Scope);
  const rule = () => new TwoPerson({ group, ids: db.ids, clock, audit: new AuditLog(db.ids, clock) });
  const what = (n: number, kind: 'keyRotate' | 'massExport' = 'keyRotate', orgId: number | null = null) => ({ kind, detail: { n }, summary: `第 ${n} 件`, reason: '演练', orgId });
  const KEYS = ['keyRotate'] as const, EXPORT = ['massExport'] as const;

  it('lets another person confirm, runs the act once, and writes an audit row for both', async () => {
    const two = rule(), ran: unknown[] = [];
    two.on('keyRotate', async (_tx, request) => { ran.push(request.detail); });
    const { id } = await two.ask(person(1), what(1));
    expect(await two.answer(person(2), id, true, KEYS)).toMatchObject({ state: 'confirmed', answeredName: '人员2', mine: false });
    await expect(two.answer(person(3), id, true, KEYS)).rejects.toThrow('已经处理过');
    expect(ran).toEqual([{ n: 1 }]);
    expect((await group.query<{ action: string; account_id: number }>('select action, account_id from audit_row where target = $1 order by id', [`twoPerson:${id}`])).map((r) => [r.action, r.account_id])).toEqual([['twoPersonAsk', 1], ['twoPersonConfirm', 2]]);
  });
  it('refuses oneself, people without the right, and a kind that the route is not for', async () => {
    const two = rule(), { id } = await two.ask(person(1), what(2));
    await expect(two.answer(person(1), id, true, KEYS)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(two.answer(person(2, { permissions: new Set() }), id, true, KEYS)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(two.answer(person(2), id, true, EXPORT)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(two.ask(person(1, { permissions: new Set() }), what(3))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(two.ask(person(1), what(2))).rejects.toThrow('正在等待确认');
  });
  it('of two who confirm at the same moment one wins', async () => {
    const two = rule(), { id } = await two.ask(person(1), what(4));
    const answers = await Promise.allSettled([two.answer(person(2), id, true, KEYS), two.answer(person(3), id, true, KEYS)]);
    expect(answers.map((a) => a.status).sort()).toEqual(['fulfilled', 'rejected']);
  });
  it('lapses after thirty minutes, and an act that fails leaves the request open', async () => {
    const two = rule(), late = await two.ask(person(1), what(5));
    now += TWO_PERSON_MS;
    await expect(two.answer(person(2), late.id, true, KEYS)).rejects.toThrow('超过 30 分钟');
    expect((await two.list(person(1), KEYS)).find((r) => r.id === late.id)?.state).toBe('lapsed');
    two.on('keyRotate', async () => { throw new Error('disk full'); });
    const open = await two.ask(person(1), what(6));
    await expect(two.answer(person(2), open.id, true, KEYS)).rejects.toThrow('disk full');
    expect((await two.list(person(2), KEYS)).find((r) => r.id === open.id)?.state).toBe('asked');
  });
  it('gives an export\'s consent to who asked, for that export, once; people of another part see nothing of it', async () => {
    const two = rule(), { id } = await two.ask(person(1), what(7, 'massExport', 1)), matches = (d: Record<string, unknown>): boolean => d.n === 7;
    await expect(two.use(person(1), id, 'massExport', matches)).rejects.toThrow('还没有得到');
    await expect(two.answer(person(2, { orgIds: new Set([5]) }), id, true, EXPORT)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await two.list(person(2, { orgIds: new Set([5]) }), EXPORT)).map((r) => r.id)).not.toContain(id);
    await two.answer(person(2), id, true, EXPORT);
    await expect(two.use(person(2), id, 'massExport', matches)).rejects.toThrow('不是给这次操作的');
    await expect(two.use(person(1), id, 'massExport', () => false)).rejects.toThrow('不是给这次操作的');
    await two.use(person(1), id, 'massExport', matches);
    await expect(two.use(person(1), id, 'massExport', matches)).rejects.toThrow('已用过');
  });
});
