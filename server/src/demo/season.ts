import { FAULT_CODES, type FaultCode, type OrderSource, type OrderType, type Urgency } from '@ronghu/contract';
import { deadlineOf } from '../domain/work-order/deadline.rules';
import { defaultSettings } from '../domain/work-order/default-settings';
import { emptyRecord } from '../domain/work-order/order-intake';
import type { CryptoBox } from '../platform/crypto';
import type { Db, Row } from '../platform/database/db';
import { createIds } from '../platform/database/ids';
import { BulkWriter } from './bulk-writer';
import { callOf, missedCall } from './calls';
import type { KnownHouse } from './houses';
import { OrderStory, SYSTEM, type Picture } from './order-story';
import type { Agent, Organisation, Person, Station } from './organisation';
import type { Seeded } from './random';

const MINUTE = 60_000, HOUR = 3_600_000, DAY = 24 * HOUR, ZONE = 8 * HOUR;
const FAULTS: [FaultCode, string[], number][] = [
  ['notHot', ['供暖后家里一直不热，暖气片冰凉', '全屋不热，室温只有十五度左右', '昨天开始暖气不热，家里有老人'], 38], ['halfHot', ['卧室热，客厅不热', '北屋两组暖气片不热', '地暖有两路不热'], 22], ['leak', ['暖气片接头漏水，地板泡了', '入户阀门处滴水'], 14], ['airLock', ['暖气里有流水声，上半截不热', '顶楼气堵，需要放气'], 10],
  ['valve', ['入户阀门关不上', '温控阀转不动'], 6], ['noise', ['管道夜里异响影响休息'], 4], ['meter', ['热量表黑屏'], 3], ['pipeBurst', ['楼道立管爆裂，热水喷出'], 1], ['billing', ['咨询今年取暖费收费标准', '多交费申请退费'], 6], ['other', ['反映换热站噪声', '询问供热时间'], 3],
];
const MEASURES: Record<string, string[]> = { 气堵: ['放气排空后恢复正常'], 阀门未开: ['打开入户阀门并调节平衡'], 过滤器堵塞: ['清洗过滤器'], 管道渗漏: ['更换活接并试压'], 阀门损坏: ['更换铜球阀'], 管网循环不良: ['调节单元回水阀门'] };
const PARTS: Record<string, string> = { 管道渗漏: '活接', 阀门损坏: '铜球阀', 气堵: '自动排气阀', 过滤器堵塞: '过滤器' };
/** How far the youngest orders have come; with `null` time decides. */
const STAGES = [[null, 22], ['intake', 6], ['arrange', 9], ['confirm', 8], ['assign', 9], ['accept', 10], ['checkIn', 9], ['submit', 12], ['returned', 4], ['asked', 5]] as const;
type Stage = Exclude<(typeof STAGES)[number][0], null>;
type Twist = 'plain' | 'refuse' | 'extension' | 'unfixed' | 'direct' | 'void' | 'cancel' | 'return' | 'noStation' | 'dissatisfied' | 'notReached' | 'exempt' | 'supervised' | 'overLevel' | 'urged';
const TWISTS: readonly (readonly [Twist, number])[] = [['plain', 700], ['refuse', 22], ['extension', 28], ['unfixed', 14], ['direct', 18], ['void', 12], ['cancel', 14], ['return', 16], ['noStation', 30], ['dissatisfied', 36], ['notReached', 40], ['exempt', 14], ['supervised', 16], ['overLevel', 8], ['urged', 32]];
const dayCode = (t: number): string => new Date(t + ZONE).toISOString().slice(0, 10).replace(/-/g, '');
/** People call between seven and ten at night, most in the morning and after work. */
const hourOfDay = (r: Seeded): number => r.weighted([[7, 5], [8, 11], [9, 13], [10, 12], [11, 8], [12, 5], [13, 6], [14, 8], [15, 8], [16, 7], [17, 8], [18, 9], [19, 8], [20, 5], [21, 2]] as const);
/** Days of the season that are made. */
export const SEASON_DAYS = 45;

