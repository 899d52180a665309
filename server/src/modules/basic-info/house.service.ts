import type { BodyOf, CustomerView, HouseRow, HouseView, Page, PaymentRow, QueryOf, RoomTemperature, routes, YearRecord } from '@ronghu/contract';
import { AppError } from '../../platform/errors/app-error';
import { isUniqueViolation } from '../../platform/database/shards';
import { requireCompany, requireOrg, requirePermission, type Scope } from '../../platform/identity/scope';
import { areaStore } from './area.store';
import { marks, tell, type BasicInfoParts } from './basic-info.parts';
import { customerViews } from './customer.views';
import { HouseSearch, type HouseFilter, type HouseHit } from './search/house-search';
import { addressOf } from './search/index-rows';

interface HouseRecord { id: number; company_id: number; unit_id: number; building_id: number; community_id: number; station_id: number | null; room_no: string; address: string; area_m2: number; heating: HouseRow['heating']; contract_no: string; arrears_cents: number; owner_id: number | null; version: number; community_name: string; owner_name: string | null; number_sealed: string | null }
const SELECT = `select h.id, h.company_id, h.unit_id, h.building_id, h.community_id, h.station_id, h.room_no, h.address, h.area_m2, h.heating, h.contract_no, h.arrears_cents, h.owner_id, h.version, a.node_name as community_name, c.customer_name as owner_name, p.number_sealed
  from house h join area_node a on a.id = h.community_id left join customer c on c.id = h.owner_id left join customer_phone p on p.customer_id = h.owner_id and p.sort_no = 0`;
type HouseChange = BodyOf<typeof routes.houseUpdate>;
export interface NewHouse { companyId: number; unitId: number; roomNo: string; areaM2: number; contractNo: string; heating?: HouseRow['heating']; ownerId?: number }
type Parts = Pick<BasicInfoParts, 'shards' | 'ids' | 'clock' | 'crypto' | 'orgs' | 'outbox' | 'audit'>;

/** Houses (BI-13, BI-14, BI-15): search over all companies of the scope in one look-up, the page's rows from the companies' shards. */
export class HouseService {
  private readonly finder: HouseSearch;
  constructor(private readonly d: Parts) { this.finder = new HouseSearch(d.shards.group(), d.crypto); }

  /** `q`: part of the address, a number (whole or last four), a name or a contract number. */
  async list(scope: Scope, query: QueryOf<typeof routes.houses>): Promise<Page<HouseRow>> {
    requirePermission(scope, 'house.read');
    const filter = await this.filter(scope, query);
    const { hits, total } = await this.finder.search(filter, query.q, query.page, query.size);
    return { rows: await this.rows(hits), total, page: query.page, size: query.size };
  }
  /** First hits of a text, for the search box over everything. */
  async find(scope: Scope, q: string, limit: number): Promise<HouseRow[]> {
    return this.rows((await this.finder.search(this.scopeFilter(scope), q, 1, limit)).hits);
  }

  async get(scope: Scope, companyId: number, id: number): Promise<HouseView> {
    requirePermission(scope, 'house.read');
    const record = await this.record(scope, companyId, id);
    const db = this.d.shards.company(companyId);
    const chain = await areaStore.ancestors(db, (await areaStore.get(db, record.unit_id))?.path ?? '/');
    const people = await db.query<{ customer_id: number }>('select customer_id from house_customer where house_id = $1 order by relation, customer_id', [id]);
    const customers: CustomerView[] = await customerViews(this.d, companyId, people.map((p) => p.customer_id));
    const company = { id: companyId, kind: 'company' as const, name: this.d.orgs.name(companyId) ?? '' };
    return { ...this.row(record), unitId: record.unit_id, version: record.version, customers, path: [company, ...chain.map((n) => ({ id: n.id, kind: n.kind, name: n.node_name }))] };
  }
  /** One row without the people; for the pop. Null when it is not there or not in the scope. */
  async brief(scope: Scope, companyId: number, id: number): Promise<HouseRow | null> {
    const [row] = await this.rows((await this.inScope(scope, companyId, id)) ? [{ id, companyId }] : []);
    return row ?? null;
  }

