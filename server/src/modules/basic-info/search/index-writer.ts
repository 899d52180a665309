import type { Sql, SqlValue } from '../../../platform/database/db';
import type { Shards } from '../../../platform/database/shards';
import { communityRows, groupedSql, houseIndexRow, termRows, type Grouped, type HouseFacts } from './index-rows';

const CHUNK = 1000;
const marks = (values: readonly SqlValue[], from = 1): string => values.map((_, i) => `$${i + from}`).join(',');
interface NodeName { id: number; node_name: string; path: string }

/**
 * Keeps the group's indexes equal to the companies' shards. Always writes what the shard holds now, so an event that comes twice, late or in
 * another order does no harm.
 */
export class IndexWriter {
  constructor(private readonly shards: Shards) {}

  /** Houses named by their ids; those that are gone leave the index. Also their communities' figures. */
  async houses(companyId: number, houseIds: readonly number[]): Promise<void> { await this.communities(companyId, await this.houseRows(companyId, houseIds)); }
  /** Houses alone. @returns the communities whose figures they may change. */
  async houseRows(companyId: number, houseIds: readonly number[]): Promise<number[]> {
    const touched = new Set<number>();
    for (let at = 0; at < houseIds.length; at += CHUNK) {
      const ids = houseIds.slice(at, at + CHUNK);
      const facts = await this.facts(this.shards.company(companyId), ids);
      await this.shards.group().transaction(async (tx) => {
        for (const old of await tx.query<{ community_id: number }>(`select distinct community_id from house_index where id in (${marks(ids)})`, ids)) touched.add(old.community_id);
        await tx.execute(`delete from house_index where id in (${marks(ids)})`, ids);
        await tx.insertMany('house_index', facts.map(houseIndexRow));
      });
      for (const f of facts) touched.add(f.communityId);
    }
    return [...touched];
  }

  /** Everything below a node of the tree: after a rename, a move or another station. */
  async area(companyId: number, nodeId: number): Promise<void> {
    const db = this.shards.company(companyId);
    const [node] = await db.query<{ kind: string; path: string }>('select kind, path from area_node where id = $1', [nodeId]);
    if (!node) return;
    const column = { community: 'community_id', building: 'building_id', unit: 'unit_id' }[node.kind];
    const houses = column
      ? await db.query<{ id: number }>(`select id from house where ${column} = $1 order by id`, [nodeId])
      : await db.query<{ id: number }>('select h.id from house h join area_node a on a.id = h.community_id where a.path like $1 order by h.id', [`${node.path}%`]);
    await this.houses(companyId, houses.map((h) => h.id));
  }

  /** Numbers of customers, and the name on their houses. */
  async customers(companyId: number, customerIds: readonly number[]): Promise<void> {
    for (let at = 0; at < customerIds.length; at += CHUNK) {
      const ids = customerIds.slice(at, at + CHUNK);
      await this.customerRows(companyId, ids);
      const owned = await this.ownedBy(companyId, ids);
      if (owned.length) await this.houses(companyId, owned);
    }
  }
  /** Numbers alone. */
  async customerRows(companyId: number, customerIds: readonly number[]): Promise<void> {
    const db = this.shards.company(companyId);
    for (let at = 0; at < customerIds.length; at += CHUNK) {
      const ids = customerIds.slice(at, at + CHUNK);
      const rows = await db.query<{ number_blind: string; number_last4: string; customer_id: number; house_id: number | null; customer_name: string }>(
        `select p.number_blind, p.number_last4, p.customer_id, hc.house_id, c.customer_name from customer_phone p join customer c on c.id = p.customer_id left join house_customer hc on hc.customer_id = p.customer_id where p.customer_id in (${marks(ids)})`, ids);
      await this.shards.group().transaction(async (tx) => {
        await tx.execute(`delete from phone_index where company_id = $1 and customer_id in (${marks(ids, 2)})`, [companyId, ...ids]);
        await tx.insertMany('phone_index', rows.map((r) => ({ number_blind: r.number_blind, number_last4: r.number_last4, company_id: companyId, customer_id: r.customer_id, house_id: r.house_id ?? 0, customer_name: r.customer_name })));
      });
    }
  }
  async ownedBy(companyId: number, customerIds: readonly number[]): Promise<number[]> {
    const owned: number[] = [];
    for (let at = 0; at < customerIds.length; at += CHUNK) { const ids = customerIds.slice(at, at + CHUNK); for (const h of await this.shards.company(companyId).query<{ id: number }>(`select id from house where owner_id in (${marks(ids)})`, ids)) owned.push(h.id); }
    return owned;
  }

  /** Figures and search terms of communities; one without houses leaves the index. */
  async communities(companyId: number, communityIds: readonly number[]): Promise<void> {
    for (let at = 0; at < communityIds.length; at += CHUNK) {
      const ids = communityIds.slice(at, at + CHUNK);
      const names = new Map((await this.shards.company(companyId).query<NodeName>(`select id, node_name, path from area_node where id in (${marks(ids)})`, ids)).map((n) => [n.id, { name: n.node_name, path: n.path }]));
      await this.shards.group().transaction(async (tx) => {
        const rows = communityRows(await tx.query<Grouped>(groupedSql(`community_id in (${marks(ids)})`), ids), (id) => names.get(id));
        await tx.execute(`delete from community_index where community_id in (${marks(ids)})`, ids);
        await tx.execute(`delete from area_term where community_id in (${marks(ids)})`, ids);
        await tx.insertMany('community_index', rows);
        await tx.insertMany('area_term', [...names].filter(([id]) => rows.some((r) => r.community_id === id)).flatMap(([id, n]) => termRows(id, companyId, n.name)));
      });
    }
  }

  private async facts(db: Sql, ids: readonly number[]): Promise<HouseFacts[]> {
    const rows = await db.query<{ id: number; company_id: number; station_id: number | null; community_id: number; building_id: number; unit_id: number; community_name: string; building_name: string; unit_name: string; room_no: string; address: string; owner_id: number | null; owner_name: string | null; contract_no: string; heating: string; arrears_cents: number }>(
      `select h.id, h.company_id, h.station_id, h.community_id, h.building_id, h.unit_id, a.node_name as community_name, b.node_name as building_name, u.node_name as unit_name, h.room_no, h.address, h.owner_id, c.customer_name as owner_name, h.contract_no, h.heating, h.arrears_cents
       from house h join area_node a on a.id = h.community_id join area_node b on b.id = h.building_id join area_node u on u.id = h.unit_id left join customer c on c.id = h.owner_id where h.id in (${marks(ids)})`, ids);
    return rows.map((r) => ({ id: r.id, companyId: r.company_id, stationId: r.station_id, communityId: r.community_id, buildingId: r.building_id, unitId: r.unit_id, communityName: r.community_name, buildingName: r.building_name, unitName: r.unit_name, roomNo: r.room_no, address: r.address, ownerId: r.owner_id, ownerName: r.owner_name, contractNo: r.contract_no, heating: r.heating, arrearsCents: r.arrears_cents }));
  }
}
