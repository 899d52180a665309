import type { OrderQuery, OrderState, Pool } from '@ronghu/contract';
import type { Row, Sql, SqlValue } from '../../platform/database/db';
import { APPROVAL_COLUMN_NAMES, fromRow, INDEX_COLUMN_NAMES, INDEX_COLUMNS, type OrderIndexRecord } from './order-record';

/** Counting stops here: nobody pages further, and a count over five million rows is no answer in time. */
export const COUNT_CAP = 10_000;
/** The badges of the pools that hold everything ever closed stop earlier still. */
const BADGE_CAP = 1_000;
const OPEN: readonly OrderState[] = ['toArrange', 'dispatched', 'confirmed', 'assigned', 'accepted', 'onSite', 'returned', 'completed'];
/** The pools of appendix 2 no. 26 as views on one state machine. */
export const POOL_STATES: Record<Pool, readonly OrderState[] | null> = {
  toArrange: ['toArrange'], arranged: ['dispatched', 'confirmed', 'assigned', 'accepted', 'onSite'], returned: ['returned'], supervised: OPEN, overLevelComplaint: OPEN, toAssign: ['dispatched', 'confirmed'], assigned: ['assigned', 'accepted', 'onSite'], revisit: ['completed'], approvals: OPEN,
  closed: ['closed', 'voided', 'cancelled', 'handedOver'], all: null,
};
/** Which rows: every list of the caller is the cut of this with the filters asked for. `null` = no restriction on that level. */
export interface Reach { companyIds: readonly number[] | null; stationIds: readonly number[] | null; workerId: number | null; orAgentAccountId: number | null }
export interface OrderFilter extends Partial<OrderQuery> { orgCompanyIds?: readonly number[]; orgStationId?: number; blind?: string; last4?: string; orderNoPrefix?: string; communityIds?: readonly number[]; addressPart?: string; namePrefix?: string; accountId?: number; houseId?: number }
export interface ApprovalLine { id: number; companyId: number; stationId: number | null; orderId: number; orderNo: string; kind: string; reason: string; requestedBy: number; requesterName: string; requestedAt: number; newDueAt: number | null; approvalStatus: 'pending' | 'approved' | 'rejected' | 'withdrawn'; deciderName: string | null; decidedAt: number | null; decisionReason: string | null; versionNo: number }

class Conditions {
  readonly params: SqlValue[] = [];
  private readonly parts: string[] = [];
  bind(value: SqlValue): string { this.params.push(value); return `$${this.params.length}`; }
  list(values: readonly SqlValue[]): string { return values.map((v) => this.bind(v)).join(','); }
  add(part: string): void { this.parts.push(part); }
  in(column: string, values: readonly SqlValue[]): void { this.parts.push(values.length ? `${column} in (${this.list(values)})` : '1 = 0'); }
  sql(): string { return this.parts.length ? this.parts.join(' and ') : '1 = 1'; }
}
const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (m) => `\\${m}`);
function reachSql(c: Conditions, reach: Reach): void {
  if (reach.workerId !== null) { c.add(`worker_id = ${c.bind(reach.workerId)}`); return; }
  const ways: string[] = [];
  if (reach.stationIds) ways.push(reach.stationIds.length ? `station_id in (${c.list(reach.stationIds)})` : '1 = 0');
  else if (reach.companyIds) ways.push(reach.companyIds.length ? `company_id in (${c.list(reach.companyIds)})` : '1 = 0');
  if (ways.length === 0) return;
  if (reach.orAgentAccountId !== null && reach.stationIds) ways.push(`agent_account_id = ${c.bind(reach.orAgentAccountId)}`);
  c.add(`(${ways.join(' or ')})`);
}
function filterSql(c: Conditions, f: OrderFilter): void {
  const states = f.pool ? POOL_STATES[f.pool] : null;
  if (f.state) c.add(`state = ${c.bind(f.state)}`);
  if (states) c.in('state', states);
  if (f.pool === 'supervised' || f.supervised) c.add(`supervised = ${c.bind(true)}`);
  if (f.pool === 'overLevelComplaint' || f.overLevel) c.add(`over_level = ${c.bind(true)}`);
  if (f.pool === 'approvals') c.add('pending_approval is not null');
  if (f.type) c.add(`order_type = ${c.bind(f.type)}`);
  if (f.urgency) c.add(`urgency = ${c.bind(f.urgency)}`);
  if (f.source) c.add(`order_source = ${c.bind(f.source)}`);
  if (f.overdue === 'yes') c.add(`overdue = ${c.bind(true)}`);
  if (f.overdue === 'near') c.add(`near_due = ${c.bind(true)} and overdue = ${c.bind(false)}`);
  if (f.workerId) c.add(`worker_id = ${c.bind(f.workerId)}`);
  if (f.agentId) c.add(`agent_id = ${c.bind(f.agentId)}`);
  if (f.mine && f.accountId) c.add(`(agent_account_id = ${c.bind(f.accountId)} or worker_id = ${c.bind(f.accountId)})`);
  if (f.from !== undefined) c.add(`created_at >= ${c.bind(f.from)}`);
  if (f.to !== undefined) c.add(`created_at < ${c.bind(f.to)}`);
  if (f.houseId) c.add(`house_id = ${c.bind(f.houseId)}`);
  if (f.orgCompanyIds) c.in('company_id', f.orgCompanyIds);
  if (f.orgStationId) c.add(`station_id = ${c.bind(f.orgStationId)}`);
  if (f.blind && f.orderNoPrefix) c.add(`(number_blind = ${c.bind(f.blind)} or order_no like ${c.bind(`${escapeLike(f.orderNoPrefix)}%`)})`);
  else if (f.blind) c.add(`number_blind = ${c.bind(f.blind)}`);
  else if (f.last4) c.add(`number_last4 = ${c.bind(f.last4)}`);
  else if (f.orderNoPrefix) c.add(`order_no like ${c.bind(`${escapeLike(f.orderNoPrefix)}%`)}`);
  if (f.namePrefix || f.communityIds) {
    const ways: string[] = [];
    if (f.namePrefix) ways.push(`customer_name like ${c.bind(`${escapeLike(f.namePrefix)}%`)}`);
    if (f.communityIds?.length) ways.push(`(community_id in (${c.list(f.communityIds)})${f.addressPart ? ` and address like ${c.bind(`%${escapeLike(f.addressPart)}%`)}` : ''})`);
    c.add(ways.length ? `(${ways.join(' or ')})` : '1 = 0');
  }
}
/**
 * Sorting. Where the conditions leave few rows, those are found first and then sorted: `+ 0` keeps a planner from walking the sort's index through millions
 * of rows that do not fit, hoping to meet the few early. Where they leave many, the index gives the first page at once.
 */
