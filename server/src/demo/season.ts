import { randomUUID } from 'node:crypto';
import type { OrderState, OrderType, Urgency, FaultCode } from '@ronghu/contract';
import type { CryptoBox } from '../platform/crypto';
import type { Db, Row } from '../platform/database/db';
import type { Ids } from '../platform/database/ids';
import { indexRow, toRow, type OrderRecord } from '../domain/work-order/order-record';
import { CLOCK_TIMER, REVISIT_TIMER } from '../domain/work-order/order-writer';
import type { KnownHouse } from './houses';
import type { Agent, Organisation, Station } from './organisation';
import type { Seeded } from './random';

const MINUTE = 60_000, HOUR = 3_600_000, DAY = 24 * HOUR, ZONE = 8 * HOUR;
const FAULTS: [FaultCode, string[], number][] = [
  ['notHot', ['供暖后家里一直不热，暖气片冰凉', '全屋不热，室温只有十五度左右', '昨天开始暖气不热，家里有老人'], 38], ['halfHot', ['卧室热，客厅不热', '北屋两组暖气片不热', '地暖有两路不热'], 22], ['leak', ['暖气片接头漏水，地板泡了', '入户阀门处滴水'], 14], ['airLock', ['暖气里有流水声，上半截不热', '顶楼气堵，需要放气'], 10],
  ['valve', ['入户阀门关不上', '温控阀转不动'], 6], ['noise', ['管道夜里异响影响休息'], 4], ['meter', ['热量表黑屏'], 3], ['pipeBurst', ['楼道立管爆裂，热水喷出'], 1], ['billing', ['咨询今年取暖费收费标准', '多交费申请退费'], 6], ['other', ['反映换热站噪声', '询问供热时间'], 3],
];
const TITLES: Record<string, string> = { intake: '受理', dispatch: '派单', confirm: '确认', assign: '分派', accept: '接单', checkIn: '现场签到', backfill: '回填', submit: '提交', revisit: '回访' };
const dayCode = (t: number): string => new Date(t + ZONE).toISOString().slice(0, 10).replace(/-/g, '');
/** People call between seven and ten at night, most in the morning and after work. */
const hourOfDay = (r: Seeded): number => r.weighted([[7, 5], [8, 11], [9, 13], [10, 12], [11, 8], [12, 5], [13, 6], [14, 8], [15, 8], [16, 7], [17, 8], [18, 9], [19, 8], [20, 5], [21, 2]] as const);

interface Parts { group: Db; company(id: number): Db; ids: Ids; random: Seeded; crypto: CryptoBox; now: number; org: Organisation }
/**
 * A season so far: orders in every state with their whole history, the calls they came from and calls that came to nothing, up to `now`.
 * Open orders get their timers, so that they become near due and overdue by themselves.
 */
