import type { AreaKind, AreaLogRow, AreaNode } from '@ronghu/contract';
import type { Sql } from '../../platform/database/db';
import type { Scope } from '../../platform/identity/scope';
import { marks } from './basic-info.parts';

export interface AreaRecord { id: number; company_id: number; parent_id: number; kind: AreaKind; node_name: string; path: string; own_station_id: number | null; station_id: number | null; house_count: number; version: number }
const COLUMNS = 'id, company_id, parent_id, kind, node_name, path, own_station_id, station_id, house_count, version';

/** Rows of the tree in one company's shard. */
export const areaStore = {
  async get(sql: Sql, id: number, forUpdate = false): Promise<AreaRecord | null> {
    return (await sql.query<AreaRecord>(`select ${COLUMNS} from area_node where id = $1${forUpdate ? ' for update' : ''}`, [id]))[0] ?? null;
  },
  async children(sql: Sql, parentId: number): Promise<AreaRecord[]> {
    return sql.query<AreaRecord>(`select ${COLUMNS} from area_node where parent_id = $1 order by sort_key, id`, [parentId]);
  },
  /** Of these nodes, those that have children. */
  async withChildren(sql: Sql, ids: readonly number[]): Promise<Set<number>> {
    if (ids.length === 0) return new Set();
    return new Set((await sql.query<{ parent_id: number }>(`select distinct parent_id from area_node where parent_id in (${marks(ids)})`, ids)).map((r) => r.parent_id));
  },
  /** Nodes that people of one station see: those whose houses it serves, and the way to them. */
  async servedBy(sql: Sql, stationIds: readonly number[]): Promise<Set<number>> {
    if (stationIds.length === 0) return new Set();
    const rows = await sql.query<{ path: string }>(`select distinct a.path from area_node a where a.station_id in (${marks(stationIds)})`, stationIds);
    return new Set(rows.flatMap((r) => pathIds(r.path)));
  },
  async ancestors(sql: Sql, path: string): Promise<AreaRecord[]> {
    const ids = pathIds(path);
    if (ids.length === 0) return [];
    const rows = await sql.query<AreaRecord>(`select ${COLUMNS} from area_node where id in (${marks(ids)})`, ids);
    return ids.flatMap((id) => rows.find((r) => r.id === id) ?? []);
  },
  async addHouses(sql: Sql, path: string, count: number): Promise<void> {
    const ids = pathIds(path);
    if (count !== 0 && ids.length) await sql.execute(`update area_node set house_count = house_count + $1 where id in (${marks(ids, 2)})`, [count, ...ids]);
  },
  async log(sql: Sql, rows: readonly { id: number; nodeId: number; at: number; scope: Scope; field: string; before: string | null; after: string | null; source: AreaLogRow['source'] }[]): Promise<void> {
    await sql.insertMany('area_log', rows.map((r) => ({ id: r.id, node_id: r.nodeId, at: r.at, account_id: r.scope.accountId, person_name: r.scope.personName.slice(0, 40), field_name: r.field, old_text: r.before, new_text: r.after, change_source: r.source })));
  },
  async logOf(sql: Sql, nodeId: number): Promise<AreaLogRow[]> {
    const rows = await sql.query<{ id: number; at: number; person_name: string; field_name: string; old_text: string | null; new_text: string | null; change_source: AreaLogRow['source'] }>('select id, at, person_name, field_name, old_text, new_text, change_source from area_log where node_id = $1 order by id desc limit 200', [nodeId]);
    return rows.map((r) => ({ id: r.id, at: r.at, personName: r.person_name, field: r.field_name, before: r.old_text, after: r.new_text, source: r.change_source }));
  },
};
export const pathIds = (path: string): number[] => path.split('/').filter(Boolean).map(Number);
/** A heat source hangs under the company, which is an organisation node. */
export const areaView = (r: AreaRecord, hasChildren: boolean): AreaNode => ({ id: r.id, parentId: r.parent_id === 0 ? r.company_id : r.parent_id, companyId: r.company_id, kind: r.kind, name: r.node_name, path: r.path, stationId: r.station_id, version: r.version, houses: r.house_count, hasChildren });
