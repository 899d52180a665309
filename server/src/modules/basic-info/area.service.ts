import type { AreaFigures, AreaKind, AreaLogRow, AreaNode, BodyOf, routes } from '@ronghu/contract';
import type { Tx } from '../../platform/database/db';
import { isUniqueViolation } from '../../platform/database/shards';
import { AppError } from '../../platform/errors/app-error';
import { requireCompany, requireOrg, requirePermission, type Scope } from '../../platform/identity/scope';
import { areaFigures } from './area.figures';
import { levelProblem } from './area.rules';
import { areaStore, areaView, type AreaRecord } from './area.store';
import { marks, tell, type BasicInfoParts } from './basic-info.parts';
import { addressOf, sortKey } from './search/index-rows';

type NewArea = BodyOf<typeof routes.areaCreate>;
type AreaChange = BodyOf<typeof routes.areaUpdate>;
type Parts = Pick<BasicInfoParts, 'shards' | 'ids' | 'clock' | 'orgs' | 'outbox'>;

/** The six-level tree (BI-01..BI-03, BI-05, BI-06): a child only under the level directly above; every change has a log row. */
export class AreaService {
  constructor(private readonly d: Parts) {}

  /** Without `parentId` the companies of the scope, or the heat sources of `companyId`; otherwise the children. */
  async children(scope: Scope, query: { companyId?: number; parentId?: number }): Promise<AreaNode[]> {
    requirePermission(scope, 'house.read');
    if (query.companyId === undefined && query.parentId === undefined) return this.companies(scope);
    const companyId = query.companyId ?? (await this.companyOf(scope, query.parentId as number));
    requireCompany(scope, companyId);
    const db = this.d.shards.company(companyId);
    const parentId = query.parentId === undefined || query.parentId === companyId ? 0 : query.parentId;
    if (parentId !== 0) await this.visible(scope, companyId, parentId);
    let rows = await areaStore.children(db, parentId);
    if (!scope.wholeCompany) { const seen = await areaStore.servedBy(db, [...scope.stationIds]); rows = rows.filter((r) => seen.has(r.id)); }
    const withChildren = await areaStore.withChildren(db, rows.map((r) => r.id));
    return rows.map((r) => areaView(r, withChildren.has(r.id)));
  }

  /** @throws AppError STATE_CONFLICT when the level is wrong, CONFLICT when the parent has one of that name. */
  async create(scope: Scope, body: NewArea): Promise<AreaNode> {
    requirePermission(scope, 'house.write');
    requireCompany(scope, body.companyId);
    const db = this.d.shards.company(body.companyId), id = this.d.ids.next();
    const parentId = body.parentId === null || body.parentId === body.companyId ? 0 : body.parentId;
    const parent = parentId === 0 ? null : await this.visible(scope, body.companyId, parentId);
    const problem = levelProblem(body.kind, parent ? parent.kind : 'company');
    if (problem) throw new AppError('STATE_CONFLICT', problem);
    this.checkStation(scope, body.companyId, body.stationId ?? null);
    const station = body.stationId ?? parent?.station_id ?? null;
    await this.unique(body.name, () => db.transaction(async (tx) => {
      await tx.insertMany('area_node', [{ id, company_id: body.companyId, parent_id: parentId, kind: body.kind, node_name: body.name, path: `${parent?.path ?? '/'}${id}/`, own_station_id: body.stationId ?? null, station_id: station, house_count: 0, sort_key: sortKey(body.name), version: 1, updated_at: this.d.clock.now() }]);
      await this.log(tx, scope, id, '新建', null, body.name);
    }));
    return areaView((await areaStore.get(db, id)) as AreaRecord, false);
  }