  /** @throws AppError CONFLICT for a stale version or a room number that the unit already has. */
  async update(scope: Scope, companyId: number, id: number, body: HouseChange): Promise<HouseView> {
    requirePermission(scope, 'house.write');
    await this.record(scope, companyId, id);
    const db = this.d.shards.company(companyId);
    try {
      await db.transaction(async (tx) => {
        const [now] = await tx.query<{ version: number; room_no: string; address: string; area_m2: number; heating: string }>('select version, room_no, address, area_m2, heating from house where id = $1 for update', [id]);
        if (now?.version !== body.version) throw new AppError('CONFLICT', '房屋资料已被他人修改，请刷新后再试');
        const room = body.roomNo ?? now.room_no;
        const address = now.address.slice(0, now.address.length - now.room_no.length) + room;
        await tx.execute('update house set room_no = $1, address = $2, area_m2 = $3, heating = $4, version = version + 1, updated_at = $5 where id = $6', [room, address, body.areaM2 ?? now.area_m2, body.heating ?? now.heating, this.d.clock.now(), id]);
        await tell(this.d, tx, companyId, { kind: 'basicInfo.houses', houseIds: [id] });
        const changes = [room === now.room_no ? '' : `房号 ${now.room_no} → ${room}`, body.areaM2 === undefined || body.areaM2 === now.area_m2 ? '' : `面积 ${now.area_m2} → ${body.areaM2}`, body.heating === undefined || body.heating === now.heating ? '' : `供热 ${now.heating} → ${body.heating}`].filter(Boolean);
        await areaStore.log(tx, changes.map((change) => ({ id: this.d.ids.next(), nodeId: id, at: this.d.clock.now(), scope, field: '房屋', before: null, after: change, source: 'ui' as const })));
      });
    } catch (error) { throw isUniqueViolation(error) ? new AppError('CONFLICT', `该单元已有 ${body.roomNo ?? ''} 室`, undefined, error) : error; }
    return this.get(scope, companyId, id);
  }

  /** Adds a house to a unit (imports, synchronisation). @throws AppError STATE_CONFLICT when the node is no unit, CONFLICT for a room or contract number taken. */
  async create(scope: Scope, body: NewHouse): Promise<HouseView> {
    requirePermission(scope, 'house.write');
    requireCompany(scope, body.companyId);
    const db = this.d.shards.company(body.companyId), id = this.d.ids.next();
    const unit = await areaStore.get(db, body.unitId);
    if (!unit) throw new AppError('NOT_FOUND');
    if (unit.kind !== 'unit') throw new AppError('STATE_CONFLICT', '房屋只能建在单元之下');
    if (!scope.wholeCompany && (unit.station_id === null || !scope.stationIds.has(unit.station_id))) throw new AppError('NOT_FOUND');
    const chain = await areaStore.ancestors(db, unit.path);
    const [community, building] = [chain.find((n) => n.kind === 'community'), chain.find((n) => n.kind === 'building')];
    if (!community || !building) throw new AppError('INTERNAL', '单元的上级不完整');
    try {
      await db.transaction(async (tx) => {
        await tx.insertMany('house', [{ id, company_id: body.companyId, unit_id: unit.id, building_id: building.id, community_id: community.id, station_id: unit.station_id, room_no: body.roomNo, address: addressOf(community.node_name, building.node_name, unit.node_name, body.roomNo), area_m2: body.areaM2, heating: body.heating ?? 'on', contract_no: body.contractNo, arrears_cents: 0, owner_id: body.ownerId ?? null, version: 1, updated_at: this.d.clock.now() }]);
        if (body.ownerId !== undefined) await tx.insertMany('house_customer', [{ house_id: id, customer_id: body.ownerId, relation: 'owner', since_at: this.d.clock.now() }]);
        await areaStore.addHouses(tx, unit.path, 1);
        await tell(this.d, tx, body.companyId, { kind: 'basicInfo.houses', houseIds: [id] });
        if (body.ownerId !== undefined) await tell(this.d, tx, body.companyId, { kind: 'basicInfo.customers', customerIds: [body.ownerId], houseIds: [] });
      });
    } catch (error) { throw isUniqueViolation(error) ? new AppError('CONFLICT', `该单元已有 ${body.roomNo} 室，或合同号 ${body.contractNo} 已被使用`, undefined, error) : error; }
    return this.get(scope, body.companyId, id);
  }

  /** Payments, yearly records and room temperatures of a house (BI-15, BI-21), newest first. */
  async business(scope: Scope, companyId: number, id: number): Promise<{ payments: PaymentRow[]; years: YearRecord[]; roomTemperatures: RoomTemperature[] }> {
    if (!(await this.inScope(scope, companyId, id))) throw new AppError('NOT_FOUND');
    const db = this.d.shards.company(companyId);
    const [payments, years, temperatures, orders] = await Promise.all([
      db.query<{ id: number; paid_at: number; pay_kind: PaymentRow['kind']; season: string; amount_cents: number; channel: string }>('select id, paid_at, pay_kind, season, amount_cents, channel from payment where house_id = $1 order by paid_at desc limit 50', [id]),
      db.query<{ season: string; heating: YearRecord['heating']; due_cents: number; paid_cents: number; mean_celsius: number | null }>('select season, heating, due_cents, paid_cents, mean_celsius from year_record where house_id = $1 order by season desc limit 10', [id]),
      db.query<{ measured_at: number; celsius: number; data_source: RoomTemperature['source'] }>('select measured_at, celsius, data_source from room_temperature where house_id = $1 order by measured_at desc limit 30', [id]),
      db.query<{ created_at: number }>('select created_at from work_order where house_id = $1 order by created_at desc limit 500', [id]),
    ]);
    return {
      payments: payments.map((p) => ({ id: p.id, at: p.paid_at, kind: p.pay_kind, season: p.season, amountCents: p.amount_cents, channel: p.channel })),
      years: years.map((y) => ({ season: y.season, heating: y.heating, dueCents: y.due_cents, paidCents: y.paid_cents, meanRoomTemperature: y.mean_celsius, orders: orders.filter((o) => seasonOf(o.created_at) === y.season).length })),
      roomTemperatures: temperatures.map((t) => ({ at: t.measured_at, celsius: t.celsius, source: t.data_source })),
    };
  }

