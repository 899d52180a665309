import type { CryptoBox } from '../../../platform/crypto';
import type { Row } from '../../../platform/database/db';
import { roomKey } from '../search/address.rules';
import { addressOf, houseIndexRow, sortKey } from '../search/index-rows';
import type { Header } from './import.columns';
import { HEATING_NAME, readRow, type GoodRow, type HousePart } from './import.rules';
import { COLUMN_NAME } from './import.columns';
import { KINDS, placeOf, type Tree, type TreeNode } from './tree';
import { ownText, People, type Known, type StoredHouse } from './people';

export interface RawRow { no: number; cells: string[] }
export interface BadRow { no: number; cells: string[]; reason: string }
/** What a chunk of rows comes to: rows for the company's tables, for the group's indexes, and what must be read anew for them. */
export interface Plan {
  nodes: Row[]; logs: Row[]; gained: Map<number, number[]>; houses: Row[]; customers: Row[]; phones: Row[]; links: Row[]; unlinks: { houseId: number; customerId: number }[]; /** Of people whom an earlier chunk made. */ idNumbers: { customerId: number; sealed: string; blind: string }[];
  /** Of changed rows, which are written anew under the same key. */ replacedHouses: number[]; replacedCustomers: number[];
  houseIndex: Row[]; phoneIndex: Row[]; staleHouses: number[]; stalePeople: number[];
  bad: BadRow[]; created: number; changed: number; same: number;
}
export const emptyPlan = (): Plan => ({ nodes: [], logs: [], gained: new Map(), houses: [], customers: [], phones: [], links: [], unlinks: [], idNumbers: [], replacedHouses: [], replacedCustomers: [], houseIndex: [], phoneIndex: [], staleHouses: [], stalePeople: [], bad: [], created: 0, changed: 0, same: 0 });
export interface DeciderParts {
  companyId: number; tree: Tree; header: Header; crypto: Pick<CryptoBox, 'normalise' | 'blind' | 'blindLast4' | 'seal' | 'blindText'>; attribution(number: string): string | null;
  /** Id of a row's `slot`, 0 to 15: the same whenever the job runs (5 nodes, 5 log rows of theirs, house, customer, log row of the house). */ id(rowNo: number, slot: number): number;
  /** Of everything written; not after the tree was read. */ now: number; stations: { byName: ReadonlyMap<string, number>; nameOf(id: number | null): string | null }; by: { accountId: number; personName: string };
  /** Nothing is stored yet: whom the file named before is remembered over chunks, since no look-up would find them. */ fresh: boolean;
}
const SLOT = { node: 0, nodeLog: 5, house: 10, customer: 11, houseLog: 12 } as const;
/** Ids that one row may need. */
export const SLOTS = 16;

/** Decides what each row of the file does to what is stored (BI-04): made, changed, left, or refused with its reasons. Knows no database. */
export class Decider {
  /** Contract number to the row that brought it. */
  private readonly contracts = new Map<string, number>();
  private people: People;
  constructor(private readonly d: DeciderParts) { this.people = new People(d); }

  /** A row that a former run saved: what comes later in the file must not be the same. */
  remember(row: GoodRow, no: number): void {
    if (!row.house) return;
    const { node, depth } = this.d.tree.find(row.names);
    this.contracts.set(ownText(row.house.contract), no);
    if (node && depth === 5) (node.rooms ??= new Map()).set(roomKey(row.house.room), no);
  }
  read(row: RawRow): ReturnType<typeof readRow> { return readRow(row.cells, this.d.header); }

  /** @param known what is stored of the houses and people that these rows name. Gives the turn away every few rows. */
  async decide(rows: readonly { raw: RawRow; read: ReturnType<typeof readRow> }[], known: Known, breathe: () => Promise<void>): Promise<Plan> {
    const plan = emptyPlan();
    this.people = this.people.forChunk(known, plan);
    for (const [i, { raw, read }] of rows.entries()) {
      if (i % 32 === 31) await breathe(); // the database waits for its next statement meanwhile
      if (read === null) continue;
      const errors = read.errors ?? this.row(read.good, raw.no, known, plan);
      if (errors.length) plan.bad.push({ no: raw.no, cells: raw.cells, reason: errors.join('；').slice(0, 1000) });
    }
    this.people.finish();
    const { made, gained } = this.d.tree.take();
    plan.gained = gained;
    for (const { node, houses } of made) plan.nodes.push({ id: node.id, company_id: this.d.companyId, parent_id: node.parent?.id ?? 0, kind: KINDS[node.level] as string, node_name: node.name, path: node.path, own_station_id: node.own, station_id: node.stationId, house_count: houses, sort_key: sortKey(node.name), version: 1, updated_at: this.d.now });
    return plan;
  }

