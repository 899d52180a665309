import type { Sql, Tx } from '../../../platform/database/db';
import { isUniqueViolation } from '../../../platform/database/shards';
import type { Shards } from '../../../platform/database/shards';
import { marks } from '../basic-info.parts';
import type { IndexWriter } from '../search/index-writer';
import { roomKey } from '../search/address.rules';
import type { Plan } from './chunk';
import type { Known, StoredCustomer, StoredHouse } from './people';
import type { StoredNode } from './tree';

const MARKS = 1000, PAIRS = 200, SEALED_MAX = 4000;
const HOUSE = 'id, company_id, unit_id, building_id, community_id, station_id, room_no, address, area_m2, heating, contract_no, arrears_cents, owner_id, version, updated_at';
const CUSTOMER = 'id, company_id, customer_name, customer_level, id_no_sealed, id_no_blind, remark, version, updated_at';
/** Someone changed the tree, or another run saved this chunk: what was decided does not hold any more and is decided anew. */
export class Overtaken extends Error {}
async function each<T extends string | number, R>(values: readonly T[], ask: (part: T[]) => Promise<R[]>): Promise<R[]> {
  const out: R[] = [];
  for (let at = 0; at < values.length; at += MARKS) out.push(...(await ask(values.slice(at, at + MARKS))));
  return out;
}
export interface ChunkFacts { job_id: number; chunk_no: number; n_rows: number }
export interface SavedChunk { chunk_no: number; n_rows: number; n_created: number; n_changed: number; n_same: number; n_bad: number; n_nodes: number; indexed: boolean }

