import { Client } from 'pg';
import { startTestDatabase, type TestDatabase } from '../testing/database';
import { migrate, startAnew } from './migrate';
import { Places, shardTables, type DatabaseTarget } from './places';
import { createShards } from './shards';
import { c, defineTable } from './table';

const thing = defineTable({ name: 'placed_thing', comment: '物', shard: 'both', primaryKey: ['id'], columns: { id: c.id('编号') } }), tables = [...shardTables, thing];
const prefix = `p${(Date.now() % 1e7).toString(36)}`;

describe('places by configuration', () => {
  test('are named the same on every run and differ by company', () => {
    const url = 'postgres://u:p@h:5432/ronghu';
    expect(new Places({ url }).company(11)).toEqual({ url, schema: 'ronghu_c11' });
    expect(new Places({ url }).group()).toEqual({ url, schema: 'ronghu_group' });
    expect(new Places({ url, shards: { mode: 'databases' } }).company(11)).toEqual({ url: 'postgres://u:p@h:5432/ronghu_c11', schema: 'ronghu' });
    expect(new Places({ url: 'dm://u:p@h', shards: { mode: 'databases' } }).company(11)).toEqual({ url: 'dm://u:p@h', schema: 'ronghu_c11' });
    expect(new Places({ url, shards: { mode: 'servers', servers: { north: 'oceanbase://n/' }, newCompanies: 'north' } }).company(11, 'north')).toEqual({ url: 'oceanbase://n/', schema: 'ronghu_c11' });
  });
  test.each([
    [{ mode: 'tables' }, /database\.shards\.mode/], [{ mode: 'schemas', prefix: 'a; drop' }, /identifier/], [{ mode: 'schemas', prefix: 'a'.repeat(13) }, /12 characters/],
    [{ mode: 'servers' }, /servers is empty/], [{ mode: 'servers', servers: { a: 'dm://x' }, newCompanies: 'b' }, /no server named b/],
  ])('refuse %j', (shards, why) => { expect(() => new Places({ url: 'postgres://h/d', shards: shards as DatabaseTarget['shards'] })).toThrow(why); });
  test('an address of an unknown database is refused in Chinese', async () => { await expect(migrate('http://h/d', tables, [])).rejects.toThrow(/本产品不认识/); });
});
const url = process.env.RONGHU_TEST_SERVER_URL;
(url && !url.startsWith('postgres') ? describe.skip : describe)('layouts on a real PostgreSQL', () => {
  let db: TestDatabase;
  const made: string[] = [];
  const admin = async (sql: string): Promise<void> => { const client = new Client({ connectionString: db.target.url }); await client.connect(); try { await client.query(sql); } finally { await client.end(); } };
  const where = async (shards: Awaited<ReturnType<typeof createShards>>, id: number) => (await shards.company(id).query<{ d: string; s: string }>('select current_database() as d, current_schema() as s'))[0];
  beforeAll(async () => { db = await startTestDatabase([], []); }, 60_000);
  afterAll(async () => { for (const name of made) await admin(`drop database if exists ${name} with (force)`); await db.stop(); }, 60_000);

  test('a database each, made when missing, also for a company added later', async () => {
    made.push(`${prefix}_group`, `${prefix}_c11`, `${prefix}_c12`);
    const target: DatabaseTarget = { url: db.target.url, shards: { mode: 'databases', prefix } };
    await migrate(target, tables, [11]);
    const shards = await createShards({ ...target, maxConnections: 4, companyIds: [11], tables });
    try {
      await shards.create(12);
      await shards.open(12);
      await shards.company(11).insertMany('placed_thing', [{ id: 1 }]);
      expect(await shards.company(12).query('select id from placed_thing')).toEqual([]);
      expect([await where(shards, 11), await where(shards, 12)]).toEqual([{ d: `${prefix}_c11`, s: 'ronghu' }, { d: `${prefix}_c12`, s: 'ronghu' }]);
      await Promise.all(Array.from({ length: 40 }, (_, i) => shards.company(11 + (i % 2)).query('select id from placed_thing')));
      expect(shards.connections()).toBeLessThanOrEqual(4);
    } finally { await shards.close(); }
    await startAnew(target, [11]);
    const again = await createShards({ ...target, maxConnections: 2, companyIds: [12] });
    try { expect(await again.company(12).query('select id from placed_thing')).toEqual([]); expect(await again.group().query('select id from placed_thing')).toEqual([]); } finally { await again.close(); }
  }, 60_000);
  test('several servers: a new company goes where the configuration says and is found there afterwards', async () => {
    const north = new URL(db.target.url);
    north.pathname = `/${prefix}_north`;
    made.push(`${prefix}_north`);
    const layout = (newCompanies: string): DatabaseTarget => ({ url: db.target.url, shards: { mode: 'servers', prefix: `${prefix}s`, servers: { north: north.toString() }, newCompanies } });
    await migrate(layout('main'), tables, [11]);
    const shards = await createShards({ ...layout('north'), maxConnections: 6, companyIds: [11], tables });
    try { await shards.create(31); await shards.open(31); await shards.company(31).insertMany('placed_thing', [{ id: 7 }]); } finally { await shards.close(); }
    const later = await createShards({ ...layout('main'), maxConnections: 6, companyIds: [11, 31], tables });
    try {
      expect(await later.company(31).query('select id from placed_thing')).toEqual([{ id: 7 }]);
      expect((await where(later, 31))?.d).toBe(`${prefix}_north`);
      expect((await where(later, 11))?.d).not.toBe(`${prefix}_north`);
      expect(await migrate(layout('main'), tables, [11, 31])).toBe(0);
    } finally { await later.close(); }
    await startAnew(layout('main'), [11, 31]);
  }, 60_000);
});
