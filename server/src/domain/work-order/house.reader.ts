import type { Sql } from '../../platform/database/db';

export interface HousePlace { houseId: number; unitId: number; communityId: number; communityName: string; address: string; stationId: number | null; ownerId: number | null }
export interface CustomerFacts { customerId: number; name: string; numberSealed: string | null }

/** Houses and customers as orders need them, read from the company's shard; basic-info writes them. */
export const houseReader = {
  /** `stationId`: the station in force for the house's heat station. */
  async house(sql: Sql, houseId: number): Promise<HousePlace | null> {
    const [row] = await sql.query<{ id: number; unit_id: number; community_id: number; node_name: string | null; address: string; station_id: number | null; owner_id: number | null }>('select h.id, h.unit_id, h.community_id, a.node_name, h.address, h.station_id, h.owner_id from house h left join area_node a on a.id = h.community_id where h.id = $1', [houseId]);
    return row ? { houseId: row.id, unitId: row.unit_id, communityId: row.community_id, communityName: row.node_name ?? '', address: row.address, stationId: row.station_id || null, ownerId: row.owner_id } : null;
  },
  /** With the first of the customer's numbers. */
  async customer(sql: Sql, customerId: number): Promise<CustomerFacts | null> {
    const [row] = await sql.query<{ id: number; customer_name: string }>('select id, customer_name from customer where id = $1', [customerId]);
    if (!row) return null;
    const [phone] = await sql.query<{ number_sealed: string }>('select number_sealed from customer_phone where customer_id = $1 order by sort_no limit 1', [customerId]);
    return { customerId: row.id, name: row.customer_name, numberSealed: phone?.number_sealed ?? null };
  },
};