/** Rows of a company's shard that an import reads and writes. */
export const chunkStore = {
  tree: (sql: Sql): Promise<StoredNode[]> => sql.query('select id, parent_id, kind, node_name, path, own_station_id, station_id from area_node'),
  saved: (sql: Sql, jobId: number): Promise<SavedChunk[]> => sql.query('select chunk_no, n_rows, n_created, n_changed, n_same, n_bad, n_nodes, indexed from import_chunk where job_id = $1', [jobId]),
  async badRows(sql: Sql, jobId: number): Promise<Set<number>> { return new Set((await sql.query<{ row_no: number }>('select row_no from import_bad_row where job_id = $1', [jobId])).map((r) => r.row_no)); },
  async isEmpty(sql: Sql, ...tables: string[]): Promise<boolean> {
    for (const table of tables) if ((await sql.query(`select 1 as hit from ${table} limit 1`)).length) return false;
    return true;
  },
  async indexed(sql: Sql, jobId: number, chunks: readonly number[]): Promise<void> { await each([...chunks], async (part) => { await sql.execute(`update import_chunk set indexed = $1 where job_id = $2 and chunk_no in (${marks(part, 3)})`, [true, jobId, ...part]); return []; }); },
  async byContracts(sql: Sql, contracts: readonly string[]): Promise<{ id: number; owner_id: number | null }[]> { return each(contracts, (part) => sql.query(`select id, owner_id from house where contract_no in (${marks(part)})`, part)); },

  /** What is stored of the houses and people that rows name, locked until the transaction ends. @param blinds of numbers, and of identity numbers with a # before. */
  async known(tx: Tx, contracts: readonly string[], unitIds: readonly number[], blinds: readonly string[]): Promise<Known> {
    const found = new Map<number, StoredHouse>();
    for (const row of await each(unitIds, (part) => tx.query<StoredHouse>(`select ${HOUSE} from house where unit_id in (${marks(part)}) for update`, part))) found.set(row.id, row);
    const here = new Set([...found.values()].map((h) => h.contract_no));
    for (const row of await each(contracts.filter((c) => !here.has(c)), (part) => tx.query<StoredHouse>(`select ${HOUSE} from house where contract_no in (${marks(part)}) for update`, part))) found.set(row.id, row);
    const byBlind = new Map<string, number[]>(), note = (key: string, id: number): void => { const ids = byBlind.get(key); if (ids) ids.push(id); else byBlind.set(key, [id]); };
    for (const r of await each(blinds.filter((b) => !b.startsWith('#')), (part) => tx.query<{ number_blind: string; customer_id: number }>(`select number_blind, customer_id from customer_phone where number_blind in (${marks(part)}) order by customer_id`, part))) note(r.number_blind, r.customer_id);
    for (const r of await each(blinds.filter((b) => b.startsWith('#')).map((b) => b.slice(1)), (part) => tx.query<{ id_no_blind: string; id: number }>(`select id_no_blind, id from customer where id_no_blind in (${marks(part)}) order by id`, part))) note(`#${r.id_no_blind}`, r.id);
    const ids = [...new Set([...[...found.values()].flatMap((h) => h.owner_id ?? []), ...[...byBlind.values()].flat()])], people = new Map<number, { row: StoredCustomer; blinds: string[]; nextSort: number }>();
    for (const row of await each(ids, (part) => tx.query<StoredCustomer>(`select ${CUSTOMER} from customer where id in (${marks(part)}) for update`, part))) people.set(row.id, { row, blinds: [], nextSort: 0 });
    for (const r of await each(ids, (part) => tx.query<{ customer_id: number; number_blind: string; sort_no: number }>(`select customer_id, number_blind, sort_no from customer_phone where customer_id in (${marks(part)})`, part))) { const p = people.get(r.customer_id); p?.blinds.push(r.number_blind); if (p) p.nextSort = Math.max(p.nextSort, r.sort_no + 1); }
    const houses = [...found.values()];
    return { byContract: new Map(houses.map((h) => [h.contract_no, h])), byPlace: new Map(houses.map((h) => [`${h.unit_id}|${roomKey(h.room_no)}`, h])), people, byBlind };
  },
  /** @throws Overtaken when a node was changed by someone after the tree was read. */
  async checkTree(sql: Sql, readAt: number): Promise<void> {
    if ((await sql.query<{ n: number }>('select count(*) as n from area_node where updated_at > $1', [readAt]))[0]?.n) throw new Overtaken('the tree was changed');
  },

  /** Everything of one chunk in one transaction, with the mark that it is saved. @throws Overtaken */
  async write(tx: Tx, plan: Plan, facts: ChunkFacts, seal: (text: string) => string): Promise<void> {
    try {
      await tx.insertMany('import_chunk', [{ ...facts, n_created: plan.created, n_changed: plan.changed, n_same: plan.same, n_bad: plan.bad.length, n_nodes: plan.nodes.length, indexed: false }]);
      await tx.insertMany('area_node', plan.nodes);
      for (const [n, ids] of plan.gained) {
        let hit = 0;
        await each(ids, async (part) => { hit += await tx.execute(`update area_node set house_count = house_count + $1 where id in (${marks(part, 2)})`, [n, ...part]); return []; });
        if (hit !== ids.length) throw new Overtaken('a node is gone');
      }
      const drop = (table: string, ids: readonly number[]): Promise<unknown> => each(ids, async (part) => { await tx.execute(`delete from ${table} where id in (${marks(part)})`, part); return []; });
      // many rows written anew are several times faster than as many updates
      await drop('house', plan.replacedHouses);
      await tx.insertMany('house', plan.houses);
      await drop('customer', plan.replacedCustomers);
      await tx.insertMany('customer', plan.customers);
      await tx.insertMany('customer_phone', plan.phones);
      for (let at = 0; at < plan.unlinks.length; at += PAIRS) {
        const part = plan.unlinks.slice(at, at + PAIRS);
        await tx.execute(`delete from house_customer where ${part.map((_, i) => `(house_id = $${2 * i + 1} and customer_id = $${2 * i + 2})`).join(' or ')}`, part.flatMap((u) => [u.houseId, u.customerId]));
      }
      for (const i of plan.idNumbers) await tx.execute('update customer set id_no_sealed = $1, id_no_blind = $2 where id = $3', [i.sealed, i.blind, i.customerId]);
      await tx.insertMany('house_customer', plan.links);
      await tx.insertMany('area_log', plan.logs);
      await tx.insertMany('import_bad_row', plan.bad.map((b) => ({ job_id: facts.job_id, row_no: b.no, cells_sealed: sealCells(b.cells, seal), reason: b.reason })));
    } catch (error) { throw isUniqueViolation(error) ? new Overtaken(String((error as Error).message)) : error; }
  },
  /** The chunk's rows of the group's indexes. What was put there by an event meanwhile is written as the shard holds it now. */
  async writeIndex(shards: Shards, index: IndexWriter, companyId: number, plan: Plan, stale: { houses: readonly number[]; people: readonly number[] }): Promise<void> {
    const group = shards.group();
    try {
      await group.transaction(async (tx) => { await tx.insertMany('house_index', plan.houseIndex); await tx.insertMany('phone_index', plan.phoneIndex); });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      await index.houseRows(companyId, plan.houseIndex.map((h) => h.id as number));
      await index.customerRows(companyId, [...new Set(plan.phoneIndex.map((p) => p.customer_id as number))]);
    }
    await chunkStore.refresh(index, companyId, stale);
  },
  /** Stored houses and people read anew. A person's name stands on all of the person's houses. */
  async refresh(index: IndexWriter, companyId: number, stale: { houses: readonly number[]; people: readonly number[] }): Promise<void> {
    if (stale.people.length) await index.customerRows(companyId, stale.people);
    const owned = stale.people.length ? await index.ownedBy(companyId, stale.people) : [];
    const houses = [...new Set([...stale.houses, ...owned])];
    if (houses.length) await index.houseRows(companyId, houses);
  },
};

/** The row as it came, sealed; long ones are cut so that the text fits its column. */
export function sealCells(cells: readonly string[], seal: (text: string) => string): string {
  for (let most = 1000; ; most = Math.floor(most / 2)) {
    const text = seal(JSON.stringify(cells.map((cell) => (cell.length > most ? `${cell.slice(0, most)}…` : cell))));
    if (text.length <= SEALED_MAX) return text;
    if (most < 4) return seal('[]');
  }
}
