import type { Db, Row } from './db';
import { migrate } from './migrate';
import type { DatabaseTarget } from './places';
import { createShards, isUniqueViolation, type Shards } from './shards';
import { c, defineTable } from './table';

/** A server that the contract runs over. */
export interface ContractServer {
  url: string;
  /** Kills the server and starts it again on the same data. */
  restart?: () => Promise<void>;
  /** The server has no collation in which a trailing space counts (OceanBase's smaller builds). */
  padsText?: boolean;
}
const table = defineTable({
  name: 'contract_row', comment: '契约测试行', shard: 'both', primaryKey: ['id'], unique: [['code']], indexes: [['pinyin'], ['claimed_until', 'id'], ['login', 'id desc']],
  columns: { id: c.id('编号'), code: c.text('编码', 40), name: c.text('名称', 200), pinyin: c.text('排序键', 200), note: c.text('备注', 2000, { nullable: true }), login: c.text('保留字名列', 40, { nullable: true }), done: c.bool('完成', { default: false }), amount: c.decimal('数额', { nullable: true }), body: c.json('内容', { nullable: true }), story: c.longText('长文', { nullable: true }), raw_bytes: c.bytes('字节', { nullable: true }), happened_at: c.time('时间', { default: 0 }), claimed_until: c.time('占用到', { default: 0 }), tally: c.int('计数', { default: 0 }) },
});
const row = (id: number, more: Row = {}): Row => ({ id, code: `c${id}`, name: '张三', pinyin: 'zhang san', ...more });
const caught = (work: Promise<unknown>): Promise<unknown> => work.then(() => new Error('nothing was thrown'), (error: unknown) => error);
const gate = (): { opened: Promise<void>; open(): void } => { let open = (): void => undefined; const opened = new Promise<void>((resolve) => { open = resolve; }); return { opened, open }; };