export interface SeasonParts { group: Db; company(id: number): Db; random: Seeded; crypto: CryptoBox; now: number; org: Organisation; leader: Person; operators: Map<number, Person>; signatures: Picture[]; scenes: { plain: Picture[]; leak: Picture[] } }
interface Cast { agent: Agent; head: Person; worker: Person; second: Person; approver: Person; station: Station }

/**
 * A season so far: orders in every state, each told by the real engine with its whole history, the calls they came from, revisit calls, and calls that
 * came to nothing, up to `now`. Open orders get their timers, so that they become near due and overdue by themselves.
 */
export async function makeSeason(p: SeasonParts, houses: readonly KnownHouse[], orders: number, calls: number, onProgress: (done: number) => void): Promise<void> {
  const { random: r, now, org } = p, tables = new Map<string, Row[]>(), counters = new Map<string, number>();
  const put = (key: string, row: Row): void => { const list = tables.get(key); if (list) list.push(row); else tables.set(key, [row]); };
  const stations = new Map(org.companies.flatMap((c) => c.stations.map((s) => [s.id, s] as const))), codes = new Map(org.companies.map((c) => [c.id, c.code]));
  const agents = org.companies.flatMap((c) => c.stations.flatMap((s) => s.agents.slice(0, 6)));
  const times = [...Array(orders)].map((_, i) => takenAt(r, now, i < orders * 0.08 ? 'today' : 'season')).sort((a, b) => a - b);
  // Ids follow the order's own time, so that whatever is made after the demonstration is younger than all of it.
  let clock = 0;
  const ids = createIds(0, () => clock);
  for (const [i, created] of times.entries()) {
    clock = created;
    const house = r.pick(houses), station = stations.get(house.stationId) as Station, company = house.companyId, key = `${company}/${dayCode(created)}`, no = (counters.get(key) ?? 0) + 1;
    counters.set(key, no);
    const [first, ...rest] = shuffled(r, station.workers);
    const cast: Cast = { agent: r.pick(agents), head: { accountId: station.headId, name: station.headName }, worker: first as Person, second: rest[0] ?? (first as Person), approver: p.operators.get(company) ?? p.leader, station };
    const story = begin(p, ids, house, cast, created, `${codes.get(company) ?? ''}${dayCode(created)}${String(no).padStart(5, '0')}`);
    const fresh = now - created < 6 * HOUR;
    const until = fresh ? r.weighted(STAGES) : null;
    tell(p, story, cast, house, until === 'returned' ? 'return' : until === 'asked' ? r.pick(['void', 'return', 'extension'] as const) : r.weighted(TWISTS), until);
    const call = callOf(p, { house, agent: cast.agent, at: created - r.int(60, 300) * 1000, order: story.record, purpose: 'service' });
    story.record = { ...story.record, callId: call.record.call_id as string };
    const made = story.finish();
    for (const { table, row } of made.company) put(`${company}:${table}`, row);
    for (const { table, row } of made.group) put(`group:${table}`, row);
    put('group:call_record', call.record);
    for (const event of call.events) put('group:call_event', { event_id: ids.next(), ...event });
    if (i % 200 === 0) onProgress((i / times.length) * 0.8);
  }
  for (let i = 0; i < calls; i++) {
    const at = takenAt(r, now, i < calls * 0.08 ? 'today' : 'season'), house = r.chance(0.8) ? r.pick(houses) : null;
    clock = Math.max(clock, at);
    const call = r.chance(0.91) ? callOf(p, { house, agent: r.pick(agents), at, order: null, purpose: 'service' }) : missedCall(p, house, at);
    put('group:call_record', call.record);
    for (const event of call.events) put('group:call_event', { event_id: ids.next(), ...event });
  }
  for (const [key, last] of counters) { const [company, day] = key.split('/') as [string, string]; put(`${company}:order_counter`, { day_code: day, last_no: last }); }
  const writers = new Map<string, BulkWriter>();
  for (const [key, rows] of tables) {
    const [where, table] = key.split(':') as [string, string], writer = writers.get(where) ?? new BulkWriter(where === 'group' ? p.group : p.company(Number(where)));
    writers.set(where, writer);
    for (const row of rows) writer.add(table, row);
    await writer.pace();
  }
  for (const writer of writers.values()) await writer.done();
  onProgress(1);
}