export async function makeSeason(p: Parts, houses: readonly KnownHouse[], orders: number, calls: number): Promise<void> {
  const { random: r, ids, now, org } = p, stations = new Map(org.companies.flatMap((c) => c.stations.map((s) => [s.id, s] as const))), codes = new Map(org.companies.map((c) => [c.id, c.code]));
  const agents = org.companies.flatMap((c) => c.stations.flatMap((s) => s.agents.slice(0, 6))), tables = new Map<string, Row[]>(), group = new Map<string, Row[]>(), counters = new Map<string, number>();
  const put = (map: Map<string, Row[]>, key: string, row: Row) => { const list = map.get(key); if (list) list.push(row); else map.set(key, [row]); };
  const at = (daysAgo: number): number => { const day = Math.floor((now + ZONE) / DAY) * DAY - ZONE - daysAgo * DAY, t = day + hourOfDay(r) * HOUR + r.int(0, HOUR - 1); return t < now - 20 * MINUTE ? t : now - r.int(20, 180) * MINUTE; };
  const callRow = (house: KnownHouse | null, number: string, agent: Agent | null, t: number, reason: string, extra: Row = {}): Row => {
    const wait = reason === 'abandonedInQueue' ? r.int(20, 240) : r.int(2, 45), talk = agent ? r.int(35, 420) : 0, answered = agent ? t + (15 + wait) * 1000 : null;
    return {
      call_id: randomUUID(), direction: 'inbound', purpose: 'service', number_sealed: p.crypto.seal(number), number_blind: p.crypto.blind(number), number_last4: p.crypto.blindLast4(number), called_number: org.hotline, started_at: t, queued_at: reason === 'abandonedInIvr' || reason === 'blocked' ? null : t + 15000, answered_at: answered,
      ended_at: answered ? answered + talk * 1000 : t + (15 + wait) * 1000, talk_s: talk, wait_s: reason === 'abandonedInIvr' ? 0 : wait, ring_s: agent ? r.int(2, 9) : 0, end_reason: reason, ended_by: r.chance(0.6) ? 'customer' : 'agent', rating: agent && r.chance(0.35) ? r.weighted([[5, 70], [4, 18], [3, 7], [2, 3], [1, 2]] as const) : null,
      skill_group_id: (org.skillGroups[r.int(0, 2)] as { id: number }).id, agent_id: agent?.agentId ?? null, agent_name: agent?.name ?? null, station_id: house?.stationId ?? null, company_id: house?.companyId ?? null, customer_id: house?.customerId ?? null, customer_name: house?.ownerName ?? null, house_address: house?.address ?? null,
      order_id: null, order_company_id: null, order_no: null, disposition: agent ? r.pick(['报修受理', '进度查询', '费用咨询', '政策解答']) : null, priority: 5, repeat_count: r.chance(0.1) ? 1 : 0, ivr_path: JSON.stringify([{ node: 'menu', label: '主菜单', digits: r.pick(['1', '2', '0']), at: t + 6000 }]), source: 'director', ...extra,
    };
  };
  for (let i = 0; i < orders; i++) {
    const house = r.pick(houses), station = stations.get(house.stationId) as Station, agent = r.pick(agents), [faultCode, texts] = r.weighted(FAULTS.map(([code, list, w]) => [[code, list] as const, w] as const)), daysAgo = i < orders * 0.1 ? r.int(0, 1) : Math.floor(45 * r.next() ** 1.4);
    const created = at(daysAgo), urgency: Urgency = faultCode === 'pipeBurst' ? 'critical' : r.weighted([['normal', 82], ['urgent', 15], ['critical', 3]] as const), type: OrderType = faultCode === 'billing' ? 'inquiry' : r.weighted([['repair', 84], ['complaint', 8], ['temperatureCheck', 8]] as const);
    const minutes = urgency === 'critical' ? 120 : urgency === 'urgent' ? 240 : 1440, due = created + minutes * MINUTE, age = now - created, late = r.chance(0.07);
    const step = (from: number, to: number) => r.int(from, to) * MINUTE;
    const target: OrderState = age < 3 * DAY ? r.weighted([['dispatched', 8], ['confirmed', 5], ['assigned', 7], ['accepted', 8], ['onSite', 6], ['completed', 16], ['closed', 46], ['toArrange', 2], ['returned', 2]] as const) : r.weighted([['closed', 94], ['voided', 2], ['cancelled', 2], ['completed', 2]] as const);
    const path: OrderState[] = ['dispatched', 'confirmed', 'assigned', 'accepted', 'onSite', 'completed', 'closed'], reach = path.indexOf(target), worker = reach >= 2 ? r.pick(station.workers) : null;
    const times = [created + step(0, 1), step(2, 25), step(2, 15), step(2, 20), step(15, 120), step(20, 90), step(30, 600)].reduce<number[]>((list, delta, k) => [...list, k === 0 ? delta : (list[k - 1] as number) + delta * (late && k >= 3 ? 12 : 1)], []).map((t, k) => Math.min(t, now - (7 - k) * 1000));
    const reached = (state: OrderState): number | null => { const k = path.indexOf(state); return reach >= k && k >= 0 ? (times[k] as number) : null; };
    const completedAt = reached('completed'), satisfied = r.chance(0.94), rating = completedAt ? (satisfied ? r.pick([5, 5, 5, 4]) : r.pick([3, 2])) : null, overdue = (completedAt ?? (['closed', 'voided', 'cancelled'].includes(target) ? created : now)) > due;
    const key = `${house.companyId}/${dayCode(created)}`, no = (counters.get(key) ?? 0) + 1;
    counters.set(key, no);
    const id = ids.next(), call = callRow(house, house.number, agent, created - r.int(60, 300) * 1000, 'completed'), orderNo = `${codes.get(house.companyId)}${dayCode(created)}${String(no).padStart(5, '0')}`, open = !['closed', 'voided', 'cancelled'].includes(target), nearDue = open && !completedAt && !overdue && due - now < minutes * MINUTE * 0.25;
    const record: OrderRecord = {
      id, companyId: house.companyId, orderNo, orderType: type, urgency, orderSource: 'phone', faultCode, fault: r.pick(texts), state: target, versionNo: Math.max(1, reach + 2), roundNo: 1, priority: overdue && open ? 1 : 0, supervised: open && r.chance(0.03), overLevel: false, nearDue, overdue: overdue && open && !completedAt, wasOverdue: overdue, urged: 0, pendingApproval: null, directClosed: false, exempt: false, closeKind: target === 'closed' ? 'revisited' : null,
      customerId: house.customerId, customerName: house.ownerName, numberSealed: p.crypto.seal(house.number), numberBlind: p.crypto.blind(house.number), numberLast4: p.crypto.blindLast4(house.number), houseId: house.id, unitId: house.unitId, communityId: house.communityId, communityName: house.communityName, address: house.address,
      stationId: target === 'toArrange' ? null : station.id, workerId: worker?.accountId ?? null, workerName: worker?.name ?? null, agentId: agent.agentId, agentAccountId: agent.accountId, agentName: agent.name, callId: call.call_id as string, createdAt: created, dueAt: due, dispatchedAt: target === 'toArrange' ? null : (times[0] as number), onSiteAt: reached('onSite'), completedAt, closedAt: target === 'closed' ? (times[6] as number) : open ? null : (times[1] as number),
      outcome: completedAt ? (r.chance(0.95) ? 'fixed' : 'unfixed') : null, rating, satisfied: completedAt ? satisfied : null, revisitAttempts: target === 'closed' ? 1 : 0, updatedAt: now, description: r.pick(texts), expert: false, escalations: overdue && open && !completedAt ? 1 : 0, ruleVersion: 1, dueExplained: `${minutes / 60} 小时内处理`, dueOverridden: false,
      roundAt: times[0] as number, confirmedAt: reached('confirmed'), assignedAt: reached('assigned'), acceptedAt: reached('accepted'), roundOnSiteAt: reached('onSite'), signed: false, roundOutcome: completedAt ? 'fixed' : null, lastRevisit: target === 'closed' ? 'satisfied' : null, pendingId: null, reportHours: null, linkedCompanyId: null, linkedOrderId: null, linkedOrderNo: null, linkRelation: null,
    };
    put(tables, `${house.companyId}:work_order`, toRow(record));
    put(group, 'work_order_index', indexRow(record));
    put(group, 'call_record', { ...call, order_id: id, order_company_id: house.companyId, order_no: orderNo });
    const event = (k: number, kind: string, who: { accountId: number; name: string }, t: number, from: OrderState | null, to: OrderState | null, reason: string | null = null): void => put(tables, `${house.companyId}:work_order_event`, { id: ids.next(), order_id: id, happened_at: t, account_id: who.accountId, person_name: who.name, rule_no: k, kind, title: TITLES[kind] ?? (to === 'voided' ? '作废' : to === 'cancelled' ? '客户取消' : to === 'returned' ? '退回' : kind), from_state: from, to_state: to, reason, round_no: 1, version_no: k, intervention: false, lat: null, lng: null, detail: null });
    const head = { accountId: station.headId, name: station.headName };
    event(1, 'intake', agent, created, null, target === 'toArrange' ? 'toArrange' : 'dispatched');
    if (reach >= 1) event(8, 'confirm', head, times[1] as number, 'dispatched', 'confirmed');
    if (reach >= 2 && worker) event(9, 'assign', head, times[2] as number, 'confirmed', 'assigned');
    if (reach >= 3 && worker) event(11, 'accept', worker, times[3] as number, 'assigned', 'accepted');
    if (reach >= 4 && worker) event(13, 'checkIn', worker, times[4] as number, 'accepted', 'onSite');
    if (completedAt && worker) {
      event(17, 'backfill', worker, completedAt - 5 * MINUTE, 'onSite', 'onSite');
      event(19, 'submit', worker, completedAt, 'onSite', 'completed');
      put(tables, `${house.companyId}:order_result`, { id: ids.next(), order_id: id, round_no: 1, template_version: 1, field_values: JSON.stringify({ cause: r.pick(['气堵', '阀门未开', '过滤器堵塞']), measure: '现场处理后恢复正常' }), parts: JSON.stringify(r.chance(0.3) ? [{ name: r.pick(['自动排气阀', '密封垫', '铜球阀']), quantity: 1 }] : []), duration_minutes: Math.round((completedAt - (times[4] as number)) / MINUTE), outcome: record.outcome, filled_by: worker.accountId, filled_at: completedAt });
      put(tables, `${house.companyId}:room_temperature`, { id: ids.next(), house_id: house.id, order_id: id, measured_at: completedAt - 6 * MINUTE, celsius: r.int(182, 235) / 10, room: r.pick(['客厅', '卧室']), data_source: 'field', account_id: worker.accountId });
    }
    if (target === 'closed') {
      event(23, 'revisit', agent, times[6] as number, 'completed', 'closed');
      put(tables, `${house.companyId}:revisit`, { id: ids.next(), order_id: id, round_no: 1, happened_at: times[6] as number, account_id: agent.accountId, person_name: agent.name, outcome: 'satisfied', form_version: 1, answers: JSON.stringify({ solved: '已解决', onTime: '是', attitude: r.int(4, 5) }), remark: null, call_id: null });
    }
    if (target === 'voided' || target === 'cancelled') event(target === 'voided' ? 22 : 20, target === 'voided' ? 'void' : 'requestCancel', head, times[1] as number, 'dispatched', target, target === 'voided' ? '重复报修' : '住户自行处理好了');
    if (target === 'returned') event(6, 'returnOrder', head, times[1] as number, 'dispatched', 'returned', '地址不属于本站责任区');
    if (open && !completedAt) put(tables, `${house.companyId}:durable_timer`, { id: ids.next(), kind: CLOCK_TIMER, timer_key: String(id), due_at: overdue ? now + 2 * HOUR : nearDue ? due : Math.max(now + MINUTE, due - minutes * MINUTE * 0.25), company_id: house.companyId, payload: JSON.stringify({ orderId: id }), lease_until: 0, attempts: 0 });
    if (target === 'completed') put(tables, `${house.companyId}:durable_timer`, { id: ids.next(), kind: REVISIT_TIMER, timer_key: String(id), due_at: now + r.int(60, 1200) * MINUTE, company_id: house.companyId, payload: JSON.stringify({ orderId: id }), lease_until: 0, attempts: 0 });
  }
  for (let i = 0; i < calls; i++) {
    const house = r.chance(0.8) ? r.pick(houses) : null, number = house?.number ?? `1${r.int(30, 99)}${String(r.int(0, 99_999_999)).padStart(8, '0')}`, reason = r.weighted([['completed', 905], ['abandonedInQueue', 22], ['abandonedInIvr', 45], ['selfService', 18], ['blocked', 4]] as const);
    put(group, 'call_record', callRow(house, number, reason === 'completed' ? r.pick(agents) : null, at(Math.floor(45 * r.next() ** 1.4)), reason));
  }
  for (const [key, rows] of tables) { const [company, table] = key.split(':') as [string, string]; await p.company(Number(company)).insertMany(table, rows); }
  for (const [key, last] of counters) { const [company, day] = key.split('/') as [string, string]; await p.company(Number(company)).insertMany('order_counter', [{ day_code: day, last_no: last }]); }
  for (const [table, rows] of group) await p.group.insertMany(table, rows);
}