  private async record(scope: Scope, companyId: number, id: number): Promise<HouseRecord> {
    requireCompany(scope, companyId);
    const [row] = await this.d.shards.company(companyId).query<HouseRecord>(`${SELECT} where h.id = $1`, [id]);
    if (!row || (!scope.wholeCompany && (row.station_id === null || !scope.stationIds.has(row.station_id)))) throw new AppError('NOT_FOUND');
    return row;
  }
  private async inScope(scope: Scope, companyId: number, id: number): Promise<boolean> {
    try { await this.record(scope, companyId, id); return true; } catch (error) { if (error instanceof AppError && error.code === 'NOT_FOUND') return false; throw error; }
  }
  private async rows(hits: readonly HouseHit[]): Promise<HouseRow[]> {
    const found = new Map<number, HouseRow>();
    const byCompany = new Map<number, number[]>();
    for (const hit of hits) byCompany.set(hit.companyId, [...(byCompany.get(hit.companyId) ?? []), hit.id]);
    await Promise.all([...byCompany].map(async ([companyId, ids]) => { for (const r of await this.d.shards.company(companyId).query<HouseRecord>(`${SELECT} where h.id in (${marks(ids)})`, ids)) found.set(r.id, this.row(r)); }));
    return hits.flatMap((hit) => found.get(hit.id) ?? []);
  }
  private row(r: HouseRecord): HouseRow {
    return {
      id: r.id, companyId: r.company_id, communityName: r.community_name, address: r.address, roomNo: r.room_no, areaM2: r.area_m2, heating: r.heating, ownerName: r.owner_name, ownerNumber: r.number_sealed === null ? null : this.d.crypto.masked(this.d.crypto.open(r.number_sealed)),
      stationId: r.station_id, stationName: this.d.orgs.name(r.station_id), contractNo: r.contract_no, arrearsCents: r.arrears_cents,
    };
  }
  private scopeFilter(scope: Scope): HouseFilter {
    const every = this.d.shards.companyIds();
    const companies = scope.system ? every : every.filter((id) => scope.companyIds.has(id));
    return { companyIds: companies.length === every.length ? null : companies, stationIds: scope.wholeCompany ? null : [...scope.stationIds] };
  }
  private async filter(scope: Scope, query: QueryOf<typeof routes.houses>): Promise<HouseFilter> {
    const filter: HouseFilter = { ...this.scopeFilter(scope), heating: query.heating, arrears: query.arrears };
    const narrow = (companyId: number): void => { requireCompany(scope, companyId); filter.companyIds = [companyId]; };
    if (query.companyId !== undefined) narrow(query.companyId);
    if (query.orgId !== undefined) {
      requireOrg(scope, query.orgId);
      const below = this.d.orgs.below(query.orgId);
      const companies = below.filter((n) => n.kind === 'company').map((n) => n.id);
      if (this.d.orgs.get(query.orgId)?.kind === 'station') filter.stationIds = [query.orgId].filter((id) => scope.wholeCompany || scope.stationIds.has(id));
      else filter.companyIds = companies.filter((id) => (scope.system || scope.companyIds.has(id)) && (query.companyId === undefined || id === query.companyId));
    }
    if (query.areaId !== undefined && query.areaId !== query.companyId) await this.narrowToArea(scope, filter, query.areaId, query.companyId);
    return filter;
  }
  private async narrowToArea(scope: Scope, filter: HouseFilter, areaId: number, companyId: number | undefined): Promise<void> {
    if (this.d.orgs.get(areaId)?.kind === 'company') { requireCompany(scope, areaId); filter.companyIds = [areaId]; return; }
    const candidates = companyId === undefined ? this.d.shards.companyIds().filter((id) => scope.system || scope.companyIds.has(id)) : [companyId];
    for (const id of candidates) {
      const node = await areaStore.get(this.d.shards.company(id), areaId);
      if (!node) continue;
      filter.companyIds = [id];
      filter.areaPath = node.kind === 'building' || node.kind === 'unit' ? undefined : node.path;
      if (node.kind === 'building') filter.buildingId = areaId;
      if (node.kind === 'unit') filter.unitId = areaId;
      return;
    }
    throw new AppError('NOT_FOUND');
  }
}

/** Heating season of a moment: from July on it is the coming winter's. Beijing time. */
export function seasonOf(at: number): string {
  const d = new Date(at + 8 * 3_600_000);
  const first = d.getUTCMonth() >= 6 ? d.getUTCFullYear() : d.getUTCFullYear() - 1;
  return `${first}-${first + 1}`;
}