function takenAt(r: Seeded, now: number, when: 'today' | 'season'): number {
  if (when === 'today') return now - Math.round(r.int(8, 360) * MINUTE * (0.3 + r.next() * 0.7));
  const midnight = Math.floor((now + ZONE) / DAY) * DAY - ZONE, t = midnight - Math.floor(SEASON_DAYS * r.next() ** 1.3) * DAY + hourOfDay(r) * HOUR + r.int(0, HOUR - 1);
  return t < now - 10 * MINUTE ? t : t - DAY;
}
const shuffled = <T>(r: Seeded, list: readonly T[]): T[] => list.map((x) => [r.next(), x] as const).sort((a, b) => a[0] - b[0]).map(([, x]) => x);

function begin(p: SeasonParts, ids: ReturnType<typeof createIds>, house: KnownHouse, cast: Cast, created: number, orderNo: string): OrderStory {
  const { random: r } = p, [faultCode, texts] = r.weighted(FAULTS.map(([code, list, w]) => [[code, list] as const, w] as const)), description = r.pick(texts);
  const urgency: Urgency = faultCode === 'pipeBurst' ? 'critical' : r.weighted([['normal', 80], ['urgent', 17], ['critical', 3]] as const);
  const type: OrderType = faultCode === 'billing' ? 'inquiry' : r.weighted([['repair', 80], ['complaint', 8], ['temperatureCheck', 9], ['suspendResumeHeating', 2], ['paymentReminder', 1]] as const);
  const source: OrderSource = r.weighted([['phone', 88], ['hotline12345', 6], ['wechat', 3], ['field', 2], ['manual', 1]] as const), { agent } = cast;
  const due = deadlineOf(defaultSettings.deadlineRules, defaultSettings.workCalendar, { type, urgency, source, at: created });
  return new OrderStory({ ids, now: p.now, nearDueShare: defaultSettings.deadlineRules.nearDueShare }, {
    ...emptyRecord(ids.next(), house.companyId, orderNo, created), orderType: type, urgency, orderSource: source, faultCode, fault: `${FAULT_CODES[faultCode]}：${description}`.slice(0, 100), description,
    customerId: house.customerId, customerName: house.ownerName, numberSealed: p.crypto.seal(house.number), numberBlind: p.crypto.blind(house.number), numberLast4: p.crypto.blindLast4(house.number), houseId: house.id, unitId: house.unitId, communityId: house.communityId, communityName: house.communityName, address: house.address,
    agentId: agent.agentId, agentAccountId: agent.accountId, agentName: agent.name, dueAt: due.dueAt, ruleVersion: due.ruleVersion, dueExplained: due.explained.slice(0, 1000),
  });
}