/** What every store relies on, the same over every database (architecture, Data). @param start a server, or why there is none. */
export function contract(name: string, start: () => Promise<ContractServer>, stop: () => Promise<void>): void {
  describe(`the contract over ${name}`, () => {
    let server: ContractServer, target: DatabaseTarget, one: Shards, two: Shards, db: Db;
    const open = (): Promise<Shards> => createShards({ ...target, maxConnections: 8, companyIds: [11, 12], tables: [table] });
    beforeAll(async () => {
      server = await start();
      target = { url: server.url, shards: { mode: 'schemas', prefix: `k${process.pid.toString(36)}${(Date.now() % 100000).toString(36)}` } };
      await migrate(target, [table], [11, 12]);
      [one, two] = [await open(), await open()];
      db = one.company(11);
    }, 240_000);
    afterAll(async () => { await one?.close(); await two?.close(); await stop(); }, 60_000);
    beforeEach(async () => { await db.execute('delete from contract_row'); });

    test('every kind of value comes back as it went in', async () => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i)), values = row(Number.MAX_SAFE_INTEGER, { note: "引号 ' \" ` 反斜杠 \\ \\' 换行\n制表\t 问号? $1 -- /* 👍𠮷 NULL {a,b}", done: true, amount: 1234567.8901, body: '{"a":["\\"",1.5]}', raw_bytes: bytes, happened_at: 1_790_000_000_123, claimed_until: 0, tally: -5 });
      await db.insertMany('contract_row', [values]);
      const [found] = await db.query('select * from contract_row where id = $1', [Number.MAX_SAFE_INTEGER]);
      expect(found).toEqual({ ...values, login: null, story: null });
      await db.execute('update contract_row set note = $1, raw_bytes = $2, done = $3, amount = $4 where note = $5', ['NULL', Buffer.alloc(200_000, 7), false, -0.5, values.note as string]);
      expect(await db.query('select note, raw_bytes, done, amount from contract_row')).toEqual([{ note: 'NULL', raw_bytes: Buffer.alloc(200_000, 7), done: false, amount: -0.5 }]);
    });
    test('parameters stand where their number says, may repeat, and never become SQL', async () => {
      await db.insertMany('contract_row', [row(1, { note: 'a' }), row(2, { note: 'b' })]);
      expect(await db.query("select id, '$1 ? -- it''s \\ /*' as t from contract_row where note = $2 and (id = $1 or $1 = 0)", [2, 'b'])).toEqual([{ id: 2, t: "$1 ? -- it's \\ /*" }]);
      for (const attack of ["' or 1=1 -- ", "\\' or 1=1 -- ", '\\', "'; drop table contract_row; --"]) expect(await db.query('select id from contract_row where note = $1', [attack])).toEqual([]);
      expect(await caught(db.query('select id from contract_row where id = $3', [1]))).toBeInstanceOf(Error);
    });
    test('defaults hold where nothing is given', async () => {
      await db.insertMany('contract_row', [row(1)]);
      expect(await db.query('select done, tally, claimed_until, note from contract_row')).toEqual([{ done: false, tally: 0, claimed_until: 0, note: null }]);
    });
    test('an empty text is NULL, in rows, assignments and comparisons', async () => {
      await db.insertMany('contract_row', [row(1, { note: '' }), row(2, { note: 'x' })]);
      expect(await db.execute("update contract_row set note = $1 where id = $2", ['', 2])).toBe(1);
      expect(await db.query('select id, note from contract_row where note is null order by id')).toEqual([{ id: 1, note: null }, { id: 2, note: null }]);
      expect(await db.query('select id from contract_row where note = $1', [''])).toEqual([]);
      await db.insertMany('contract_row', Array.from({ length: 30 }, (_, i) => row(10 + i, { note: i % 2 ? '' : 'y' })));
      expect(await db.query('select count(*) as n from contract_row where note is null')).toEqual([{ n: 17 }]);
    });
    test('text is compared by its characters: case and accents count', async () => {
      await db.insertMany('contract_row', [row(1, { code: 'a', note: 'a' }), row(2, { code: 'A', note: 'A' }), row(3, { code: 'á', note: 'á' }), row(4, { code: 'ａ', note: 'ａ' })]);
      expect(await db.query('select id from contract_row where note = $1', ['a'])).toEqual([{ id: 1 }]);
      expect(await db.query('select count(distinct note) as n from contract_row')).toEqual([{ n: 4 }]);
    });
    test('a trailing space counts, where the server has a collation for it', async () => {
      await db.insertMany('contract_row', [row(1, { code: 'a' })]);
      const failure = await db.insertMany('contract_row', [row(2, { code: 'a ' })]).then(() => null, (error: unknown) => error);
      expect(isUniqueViolation(failure)).toBe(server.padsText ?? false);
    });
    test('names sort by their stored pinyin key, byte for byte', async () => {
      await db.insertMany('contract_row', [['重庆', 'chong qing'], ['北京', 'bei jing'], ['阿城', 'a cheng'], ['Zoo', 'Zoo'], ['哈尔滨', 'ha er bin'], ['𠮷林', '𠮷'], ['ｱ', 'ｱ']].map(([n, pinyin], i) => row(i + 1, { name: n, pinyin })));
      expect((await db.query<{ name: string }>('select name from contract_row order by pinyin, id')).map((r) => r.name)).toEqual(['Zoo', '阿城', '北京', '重庆', '哈尔滨', 'ｱ', '𠮷林']);
    });
    test('search by prefix and part takes what people type literally', async () => {
      const escaped = (text: string) => text.replace(/[\\%_]/g, (m) => `\\${m}`);
      await db.insertMany('contract_row', ['100%', '100元', 'a_b', 'axb', 'c\\d', 'cd', '道里区新阳路'].map((note, i) => row(i + 1, { note })));
      for (const [typed, ids] of [['100%', [1]], ['a_b', [3]], ['c\\d', [5]], ['100', [1, 2]], ['道里', [7]]] as const) expect((await db.query<{ id: number }>('select id from contract_row where note like $1 order by id', [`${escaped(typed)}%`])).map((r) => r.id)).toEqual(ids);
      expect(await db.query('select id from contract_row where note like $1', [`%${escaped('新阳')}%`])).toEqual([{ id: 7 }]);
    });
    test('lists page without gaps or doubles, with a count beside them', async () => {
      await db.insertMany('contract_row', Array.from({ length: 95 }, (_, i) => row(i + 1, { happened_at: Math.floor(i / 10) })));
      const seen: number[] = [];
      for (let offset = 0; offset < 95; offset += 20) seen.push(...(await db.query<{ id: number }>('select id from contract_row where done = $3 order by happened_at desc, id desc limit $1 offset $2', [20, offset, false])).map((r) => r.id));
      expect(seen).toHaveLength(95);
      expect(new Set(seen).size).toBe(95);
      expect(seen[0]).toBe(95);
      expect(await db.query('select count(*) as n from (select id from contract_row where id > $1 limit 50) c', [10])).toEqual([{ n: 50 }]);
    });
    test('days are counted in the organisation’s zone from UTC milliseconds', async () => {
      const zone = 8 * 3_600_000, day = 86_400_000, at = Date.UTC(2026, 10, 20, 15, 59, 59, 999);
      await db.insertMany('contract_row', [row(1, { happened_at: at }), row(2, { happened_at: at + 1 }), row(3, { happened_at: at + day })]);
      expect(await db.query(`select floor((happened_at + ${zone}) / ${day}) as d, count(*) as n from contract_row group by floor((happened_at + ${zone}) / ${day}) order by d`)).toEqual([{ d: Math.floor((at + zone) / day), n: 1 }, { d: Math.floor((at + 1 + zone) / day), n: 2 }]);
    });
    test('yes and no are compared, counted and summed alike', async () => {
      await db.insertMany('contract_row', Array.from({ length: 10 }, (_, i) => row(i + 1, { done: i < 3, amount: i === 0 ? null : 1.25 })));
      expect(await db.query('select count(*) as n, sum(case when done = $1 then 1 else 0 end) as yes, sum(amount) as total, coalesce(max(tally), 0) as top from contract_row', [true])).toEqual([{ n: 10, yes: 3, total: 11.25, top: 0 }]);
      expect(await db.query('select done, count(*) as n from contract_row group by done order by n')).toEqual([{ done: true, n: 3 }, { done: false, n: 7 }]);
    });
    test('reserved words as column names, casts and joined texts mean the same', async () => {
      await db.insertMany('contract_row', [row(1, { login: 'admin', note: 'Ab' }), row(2, { login: 'agent' })]);
      expect(await db.query("select r.login, concat(cast($1 as varchar(200)), r.login) as t, cast(r.id as varchar(20)) as s, length(r.name) as len from contract_row r where r.login like $2 order by r.login desc", ['@', 'a%'])).toEqual([{ login: 'agent', t: '@agent', s: '2', len: 2 }, { login: 'admin', t: '@admin', s: '1', len: 2 }]);
    });
    test('a long text and a large JSON keep every character', async () => {
      const story = '供热👍'.repeat(60_000), body = JSON.stringify({ list: Array.from({ length: 5000 }, (_, i) => ({ i, t: `第${i}项` })) });
      await db.insertMany('contract_row', [row(1, { story, body })]);
      const [found] = await db.query<{ story: string; body: string }>('select story, body from contract_row');
      expect(found?.story === story && found.body === body).toBe(true);
    });
    test('5,000 rows go in at once, all or none', async () => {
      const rows = Array.from({ length: 5000 }, (_, i) => row(i + 1, { note: i % 3 ? `备注 ${i} "'\\,{}` : null, done: i % 2 === 0, amount: i / 8 }));
      await db.insertMany('contract_row', rows);
      expect(await db.query('select count(*) as n, count(note) as notes, sum(amount) as total from contract_row')).toEqual([{ n: 5000, notes: 3333, total: (4999 * 5000) / 16 }]);
      expect(await db.query('select note from contract_row where id = 5')).toEqual([{ note: '备注 4 "\'\\,{}' }]);
      await db.execute('delete from contract_row where id <> 4000');
      expect(isUniqueViolation(await caught(db.insertMany('contract_row', rows)))).toBe(true);
      expect(await db.query('select id from contract_row')).toEqual([{ id: 4000 }]);
    });
    test('a thousand ids in one question', async () => {
      await db.insertMany('contract_row', Array.from({ length: 50 }, (_, i) => row(i + 1)));
      const ids = Array.from({ length: 1000 }, (_, i) => i + 26);
      expect(await db.query(`select count(*) as n from contract_row where id in (${ids.map((_, i) => `$${i + 1}`).join(',')})`, ids)).toEqual([{ n: 25 }]);
    });
    test('affected rows are those that matched, changed or not', async () => {
      await db.insertMany('contract_row', [row(1), row(2)]);
      expect(await db.execute('update contract_row set tally = $1', [0])).toBe(2);
      expect(await db.execute('update contract_row set tally = 5 where id = $1', [9])).toBe(0);
      expect(await db.execute('delete from contract_row where id = $1', [1])).toBe(1);
    });
    test('a unique violation is named, and is nothing else', async () => {
      await db.insertMany('contract_row', [row(1)]);
      for (const twin of [row(1, { code: 'z' }), row(2, { code: 'c1' })]) expect(isUniqueViolation(await caught(db.insertMany('contract_row', [twin])))).toBe(true);
      for (const other of [() => db.insertMany('contract_row', [{ id: 3 }]), () => db.query('select nothing_like_it from contract_row'), () => db.insertMany('contract_row', [row(4, { code: 'x'.repeat(41) })])]) expect(isUniqueViolation(await caught(other()))).toBe(false);
      expect(await db.query('select id from contract_row')).toEqual([{ id: 1 }]);
    });
    test('a transaction that throws leaves nothing and tells nobody; one that ends is told after it', async () => {
      const told: string[] = [];
      await expect(db.transaction(async (tx) => { tx.afterCommit(() => { told.push('no'); }); await tx.insertMany('contract_row', [row(1)]); throw new Error('undo'); })).rejects.toThrow('undo');
      await db.transaction(async (tx) => { tx.afterCommit(() => { told.push('yes'); }); await tx.insertMany('contract_row', [row(2)]); expect(told).toEqual([]); });
      expect(told).toEqual(['yes']);
      expect(await db.query('select id from contract_row')).toEqual([{ id: 2 }]);
    });
    test('others see a change when it is committed, and then within their own transaction too', async () => {
      await db.insertMany('contract_row', [row(1)]);
      const changed = gate(), looked = gate(), committed = gate(), tally = async (sql: Pick<Db, 'query'>) => (await sql.query<{ tally: number }>('select tally from contract_row where id = 1'))[0]?.tally;
      const writer = db.transaction(async (tx) => { await tx.execute('update contract_row set tally = 7 where id = 1'); changed.open(); await looked.opened; }).then(() => committed.open());
      await changed.opened;
      const seen = await two.company(11).transaction(async (tx) => { const before = await tally(tx); looked.open(); await committed.opened; return [before, await tally(tx)]; });
      await writer;
      expect(seen).toEqual([0, 7]);
    });
    test('a row read for update is held until the end', async () => {
      await db.insertMany('contract_row', [row(1)]);
      await Promise.all(Array.from({ length: 8 }, (_, i) => (i % 2 ? one : two).company(11).transaction(async (tx) => { const [found] = await tx.query<{ tally: number }>('select tally from contract_row where id = $1 for update', [1]); await tx.execute('update contract_row set tally = $1 where id = 1', [(found?.tally ?? 0) + 1]); })));
      expect(await db.query('select tally from contract_row')).toEqual([{ tally: 8 }]);
    });
    test('two sessions that claim the same rows get each row once', async () => {
      await db.insertMany('contract_row', Array.from({ length: 40 }, (_, i) => row(i + 1)));
      const claim = async (shards: Shards): Promise<number[]> => {
        const mine: number[] = [], rows = await shards.company(11).query<{ id: number }>('select id from contract_row where claimed_until < $1 order by claimed_until, id limit 40', [1000]);
        for (const { id } of rows) if (await shards.company(11).execute('update contract_row set claimed_until = $1, tally = tally + 1 where id = $2 and claimed_until < $3', [5000, id, 1000])) mine.push(id);
        return mine;
      };
      const claimed = (await Promise.all([claim(one), claim(two), claim(one), claim(two)])).flat();
      expect([...claimed].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
      expect(await db.query('select max(tally) as top from contract_row')).toEqual([{ top: 1 }]);
    });
    test('two transactions that wait for each other do not wait for ever: at least one is told to try again, without effect', async () => {
      await db.insertMany('contract_row', [row(1), row(2)]);
      const a = gate(), b = gate();
      const cross = (shards: Shards, first: number, second: number, mine: ReturnType<typeof gate>, theirs: ReturnType<typeof gate>) => shards.company(11).transaction(async (tx) => { await tx.execute('update contract_row set tally = tally + 1 where id = $1', [first]); mine.open(); await theirs.opened; await tx.execute('update contract_row set tally = tally + 1 where id = $1', [second]); });
      const results = await Promise.allSettled([cross(one, 1, 2, a, b), cross(two, 2, 1, b, a)]), failed = results.filter((r) => r.status === 'rejected');
      expect(failed.length).toBeGreaterThan(0);
      for (const { reason } of failed as PromiseRejectedResult[]) expect(reason).toMatchObject({ code: 'CONFLICT' });
      expect(await db.query('select sum(tally) as n from contract_row')).toEqual([{ n: 2 * (2 - failed.length) }]);
    }, 60_000);
    test('companies and group are apart, also when one connection serves them in turn', async () => {
      const few = await createShards({ ...target, maxConnections: 1, companyIds: [11, 12] });
      try {
        await few.company(11).insertMany('contract_row', [row(1, { note: 'eleven' })]);
        expect(await few.company(12).query('select note from contract_row')).toEqual([]);
        expect(await few.group().query('select note from contract_row')).toEqual([]);
        expect(await few.company(11).query('select note from contract_row')).toEqual([{ note: 'eleven' }]);
        expect(few.connections()).toBe(1);
      } finally { await few.close(); }
    });
    test('two hundred questions at once over three shards stay within the cap', async () => {
      let most = 0;
      await Promise.all(Array.from({ length: 200 }, async (_, i) => { await [one.group(), one.company(11), one.company(12)][i % 3]?.query('select count(*) as n from contract_row'); most = Math.max(most, one.connections()); }));
      expect(most).toBeLessThanOrEqual(8);
      expect(most).toBeGreaterThan(2);
    });
    test('a company is made, migrated and opened while both processes run', async () => {
      const opened: number[] = [];
      one.onOpen((_db, id) => opened.push(id));
      await Promise.all([one.create(77), two.create(77), one.create(78)]);
      await one.create(77);
      await one.discard(78);
      await Promise.all([one.open(77), two.openAll([11, 77])]);
      await expect(one.discard(77)).rejects.toThrow(/is open/);
      await one.company(77).insertMany('contract_row', [row(1)]);
      expect(await two.company(77).query('select id from contract_row')).toEqual([{ id: 1 }]);
      expect(opened).toEqual([77]);
      expect(() => one.company(78)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    }, 60_000);
    test('a newer definition adds its column and index and keeps the rows; the same one runs nothing', async () => {
      await db.insertMany('contract_row', [row(1)]);
      const newer = { ...table, columns: { ...table.columns, extra: c.int('新增', { default: 7 }), extra_text: c.text('新增文本', 40, { nullable: true }) }, indexes: [...(table.indexes ?? []), ['extra']] };
      expect(await migrate(target, [newer], [11])).toBeGreaterThan(0);
      expect(await migrate(target, [newer], [11])).toBe(0);
      expect(await db.query('select extra, extra_text from contract_row')).toEqual([{ extra: 7, extra_text: null }]);
    }, 60_000);
    test('the server is killed and started again: what was written is there, and nobody has to be restarted', async () => {
      if (!server.restart) { process.stderr.write(`跳过 ${name} 的断线重连：测试不能停止该服务器\n`); return; }
      await db.insertMany('contract_row', [row(1)]);
      const hanging = db.transaction(async (tx) => { await tx.execute('update contract_row set tally = 9 where id = 1'); await (server.restart as () => Promise<void>)(); await tx.query('select id from contract_row'); });
      await expect(hanging).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
      let last: unknown = null;
      for (let i = 0; i < 100; i++) { last = await db.query('select tally from contract_row where id = 1').catch((error: unknown) => error); if (Array.isArray(last)) break; expect(last).toMatchObject({ code: 'DATABASE_UNAVAILABLE' }); await new Promise((r) => setTimeout(r, 200)); }
      expect(last).toEqual([{ tally: 0 }]);
      expect(await two.group().query('select count(*) as n from contract_row')).toEqual([{ n: 0 }]);
    }, 120_000);
  });
}