  private row(row: GoodRow, no: number, known: Known, plan: Plan): string[] {
    const { tree, stations } = this.d, { node, depth } = tree.find(row.names), whole = depth === row.names.length, repair = row.repair === null ? null : (stations.byName.get(row.repair) ?? undefined);
    if (repair === undefined) return [`${COLUMN_NAME.repair}：本公司没有“${row.repair ?? ''}”`];
    if (whole && repair !== null && node && node.stationId !== repair) return [`${COLUMN_NAME.repair}：与档案不一致，“${placeOf(node)}”现属${stations.nameOf(node.stationId) ?? '未指定'}，请在楼宇信息页调整`];
    if (!row.house) {
      if (whole) plan.same += 1; else { this.make(node, row.names, depth, no, repair, plan); plan.created += 1; }
      return [];
    }
    const room = roomKey(row.house.room), { contract } = row.house, unit = whole ? node : null, twin = unit?.rooms?.get(room), twinContract = this.contracts.get(contract);
    if (twin !== undefined) return [`${COLUMN_NAME.room}：与第 ${twin} 行是同一户（${placeOf(unit as TreeNode)}${row.house.room}）`];
    if (twinContract !== undefined) return [`${COLUMN_NAME.contract}：与第 ${twinContract} 行重复`];
    const here = unit ? known.byPlace.get(`${unit.id}|${room}`) : undefined, held = known.byContract.get(contract);
    if (held && held.id !== here?.id) return [`${COLUMN_NAME.contract}：“${contract}”已属于${held.address}${here ? '' : '，地址与本行不同'}`];
    const errors = here ? this.change(here, row.house, no, plan) : this.create(row, node, depth, no, repair, plan);
    if (errors.length) return errors;
    this.contracts.set(ownText(contract), no);
    const at = here ? unit : tree.find(row.names).node;
    if (at) (at.rooms ??= new Map()).set(room, no);
    return [];
  }
  private make(from: TreeNode | null, names: readonly string[], depth: number, no: number, repair: number | null, plan: Plan): TreeNode {
    const { d } = this, node = d.tree.make(from, names, depth, (level) => d.id(no, SLOT.node + level), repair);
    for (let n: TreeNode | null = node; n && n.level >= depth; n = n.parent) this.log(plan, d.id(no, SLOT.nodeLog + n.level), n.id, '新建', n.name);
    return node;
  }
  private log(plan: Plan, id: number, nodeId: number, field: string, after: string): void {
    const { d } = this;
    plan.logs.push({ id, node_id: nodeId, at: d.now, account_id: d.by.accountId, person_name: d.by.personName, field_name: field, old_text: null, new_text: after.slice(0, 200), change_source: 'import' });
  }

  private create(row: GoodRow, node: TreeNode | null, depth: number, no: number, repair: number | null, plan: Plan): string[] {
    const { d } = this, h = row.house as HousePart;
    if (h.masked) return [`${COLUMN_NAME.phones}：这是新房屋，号码与证件号不能含有 *`];
    const owner = h.owner === null ? null : this.people.find(h.owner, h, no, d.id(no, SLOT.customer));
    if (typeof owner === 'string') return [owner];
    const unit = depth === 5 ? (node as TreeNode) : this.make(node, row.names, depth, no, repair, plan), building = unit.parent as TreeNode, community = building.parent as TreeNode, id = d.id(no, SLOT.house), address = addressOf(community.name, building.name, unit.name, h.room), heating = h.heating ?? 'on';
    d.tree.addHouse(unit);
    plan.houses.push({ id, company_id: d.companyId, unit_id: unit.id, building_id: building.id, community_id: community.id, station_id: unit.stationId, room_no: h.room, address, area_m2: h.areaM2, heating, contract_no: h.contract, arrears_cents: 0, owner_id: owner?.id ?? null, version: 1, updated_at: d.now });
    plan.houseIndex.push(houseIndexRow({ id, companyId: d.companyId, stationId: unit.stationId, communityId: community.id, buildingId: building.id, unitId: unit.id, communityName: community.name, buildingName: building.name, unitName: unit.name, roomNo: h.room, address, ownerId: owner?.id ?? null, ownerName: owner?.name ?? null, contractNo: h.contract, heating, arrearsCents: 0 }));
    if (owner) this.people.link(owner, id);
    plan.created += 1;
    return [];
  }

  private change(house: StoredHouse, h: HousePart, no: number, plan: Plan): string[] {
    const { d } = this, said: string[] = [], next: StoredHouse = { ...house };
    if (h.areaM2 !== house.area_m2) { next.area_m2 = h.areaM2; said.push(`面积 ${house.area_m2} → ${h.areaM2}`); }
    if (h.heating !== null && h.heating !== house.heating) { next.heating = h.heating; said.push(`供热 ${HEATING_NAME[house.heating] ?? house.heating} → ${HEATING_NAME[h.heating]}`); }
    if (h.contract !== house.contract_no) { next.contract_no = h.contract; said.push(`合同号 ${house.contract_no} → ${h.contract}`); }
    const owner = h.owner === null ? null : this.people.owner(house, h.owner, h, no, d.id(no, SLOT.customer));
    if (typeof owner === 'string') return [owner];
    if (owner) { said.push(...owner.said); next.owner_id = owner.id; }
    if (said.length === 0) { plan.same += 1; return []; }
    if (next.area_m2 !== house.area_m2 || next.heating !== house.heating || next.contract_no !== house.contract_no || next.owner_id !== house.owner_id) {
      plan.houses.push({ ...next, version: house.version + 1, updated_at: d.now });
      plan.replacedHouses.push(house.id);
    }
    plan.staleHouses.push(house.id);
    this.log(plan, d.id(no, SLOT.houseLog), house.id, '房屋', said.join('，'));
    plan.changed += 1;
    return [];
  }
}