  /** Rename, move, other station. `version`: the one the person saw. Moves take everything below along: paths, houses, stations, addresses. */
  async update(scope: Scope, companyId: number, id: number, body: AreaChange): Promise<AreaNode> {
    requirePermission(scope, 'house.write');
    requireCompany(scope, companyId);
    await this.visible(scope, companyId, id);
    const db = this.d.shards.company(companyId);
    if (body.stationId !== undefined) this.checkStation(scope, companyId, body.stationId);
    await this.unique(body.name ?? '', () => db.transaction(async (tx) => {
      const node = (await areaStore.get(tx, id, true)) as AreaRecord;
      if (node.version !== body.version) throw new AppError('CONFLICT', `“${node.node_name}”已被他人修改，请刷新后再试`);
      const next = { ...node };
      if (body.name !== undefined && body.name !== node.node_name) { next.node_name = body.name; await this.log(tx, scope, id, '名称', node.node_name, body.name); }
      if (body.parentId !== undefined && (body.parentId === companyId ? 0 : body.parentId) !== node.parent_id) await this.move(tx, scope, node, next, body.parentId === companyId ? 0 : body.parentId);
      if (body.stationId !== undefined && body.stationId !== node.own_station_id) { next.own_station_id = body.stationId; await this.log(tx, scope, id, '维修站', this.d.orgs.name(node.own_station_id), this.d.orgs.name(body.stationId)); }
      const parent = next.parent_id === 0 ? null : await areaStore.get(tx, next.parent_id);
      next.station_id = next.own_station_id ?? parent?.station_id ?? null;
      await tx.execute('update area_node set node_name = $1, parent_id = $2, path = $3, own_station_id = $4, station_id = $5, sort_key = $6, version = version + 1, updated_at = $7 where id = $8', [next.node_name, next.parent_id, next.path, next.own_station_id, next.station_id, sortKey(next.node_name), this.d.clock.now(), id]);
      if (next.path !== node.path || next.station_id !== node.station_id || next.node_name !== node.node_name) {
        await this.carryDown(tx, node, next);
        await tell(this.d, tx, companyId, { kind: 'basicInfo.area', areaId: id });
      }
    }));
    const row = (await areaStore.get(db, id)) as AreaRecord;
    return areaView(row, (await areaStore.withChildren(db, [id])).has(id));
  }

  /** Refused while anything hangs below (BI-02). The log stays. */
  async remove(scope: Scope, companyId: number, id: number): Promise<void> {
    requirePermission(scope, 'house.write');
    requireCompany(scope, companyId);
    const node = await this.visible(scope, companyId, id);
    const [open] = await this.d.shards.group().query<{ n: number }>("select count(*) as n from work_order_index where company_id = $1 and (community_id = $2 or unit_id = $2) and state not in ('closed', 'voided', 'cancelled', 'handedOver')", [companyId, id]);
    await this.d.shards.company(companyId).transaction(async (tx) => {
      const current = await areaStore.get(tx, id, true);
      if (!current) throw new AppError('NOT_FOUND');
      if ((await areaStore.withChildren(tx, [id])).size) throw new AppError('STATE_CONFLICT', `“${node.node_name}”之下还有节点，不能删除`);
      const [houses] = await tx.query<{ n: number }>('select count(*) as n from house where unit_id = $1', [id]);
      if ((houses?.n ?? 0) > 0 || current.house_count > 0) throw new AppError('STATE_CONFLICT', `“${node.node_name}”之下还有 ${houses?.n ?? current.house_count} 户房屋，不能删除`);
      if ((open?.n ?? 0) > 0) throw new AppError('STATE_CONFLICT', `“${node.node_name}”还有 ${open?.n ?? 0} 张未办结工单，不能删除`);
      await tx.execute('delete from area_node where id = $1', [id]);
      await this.log(tx, scope, id, '删除', node.node_name, null);
      await tell(this.d, tx, companyId, { kind: 'basicInfo.communities', communityIds: [id] });
    });
  }

  /** Also of a deleted node, for people of the whole company. */
  async logOf(scope: Scope, companyId: number, id: number): Promise<AreaLogRow[]> {
    requirePermission(scope, 'house.read');
    requireCompany(scope, companyId);
    const db = this.d.shards.company(companyId);
    if (!scope.wholeCompany) await this.visible(scope, companyId, id);
    const rows = await areaStore.logOf(db, id);
    if (rows.length === 0) await this.visible(scope, companyId, id);
    return rows;
  }

  /** What hangs on a node (BI-06); the company's own node too. */
  async figures(scope: Scope, companyId: number, id: number): Promise<AreaFigures> {
    requirePermission(scope, 'house.read');
    requireCompany(scope, companyId);
    const node = id === companyId ? null : await this.visible(scope, companyId, id);
    return areaFigures(this.d.shards.group(), { companyId, node, stationIds: scope.wholeCompany ? null : [...scope.stationIds] });
  }