function orderBy(reach: Reach, f: OrderFilter & { sort: OrderQuery['sort'] }): string {
  const open = f.pool !== undefined && f.pool !== 'all' && f.pool !== 'closed', oneState = f.state !== undefined && f.state !== 'closed';
  const few = reach.workerId !== null || f.mine || f.workerId || f.agentId || f.houseId || f.blind || f.last4 || f.orderNoPrefix || f.namePrefix || (f.communityIds && f.communityIds.length <= 20) || f.pool === 'supervised' || f.pool === 'overLevelComplaint' || f.pool === 'approvals';
  const plus = few || ((open || oneState) && (f.sort === 'dueAt' || f.sort === 'priority')) ? ' + 0' : '';
  switch (f.sort) {
    case 'dueAt': return `due_at${plus}, id`;
    case 'priority': return `priority${plus} desc, due_at${plus}, id`;
    case 'createdAt': return `created_at${plus}, id`;
    case '-createdAt': return `created_at${plus} desc, id desc`;
  }
}

/** What is there is replaced as a whole: three statements for any number of rows. */
async function putNewest(tx: Sql, table: string, columns: readonly string[], rows: readonly Row[], replaces: (version: number, known: number) => boolean): Promise<boolean[]> {
  const ids = [...new Set(rows.map((row) => row.id as number))], marks = (list: readonly number[]) => list.map((_, i) => `$${i + 1}`).join(',');
  if (ids.length === 0) return [];
  const there = new Map((await tx.query<{ id: number; version_no: number }>(`select id, version_no from ${table} where id in (${marks(ids)})`, ids)).map((row) => [row.id, row.version_no])), known = new Map(there), last = new Map<number, Row>();
  const newer = rows.map((row) => {
    const id = row.id as number, version = row.version_no as number, before = known.get(id);
    if (before !== undefined && !replaces(version, before)) return false;
    known.set(id, version);
    last.set(id, row);
    return true;
  });
  const old = [...last.keys()].filter((id) => there.has(id));
  // of the version that was seen: what another process has replaced meanwhile stays, and the insert tells of it
  if (old.length) await tx.execute(`delete from ${table} where ${old.map((_, i) => `(id = $${2 * i + 1} and version_no = $${2 * i + 2})`).join(' or ')}`, old.flatMap((id) => [id, there.get(id) as number]));
  if (last.size) await tx.insertMany(table, [...last.values()].map((row) => Object.fromEntries(columns.map((name) => [name, row[name] ?? null]))));
  return newer;
}

