import { randomUUID } from 'node:crypto';
import type { OrderRecord } from '../domain/work-order/order-record';
import type { CryptoBox } from '../platform/crypto';
import type { Row } from '../platform/database/db';
import type { KnownHouse } from './houses';
import { mobileNumber } from './names';
import type { Agent, Organisation } from './organisation';
import type { Seeded } from './random';

interface CallParts { random: Seeded; crypto: CryptoBox; org: Organisation }
/** Rows of `call_event` without their ids. */
export interface MadeCall { record: Row; events: Row[] }
const KEYS: Record<string, { digits: string; label: string }> = { repair: { digits: '1', label: '报修' }, billing: { digits: '2', label: '缴费' }, service: { digits: '0', label: '人工' } };

function base(p: CallParts, house: KnownHouse | null, at: number, group: { id: number; code: string }): Row & { call_id: string } {
  const { random: r, crypto } = p, number = house?.number ?? mobileNumber(50_000_000 + r.int(0, 9_999_999)), key = KEYS[group.code];
  return {
    call_id: randomUUID(), direction: 'inbound', purpose: 'service', number_sealed: crypto.seal(number), number_blind: crypto.blind(number), number_last4: crypto.blindLast4(number), called_number: p.org.hotline, started_at: at, queued_at: at + 15_000, answered_at: null, ended_at: null, talk_s: 0, wait_s: 0, ring_s: 0, end_reason: null, ended_by: null, rating: null,
    skill_group_id: group.id, agent_id: null, agent_name: null, station_id: house?.stationId ?? null, company_id: house?.companyId ?? null, customer_id: house?.customerId ?? null, customer_name: house?.ownerName ?? null, house_address: house?.address ?? null, order_id: null, order_company_id: null, order_no: null, disposition: null, priority: 0, repeat_count: r.chance(0.08) ? 1 : 0,
    ivr_path: JSON.stringify([{ node: 'greeting', label: '欢迎语', at: at + 1000 }, { node: 'menu', label: '主菜单', digits: key?.digits ?? '0', at: at + 9000 }, { node: group.code, label: key?.label ?? '人工', at: at + 15_000 }]), source: 'director',
  };
}
const event = (call: Row & { call_id: string }, at: number, kind: string, detail: string, agentId: number | null = null): Row => ({ call_id: call.call_id, happened_at: at, kind, agent_id: agentId, detail, epoch: 0 });

/** A call that an agent answered; with an order, the one it was taken in. */
export function callOf(p: CallParts, d: { house: KnownHouse | null; agent: Agent; at: number; order: OrderRecord | null; purpose: 'service' }): MadeCall {
  const { random: r, org } = p, group = d.order ? (d.order.orderType === 'inquiry' ? 'billing' : 'repair') : r.weighted([['repair', 4], ['billing', 3], ['service', 3]] as const);
  const call = base(p, d.house, d.at, org.skillGroups.find((g) => g.code === group) ?? (org.skillGroups[0] as { id: number; code: string })), wait = r.weighted([[r.int(2, 14), 86], [r.int(15, 60), 14]] as const), ring = Math.min(wait, r.int(2, 8)), answered = d.at + 15_000 + wait * 1000, talk = r.int(35, 420), ended = answered + talk * 1000, byCustomer = r.chance(0.6);
  Object.assign(call, { answered_at: answered, ended_at: ended, talk_s: talk, wait_s: wait, ring_s: ring, end_reason: 'completed', ended_by: byCustomer ? 'customer' : 'agent', rating: !byCustomer && r.chance(0.8) ? r.weighted([[1, 88], [2, 9], [3, 3]] as const) : null, agent_id: d.agent.agentId, agent_name: d.agent.name, disposition: d.order ? '报修受理' : r.pick(['进度查询', '费用咨询', '政策解答']) });
  if (d.order) Object.assign(call, { order_id: d.order.id, order_company_id: d.order.companyId, order_no: d.order.orderNo });
  const who = `${d.agent.name}（${d.agent.workNo}）`;
  return { record: call, events: [event(call, d.at, 'started', '来电'), event(call, d.at + 15_000, 'queued', '进入排队'), event(call, answered - ring * 1000, 'offered', `振铃 ${who}`, d.agent.agentId), event(call, answered, 'answered', `${who} 接听`, d.agent.agentId), event(call, ended, 'ended', byCustomer ? '客户挂机' : '坐席挂机')] };
}
/** A call without an agent: given up in the menu or in the queue, served by the menu, or kept out by the blacklist. */
export function missedCall(p: CallParts, house: KnownHouse | null, at: number): MadeCall {
  const { random: r, org } = p, reason = r.weighted([['abandonedInQueue', 22], ['abandonedInIvr', 45], ['selfService', 18], ['abandonedRinging', 8]] as const), queued = reason === 'abandonedInQueue' || reason === 'abandonedRinging';
  const call = base(p, house, at, r.pick(org.skillGroups)), wait = queued ? r.int(12, 150) : 0, ended = at + (queued ? 15 + wait : r.int(4, 40)) * 1000;
  Object.assign(call, { queued_at: queued ? at + 15_000 : null, skill_group_id: queued ? call.skill_group_id : null, ended_at: ended, wait_s: wait, end_reason: reason, ended_by: 'customer' });
  return { record: call, events: [event(call, at, 'started', '来电'), event(call, ended, 'ended', '客户挂机')] };
}