  private async companies(scope: Scope): Promise<AreaNode[]> {
    const out: AreaNode[] = [];
    for (const node of this.d.orgs.all().filter((n) => n.kind === 'company' && (scope.system || scope.companyIds.has(n.id)))) {
      const roots = await areaStore.children(this.d.shards.company(node.id), 0);
      out.push({ id: node.id, parentId: null, companyId: node.id, kind: 'company', name: node.name, path: '/', stationId: null, version: 1, houses: roots.reduce((n, r) => n + r.house_count, 0), hasChildren: roots.length > 0 });
    }
    return out;
  }
  /** A node outside the caller's stations does not exist for the caller. */
  private async visible(scope: Scope, companyId: number, id: number): Promise<AreaRecord> {
    const db = this.d.shards.company(companyId);
    const node = await areaStore.get(db, id);
    if (!node) throw new AppError('NOT_FOUND');
    if (!scope.wholeCompany && !(await areaStore.servedBy(db, [...scope.stationIds])).has(id)) throw new AppError('NOT_FOUND');
    return node;
  }
  private async companyOf(scope: Scope, id: number): Promise<number> {
    for (const companyId of this.d.shards.companyIds()) if ((scope.system || scope.companyIds.has(companyId)) && (id === companyId || (await areaStore.get(this.d.shards.company(companyId), id)))) return companyId;
    throw new AppError('NOT_FOUND');
  }
  private checkStation(scope: Scope, companyId: number, stationId: number | null): void {
    if (stationId === null) return;
    requireOrg(scope, stationId);
    const station = this.d.orgs.get(stationId);
    if (!station || station.kind !== 'station' || station.companyId !== companyId) throw new AppError('BAD_INPUT', '维修站不属于该公司', [{ path: 'stationId', message: '维修站不属于该公司' }]);
  }
  private log(tx: Tx, scope: Scope, nodeId: number, field: string, before: string | null, after: string | null): Promise<void> {
    return areaStore.log(tx, [{ id: this.d.ids.next(), nodeId, at: this.d.clock.now(), scope, field, before, after, source: 'ui' }]);
  }

  private async move(tx: Tx, scope: Scope, node: AreaRecord, next: AreaRecord, parentId: number): Promise<void> {
    const parent = parentId === 0 ? null : await areaStore.get(tx, parentId, true);
    if (parentId !== 0 && !parent) throw new AppError('NOT_FOUND', '目标上级不存在');
    const problem = levelProblem(node.kind, parent ? (parent.kind as AreaKind) : 'company');
    if (problem) throw new AppError('STATE_CONFLICT', problem);
    const old = node.parent_id === 0 ? null : await areaStore.get(tx, node.parent_id);
    next.parent_id = parentId;
    next.path = `${parent?.path ?? '/'}${node.id}/`;
    await areaStore.addHouses(tx, old?.path ?? '/', -node.house_count);
    await areaStore.addHouses(tx, parent?.path ?? '/', node.house_count);
    await this.log(tx, scope, node.id, '上级', old?.node_name ?? this.d.orgs.name(node.company_id), parent?.node_name ?? this.d.orgs.name(node.company_id));
  }

  /** Paths, stations in force and houses below follow the node, level by level (a station of its own stops the one from above). */
  private async carryDown(tx: Tx, before: AreaRecord, after: AreaRecord): Promise<void> {
    if (before.path !== after.path) await tx.execute('update area_node set path = concat(cast($1 as varchar(200)), substr(path, $2)) where path like $3 and id <> $4', [after.path, before.path.length + 1, `${before.path}%`, after.id]);
    let level: { id: number; station_id: number | null }[] = [{ id: after.id, station_id: after.station_id }];
    const units: { id: number; station_id: number | null }[] = after.kind === 'unit' ? [...level] : [];
    while (level.length) {
      const next: typeof level = [];
      for (const parent of level) {
        await tx.execute('update area_node set station_id = $1 where parent_id = $2 and own_station_id is null', [parent.station_id, parent.id]);
        const children = await tx.query<{ id: number; station_id: number | null; kind: AreaKind }>('select id, station_id, kind from area_node where parent_id = $1', [parent.id]);
        next.push(...children);
        units.push(...children.filter((c) => c.kind === 'unit'));
      }
      level = next;
    }
    for (const unit of units) await this.carryHouses(tx, unit.id, unit.station_id);
  }
  private async carryHouses(tx: Tx, unitId: number, stationId: number | null): Promise<void> {
    const unit = (await areaStore.get(tx, unitId)) as AreaRecord;
    const chain = await areaStore.ancestors(tx, unit.path);
    const [community, building] = [chain.find((n) => n.kind === 'community'), chain.find((n) => n.kind === 'building')];
    if (!community || !building) throw new AppError('INTERNAL', `单元 ${unitId} 的上级不完整`);
    const houses = await tx.query<{ id: number; room_no: string }>('select id, room_no from house where unit_id = $1', [unitId]);
    if (houses.length === 0) return;
    const prefix = addressOf(community.node_name, building.node_name, unit.node_name, '');
    await tx.execute(`update house set building_id = $1, community_id = $2, station_id = $3, address = concat(cast($4 as varchar(200)), room_no), updated_at = $5 where id in (${marks(houses, 6)})`, [building.id, community.id, stationId, prefix, this.d.clock.now(), ...houses.map((h) => h.id)]);
  }
  private async unique<T>(name: string, work: () => Promise<T>): Promise<T> {
    try { return await work(); } catch (error) { throw isUniqueViolation(error) ? new AppError('CONFLICT', `同一上级之下已有“${name}”`, undefined, error) : error; }
  }
}
