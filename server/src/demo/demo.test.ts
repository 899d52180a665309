import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ORDER_STATES } from '@ronghu/contract';
import { allTables } from '../app/tables';
import { evidenceIntact } from '../domain/work-order/evidence.rules';
import { fromRow } from '../domain/work-order/order-record';
import type { EvidenceRecord } from '../domain/work-order/order.store';
import { CryptoBox, loadOrCreateKeys } from '../platform/crypto';
import { migrate } from '../platform/database/migrate';
import { createIds } from '../platform/database/ids';
import { createShards, type Shards } from '../platform/database/shards';
import { BlobStore } from '../platform/storage';
import { startTestDatabase, type TestDatabase } from '../platform/testing/database';
import { generateDemo, planOrganisation, type Organisation } from '.';

let db: TestDatabase, shards: Shards, plan: Organisation, dir: string, crypto: CryptoBox, blobs: BlobStore;
const now = Date.UTC(2026, 10, 21, 7, 30);
const one = async (sql: string, company?: number): Promise<number> => Number((await (company ? shards.company(company) : shards.group()).query<{ n: number }>(sql))[0]?.n);
const each = async (sql: string): Promise<number> => { let n = 0; for (const c of plan.companies) n += await one(sql, c.id); return n; };

beforeAll(async () => {
  db = await startTestDatabase([], []);
  const ids = createIds(0, () => now), planned = planOrganisation(ids);
  plan = planned.plan;
  await migrate(db.target, allTables, plan.companies.map((c) => c.id));
  shards = await createShards({ ...db.target, maxConnections: 10, companyIds: plan.companies.map((c) => c.id) });
  for (const row of planned.rows) await shards.group().insertMany('org_node', [row]);
  dir = mkdtempSync(join(tmpdir(), 'ronghu-demo-'));
  crypto = new CryptoBox(loadOrCreateKeys(dir));
  blobs = new BlobStore(join(dir, 'blobs'));
  await generateDemo({ shards, ids, crypto, blobs }, plan, { houses: 2400, seed: 7, now, passwordHash: 'x', orders: 900, calls: 600 }, () => undefined);
}, 240_000);
afterAll(async () => { await shards.close(); await db.stop(); rmSync(dir, { recursive: true, force: true }); });

it('is one group, two divisions, three companies, eighteen stations with 34 phones each, everybody bound to a phone', async () => {
  const kinds = await shards.group().query<{ kind: string; n: number }>('select kind, count(*) as n from org_node group by kind');
  expect(Object.fromEntries(kinds.map((k) => [k.kind, k.n]))).toEqual({ group: 1, division: 2, company: 3, station: 18 });
  expect([await one('select count(*) as n from phone'), await one('select count(*) as n from agent'), await one('select count(*) as n from binding')]).toEqual([612, 612, 612]);
  expect(await one("select count(distinct role_code) as n from account_role")).toBe(10);
});
it('holds exactly the houses asked for, in a tree whose counts are those of its rows, and the indexes say the same', async () => {
  expect(await each('select count(*) as n from house')).toBe(2400);
  expect(await one('select count(*) as n from house_index')).toBe(2400);
  expect(await one('select sum(n_on + n_suspended + n_off) as n from community_index')).toBe(2400);
  expect(await each("select count(*) as n from area_node a where kind = 'unit' and house_count <> (select count(*) from house h where h.unit_id = a.id)")).toBe(0);
  expect(await each("select sum(house_count) as n from area_node where kind = 'heatSource'")).toBe(2400);
  expect(await each("select count(*) as n from area_node c join area_node p on p.id = c.parent_id where c.path <> concat(p.path, cast(c.id as varchar), '/')")).toBe(0);
  expect(await each('select count(*) as n from (select customer_id from house_customer group by customer_id having count(*) > 1) x')).toBeGreaterThan(20);
  expect(await one('select count(*) as n from (select customer_id from phone_index group by customer_id having count(distinct number_blind) > 1) x')).toBeGreaterThan(20);
});
it('has orders in every state that the engine leads to, each ending as its history says, none closed without revisit or exemption', async () => {
  const states = (await shards.group().query<{ state: string }>('select distinct state from work_order_index')).map((s) => s.state);
  expect(new Set(states)).toEqual(new Set(ORDER_STATES.filter((s) => s !== 'draft' && s !== 'handedOver')));
  expect(await each('select count(*) as n from work_order o where o.state <> (select e.to_state from work_order_event e where e.order_id = o.id order by e.id desc limit 1)')).toBe(0);
  expect(await each('select count(*) as n from work_order o where (select count(*) from work_order_event e where e.order_id = o.id and e.version_no > o.version_no) > 0')).toBe(0);
  expect(await one("select count(*) as n from work_order_index where state = 'closed' and exempt = false and revisit_attempts = 0")).toBe(0);
  for (const what of ['round_no > 1', 'supervised', 'over_level', 'overdue', 'near_due', 'pending_approval is not null', 'exempt', 'direct_closed', 'urged > 0', 'satisfied = false']) expect(`${what}: ${(await one(`select count(*) as n from work_order_index where ${what}`)) > 0}`).toBe(`${what}: true`);
  expect(await each('select count(*) as n from work_order where created_at > 1795246200000 or updated_at > 1795246200000')).toBe(0);
});
it('has evidence that is intact and whose pictures are there', async () => {
  const rows = (await shards.company(plan.companies[0]!.id).query('select * from evidence limit 20')).map((r) => fromRow<EvidenceRecord>(r));
  expect(rows.length).toBe(20);
  for (const row of rows) { expect(evidenceIntact(row)).toBe(true); expect(await blobs.intact(row.signatureSm3)).toBe(true); }
});
it('ties calls to orders, and gives every open order the timer that carries its promise on', async () => {
  expect(await one('select count(*) as n from call_record c join work_order_index o on o.id = c.order_id and o.call_id = c.call_id')).toBe(900);
  expect(await each("select count(*) as n from work_order o where o.closed_at is null and o.completed_at is null and not exists (select 1 from durable_timer t where t.kind = 'order.clock' and t.timer_key = cast(o.id as varchar))")).toBe(0);
  expect(await one("select count(*) as n from call_record where end_reason <> 'completed'")).toBeGreaterThan(20); // how many fall into the past depends on the hour of the run
});
it('shows no number and no name that was not invented: numbers are sealed and of segments without a carrier', async () => {
  const [row] = await shards.company(plan.companies[0]!.id).query<{ number_sealed: string }>('select number_sealed from customer_phone limit 1');
  expect(crypto.open(row!.number_sealed)).toMatch(/^(154|160|161|163|164|168|169|179|194)\d{8}$/);
});
it('leaves the ids of the time to come free', async () => {
  const top = createIds(1, () => now + 1000).next();
  for (const table of ['work_order', 'work_order_event', 'house', 'customer']) expect(await each(`select count(*) as n from ${table} where id > ${top}`)).toBe(0);
});