/** One life. `until`: the step after which a young order stops, for the boards to have something of everything. */
function tell(p: SeasonParts, s: OrderStory, c: Cast, house: KnownHouse, twist: Twist, until: Stage | null): void {
  const { random: r } = p, quick = s.record.urgency === 'normal' ? 1 : 0.4, slow = r.chance(0.06) ? 7 : 1, m = (from: number, to: number): number => r.int(from, to) * quick * slow;
  const stop = (stage: Stage): boolean => { if (until === stage) s.over = true; return s.over; };
  const assign = (worker: Person, minutes: number): boolean => s.act(minutes, c.head, 'assign', { workerId: worker.accountId, workerName: worker.name });
  s.act(0, c.agent, 'intake');
  if (twist === 'supervised') s.act(1, p.leader, 'supervise', { reason: '重点关注' });
  if (twist === 'overLevel') s.act(1, c.agent, 'markOverLevel', { reason: '住户已向 12345 反映' });
  if (stop('intake')) return;
  if (!(twist === 'noStation' ? s.act(m(10, 50), c.agent, 'arrange', { stationId: c.station.id }) : s.act(0, SYSTEM, 'arrange', { stationId: c.station.id }))) return;
  if (twist === 'exempt' && r.chance(0.4)) { if (s.act(m(5, 30), c.agent, 'requestExemption', { reason: '电话中已解决，住户表示不用回访' })) s.act(m(10, 60), c.approver, 'approve'); return; }
  if (stop('arrange')) return;
  if (twist === 'urged') s.act(m(15, 40), c.agent, 'urge', { reason: '住户再次来电催促' });
  if (twist === 'return') {
    if (!s.act(m(5, 30), c.head, 'returnOrder', { reason: '地址不属于本站责任区，请核实' }) || stop('asked') || !s.act(m(5, 40), c.approver, 'approve') || stop('returned')) return;
    if (!s.act(m(10, 60), c.agent, 'redispatch', { stationId: c.station.id, reason: '已与住户核实，属于本站' })) return;
  }
  if (twist === 'void') { if (s.act(m(5, 60), c.head, 'void', { reason: '与前一工单重复' }) && !stop('asked')) s.act(m(10, 60), c.approver, 'approve'); return; }
  if (!s.act(m(2, 25), c.head, 'confirm')) return;
  if (twist === 'direct') { s.act(m(5, 30), c.head, 'closeDirectly', { reason: '电话指导住户开阀后恢复' }); revisit(p, s, c, 'plain'); return; }
  if (stop('confirm') || !assign(c.worker, m(2, 20))) return;
  if (twist === 'refuse' && c.second !== c.worker && (!s.act(m(2, 15), c.worker, 'refuse', { reason: '正在抢修爆管，赶不过去' }) || !assign(c.second, m(2, 20)))) return;
  const worker = twist === 'refuse' ? c.second : c.worker;
  if (twist === 'cancel') { if (s.act(m(5, 40), c.agent, 'requestCancel', { reason: '住户来电说已经好了' })) s.act(m(5, 40), c.head, 'approve'); return; }
  if (stop('assign') || !s.act(m(2, 20), worker, 'accept', { place: true })) return;
  if (twist === 'extension' && s.act(m(10, 60), worker, 'requestExtension', { reason: '需要更换的阀门缺货', newDueAt: Math.max(s.record.dueAt ?? 0, s.at) + 24 * HOUR }) && (stop('asked') || !s.act(m(5, 60), c.head, 'approve'))) return;
  if (twist === 'supervised' && s.act(m(10, 60), c.head, 'progress', { reason: '已派人处理，预计当日完成' }) === false) return;
  if (stop('accept') || !s.act(m(15, 120), worker, 'onSiteCheckIn', { place: true })) return;
  if (stop('checkIn') || !field(p, s, c, worker, house, twist === 'unfixed', r.int(15, 80))) return;
  if (stop('submit')) return;
  revisit(p, s, c, twist);
  if (twist === 'dissatisfied' && s.state === 'dispatched') {
    if (!s.act(m(5, 30), c.head, 'confirm') || !assign(c.second, m(5, 30)) || !s.act(m(5, 20), c.second, 'accept') || !s.act(m(30, 200), c.second, 'onSiteCheckIn', { place: true }) || !field(p, s, c, c.second, house, false, r.int(20, 90))) return;
    revisit(p, s, c, 'plain');
  }
}