/** SQL of the group's shard: the index of all companies' orders and of their approvals. */
export const orderIndexStore = {
  /**
   * Lines of orders as events tell them, in the order of the events: the newest version of each stays, whatever order they come in.
   * @returns for each whether it was newer than what was known before it. @throws Error (unique violation) when another process writes one of them at this moment: try again.
   */
  putMany: (tx: Sql, rows: readonly Row[]): Promise<boolean[]> => putNewest(tx, 'work_order_index', INDEX_COLUMN_NAMES, rows, (version, known) => version > known),
  /** Requests likewise; one decided in the version in which it was made replaces itself. */
  putApprovals: (tx: Sql, rows: readonly Row[]): Promise<boolean[]> => putNewest(tx, 'approval_index', APPROVAL_COLUMN_NAMES, rows, (version, known) => version >= known),
  async find(sql: Sql, id: number): Promise<OrderIndexRecord | null> { const [row] = await sql.query<Row>(`select ${INDEX_COLUMNS} from work_order_index where id = $1`, [id]); return row ? fromRow(row) : null; },
  async findMany(sql: Sql, ids: readonly number[]): Promise<OrderIndexRecord[]> {
    if (ids.length === 0) return [];
    return (await sql.query<Row>(`select ${INDEX_COLUMNS} from work_order_index where id in (${ids.map((_, i) => `$${i + 1}`).join(',')})`, ids)).map((r) => fromRow(r));
  },
  async list(sql: Sql, reach: Reach, f: OrderFilter & { page: number; size: number; sort: OrderQuery['sort'] }): Promise<{ rows: OrderIndexRecord[]; total: number }> {
    const c = new Conditions();
    reachSql(c, reach);
    filterSql(c, f);
    const where = c.sql(), params = [...c.params];
    const rows = await sql.query<Row>(`select ${INDEX_COLUMNS} from work_order_index where ${where} order by ${orderBy(reach, f)} limit ${c.bind(f.size)} offset ${c.bind((f.page - 1) * f.size)}`, c.params);
    const first = (f.page - 1) * f.size;
    if (rows.length > 0 && rows.length < f.size) return { rows: rows.map((r) => fromRow(r)), total: first + rows.length };
    const [count] = await sql.query<{ n: number }>(`select count(*) as n from (select 1 as one from work_order_index where ${where} limit ${COUNT_CAP}) t`, params);
    return { rows: rows.map((r) => fromRow(r)), total: count?.n ?? 0 };
  },
  /** How many in each pool: one statement over what is open, two capped ones for the rest. */
  async counts(sql: Sql, reach: Reach, f: OrderFilter): Promise<Record<Pool, number>> {
    const c = new Conditions();
    reachSql(c, reach);
    filterSql(c, f);
    c.in('state', OPEN);
    const groups = await sql.query<{ state: OrderState; supervised: boolean; over_level: boolean; waits: number; n: number }>(`select state, supervised, over_level, case when pending_approval is null then 0 else 1 end as waits, count(*) as n from work_order_index where ${c.sql()} group by state, supervised, over_level, case when pending_approval is null then 0 else 1 end`, c.params);
    const sum = (test: (g: (typeof groups)[number]) => boolean) => groups.filter(test).reduce((n, g) => n + g.n, 0);
    const inPool = (pool: Pool) => sum((g) => POOL_STATES[pool]?.includes(g.state) ?? false);
    const capped = async (pool: Pool): Promise<number> => {
      const k = new Conditions();
      reachSql(k, reach);
      filterSql(k, { ...f, pool });
      return (await sql.query<{ n: number }>(`select count(*) as n from (select 1 as one from work_order_index where ${k.sql()} limit ${BADGE_CAP}) t`, k.params))[0]?.n ?? 0;
    };
    return {
      toArrange: inPool('toArrange'), arranged: inPool('arranged'), returned: inPool('returned'), supervised: sum((g) => g.supervised), overLevelComplaint: sum((g) => g.over_level), toAssign: inPool('toAssign'), assigned: inPool('assigned'), revisit: inPool('revisit'),
      approvals: sum((g) => g.waits === 1), closed: await capped('closed'), all: await capped('all'),
    };
  },
  /** Communities whose name holds the text, by the term table of the address index (two characters a term, single ones too). */
  async communities(sql: Sql, name: string, limit: number): Promise<number[]> {
    const terms = name.length === 1 ? [name] : [...new Set(Array.from({ length: name.length - 1 }, (_, i) => name.slice(i, i + 2)))];
    const rows = await sql.query<{ community_id: number }>(`select community_id from area_term where term in (${terms.map((_, i) => `$${i + 1}`).join(',')}) group by community_id having count(*) = $${terms.length + 1} limit $${terms.length + 2}`, [...terms, terms.length, limit]);
    return rows.map((r) => r.community_id);
  },
  async approvals(sql: Sql, reach: Reach, q: { status: string; page: number; size: number }): Promise<{ rows: ApprovalLine[]; total: number }> {
    const c = new Conditions();
    c.add(`approval_status = ${c.bind(q.status)}`);
    if (reach.stationIds) c.in('station_id', reach.stationIds); else if (reach.companyIds) c.in('company_id', reach.companyIds);
    const where = c.sql(), params = [...c.params];
    const rows = await sql.query<Row>(`select * from approval_index where ${where} order by requested_at ${q.status === 'pending' ? '' : 'desc'}, id limit ${c.bind(q.size)} offset ${c.bind((q.page - 1) * q.size)}`, c.params);
    const [count] = await sql.query<{ n: number }>(`select count(*) as n from (select 1 as one from approval_index where ${where} limit ${COUNT_CAP}) t`, params);
    return { rows: rows.map((r) => fromRow<ApprovalLine>(r)), total: count?.n ?? 0 };
  },
};
