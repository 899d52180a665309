import { c, defineTable } from './table';
import { createIds, idTime } from './ids';
import { startTestDatabase, type TestDatabase } from '../testing/database';
import { isUniqueViolation } from './shards';
import { migrate } from './migrate';

const thing = defineTable({ name: 'thing', comment: '物', shard: 'both', primaryKey: ['id'], unique: [['code']], columns: { id: c.id('编号'), code: c.text('编码', 20), note: c.text('备注', 200, { nullable: true }), done: c.bool('完成', { default: false }), at: c.time('时间') } });

describe('ids', () => {
  test('stay unique, ordered and below 2^53 when a second runs out and when the clock goes back', () => {
    let now = Date.UTC(2026, 10, 21);
    const ids = createIds(255, () => now);
    const made: number[] = [];
    for (let i = 0; i < 40000; i++) { if (i === 20000) now -= 5000; made.push(ids.next()); }
    expect(new Set(made).size).toBe(40000);
    expect([...made].sort((a, b) => a - b)).toEqual(made);
    expect(Math.max(...made)).toBeLessThan(Number.MAX_SAFE_INTEGER);
    expect(idTime(made[0] as number)).toBe(Date.UTC(2026, 10, 21));
  });
});
describe('table definitions', () => {
  test('refuse reserved words, long names and a nullable key', () => {
    const base = { comment: 'x', shard: 'group' as const, primaryKey: ['id'] };
    expect(() => defineTable({ ...base, name: 'order', columns: { id: c.id('x') } })).toThrow(/reserved/);
    expect(() => defineTable({ ...base, name: 'a'.repeat(31), columns: { id: c.id('x') } })).toThrow(/portable/);
    expect(() => defineTable({ ...base, name: 'ok_name', columns: { id: c.id('x', { nullable: true }) } })).toThrow(/primary key/);
  });
});
describe('shards on a real PostgreSQL', () => {
  let db: TestDatabase;
  beforeAll(async () => { db = await startTestDatabase([thing]); }, 60000);
  afterAll(() => db.stop());

  test('keep companies apart: a row of one is not seen by the other or the group', async () => {
    await db.shards.company(11).insertMany('thing', [{ id: 1, code: 'A', note: "引号 ' 和 👍", done: true, at: 1700000000123 }]);
    expect(await db.shards.company(12).query('select * from thing')).toEqual([]);
    expect(await db.shards.group().query('select * from thing')).toEqual([]);
    expect(await db.shards.company(11).query('select * from thing')).toEqual([{ id: 1, code: 'A', note: "引号 ' 和 👍", done: true, at: 1700000000123 }]);
  });
  test('roll back a transaction that throws and drop its after-commit work', async () => {
    const g = db.shards.group();
    let told = false;
    await expect(g.transaction(async (tx) => { tx.afterCommit(() => { told = true; }); await tx.execute("insert into thing (id, code, at) values (5, 'R', 0)"); throw new Error('no'); })).rejects.toThrow('no');
    expect(told).toBe(false);
    expect(await g.query('select * from thing where id = 5')).toEqual([]);
  });
  test('insert 5,000 rows in few statements and count affected rows', async () => {
    const g = db.shards.group();
    await g.insertMany('thing', Array.from({ length: 5000 }, (_, i) => ({ id: 1000 + i, code: `c${i}`, note: null, done: false, at: i })));
    expect(await g.execute('update thing set done = $1 where id >= $2', [true, 1000])).toBe(5000);
  });
  test('a large insert brings back every character as it was, and after a refused one the connection goes on', async () => {
    const g = db.shards.group(), texts = ['a\tb', 'a\nb', 'a\r\nb', '\\', '\\N', '\\.', '"x,y"', "it's", '{1,2}', '👍𠮷', '　', 'NULL', null];
    await g.insertMany('thing', Array.from({ length: 1200 }, (_, i) => ({ id: 20_000 + i, code: `k${i}`, note: texts[i % texts.length] ?? null, done: i % 2 === 0, at: 1_700_000_000_000 + i })));
    const rows = await g.query<{ id: number; note: string | null; done: boolean; at: number }>('select id, note, done, at from thing where id >= $1 and id < $2 order by id', [20_000, 21_200]);
    expect(rows).toEqual(Array.from({ length: 1200 }, (_, i) => ({ id: 20_000 + i, note: texts[i % texts.length] ?? null, done: i % 2 === 0, at: 1_700_000_000_000 + i })));
    await g.transaction(async (tx) => {
      await tx.insertMany('thing', Array.from({ length: 600 }, (_, i) => ({ id: 30_000 + i, code: `m${i}`, note: null, done: false, at: 0 })));
      expect(await tx.query('select count(*) as n from thing where id >= 30000')).toEqual([{ n: 600 }]);
    });
    const refused: unknown = await g.insertMany('thing', Array.from({ length: 2500 }, (_, i) => ({ id: 40_000 + i, code: i === 1300 ? 'm7' : `n${i}`, note: null, done: false, at: 0 }))).catch((error: unknown) => error);
    expect(isUniqueViolation(refused)).toBe(true);
    expect(await g.query('select count(*) as n from thing where id >= 30000')).toEqual([{ n: 600 }]);
  });
  test('a large insert with a value that no column can hold is refused, and the connection goes on', async () => {
    const one = db.shards.company(11), rows = Array.from({ length: 600 }, (_, i) => ({ id: 70_000 + i, code: `B${i}`, note: null, at: i === 599 ? { when: 1 } : 1 })) as never[];
    await expect(one.insertMany('thing', rows)).rejects.toThrow();
    expect(await one.query('select id from thing where id >= 70000')).toEqual([]);
  });
  test('name a unique violation', async () => {
    const g = db.shards.group();
    await g.insertMany('thing', [{ id: 1, code: 'dup', at: 0 }]);
    const failure: unknown = await g.insertMany('thing', [{ id: 2, code: 'dup', at: 0 }]).catch((error: unknown) => error);
    expect(isUniqueViolation(failure)).toBe(true);
  });
  test('a newer definition adds its column and keeps the rows; the same one runs nothing', async () => {
    const newer = defineTable({ ...thing, columns: { ...thing.columns, extra: c.int('新增', { default: 7 }) } });
    expect(await migrate(db.target, [newer], [11])).toBeGreaterThan(0);
    expect(await migrate(db.target, [newer], [11])).toBe(0);
    expect(await db.shards.company(11).query('select extra from thing where id = 1')).toEqual([{ extra: 7 }]);
  });
  test('an unknown company is not found', () => { expect(() => db.shards.company(99)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' })); });
});