/** What happens in the flat: photo, temperature, result, rating and signature, submit. */
function field(p: SeasonParts, s: OrderStory, c: Cast, worker: Person, house: KnownHouse, unfixed: boolean, minutes: number): boolean {
  const { random: r } = p, cause = r.pick(Object.keys(MEASURES)), leak = s.record.faultCode === 'leak' || s.record.faultCode === 'pipeBurst', celsius = r.int(unfixed ? 150 : 182, unfixed ? 178 : 236) / 10;
  if (!s.act(4, worker, 'evidence', { place: true })) return false;
  const scene = r.pick(leak ? p.scenes.leak : p.scenes.plain) as Picture | undefined;
  if (scene) s.attach(scene, 'photo', worker, s.at);
  s.add('room_temperature', { id: s.nextId(), house_id: house.id, order_id: s.record.id, measured_at: s.at, celsius, room: r.pick(['客厅', '卧室']), data_source: 'field', account_id: worker.accountId });
  const outcome = unfixed ? 'unfixed' : 'fixed', part = PARTS[cause];
  if (!s.act(minutes, worker, 'backfill', { outcome })) return false;
  s.result(worker, s.at, { cause, measure: unfixed ? '需停供换管，已上报' : r.pick(MEASURES[cause] as string[]) }, part && r.chance(0.5) ? [{ name: part, quantity: 1 }] : [], outcome, minutes);
  const rating = r.weighted([[5, 74], [4, 18], [3, 5], [2, 2], [1, 1]] as const);
  if (!unfixed && !s.sign(3, worker, rating, rating <= 3 ? '等候时间偏长' : null, house.ownerName, (r.pick(p.signatures) as Picture | undefined) ?? null)) return false;
  return s.act(1, worker, 'submit');
}

/** Revisit within the next working day, by the form; the answer decides what follows. */
function revisit(p: SeasonParts, s: OrderStory, c: Cast, twist: Twist): void {
  const { random: r } = p;
  const answers = (good: boolean): string => JSON.stringify({ solved: good ? '已解决' : '未解决', onTime: r.chance(0.9) ? '是' : '否', attitude: good ? r.int(4, 5) : r.int(1, 3) });
  const note = (outcome: 'satisfied' | 'dissatisfied' | 'notReached'): void => s.add('revisit', { id: s.nextId(), order_id: s.record.id, round_no: s.record.roundNo, happened_at: s.at, account_id: c.agent.accountId, person_name: c.agent.name, outcome, form_version: 1, answers: outcome === 'notReached' ? '{}' : answers(outcome === 'satisfied'), remark: null, call_id: null });
  const minutes = (): number => minutesToOffice(s.at, r);
  if (twist === 'exempt') { if (s.act(minutes(), c.agent, 'requestExemption', { reason: '住户要求不再回访' })) s.act(r.int(10, 120), c.approver, 'approve'); return; }
  if (twist === 'notReached') { for (let i = r.int(1, 2); i > 0; i--) if (s.act(minutes(), c.agent, 'revisitNotReached')) note('notReached'); }
  if (twist === 'dissatisfied' || twist === 'unfixed') {
    if (!s.act(minutes(), c.agent, 'revisitDissatisfied')) return;
    note('dissatisfied');
    if (s.act(3, c.agent, 'secondDispatch', { reason: '住户反映仍然不热' })) s.act(r.int(10, 90), c.approver, 'approve', { dueAt: s.at + 24 * HOUR });
    return;
  }
  if (s.act(minutes(), c.agent, 'revisitSatisfied')) note('satisfied');
}
/** From a moment to one within 9:00 to 19:00, on the same day or the next. */
function minutesToOffice(at: number, r: Seeded): number {
  const wanted = at + r.int(20, 240) * MINUTE, hour = new Date(wanted + ZONE).getUTCHours();
  const shift = hour < 9 ? 9 - hour : hour >= 19 ? 33 - hour : 0;
  return (wanted + shift * HOUR - at) / MINUTE;
}
