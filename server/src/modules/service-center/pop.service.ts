import type { CustomerView, HouseRow, MaskedNumber, PopView, YearRecord } from '@ronghu/contract';
import { reachesCall, toCallRow } from '../../domain/metric/call-rows';
import { ZONE_OFFSET_MS } from '../../domain/metric/metric.types';
import { maskCall, type LiveCall } from '../../domain/telephony/director-protocol';
import { orderRow } from '../../domain/work-order/order-row';
import type { Clock } from '../../platform/clock';
import type { CryptoBox } from '../../platform/crypto';
import type { Sql } from '../../platform/database/db';
import type { Shards } from '../../platform/database/shards';
import { AppError } from '../../platform/errors/app-error';
import type { OrgDirectory } from '../../platform/identity/org.store';
import { requireCompany, requirePermission, type Scope } from '../../platform/identity/scope';
import type { NumberAttribution } from '../../domain/telephony/attribution/number-attribution';
import { popStore, SHOWN_ORDERS, type HouseDetail, type PersonRow, type PhoneHit, type YearRow } from './pop.store';

export interface CallsPort { readonly calls: ReadonlyMap<string, LiveCall> }
/** A caller counts as repeating within this long (CC-163). */
export const REPEAT_MS = 24 * 3_600_000;
const NO_CUSTOMER = '没有找到该客户，可能已被移动或不在您的管辖范围';
type Chosen = { companyId: number; customerId: number };

/**
 * The screen pop (SC-01..SC-05, SC-08, SC-14): everything in one answer by two short waves of indexed look-ups: by the blind number in the group's shard,
 * then all blocks from the one company's shard at once. No fan-out over companies.
 */
export class PopService {
  constructor(private readonly d: { shards: Shards; crypto: CryptoBox; orgs: OrgDirectory; telephone: CallsPort; attribution: NumberAttribution; clock: Clock }) {}

  /** Pop of a live call, or of a past one. `choice` picks one of several customers, or any other of the scope. @throws AppError NOT_FOUND for an unknown call or a customer outside the scope. */
  async byCall(scope: Scope, callId: string, choice: { customerId?: number; companyId?: number }): Promise<PopView> {
    requirePermission(scope, 'customer.read');
    const live = this.d.telephone.calls.get(callId), group = this.d.shards.group();
    const record = live ? null : await popStore.record(group, callId);
    const known = live ?? (record && { companyId: record.company_id, agentId: record.agent_id });
    if (!known || !reachesCall(scope, known)) throw new AppError('NOT_FOUND', '没有找到该通话，可能刚刚结束，请稍候再试');
    const clear = live ? live.clearNumber : record?.number_sealed ? this.d.crypto.open(record.number_sealed) : '';
    const number = this.d.crypto.normalise(clear), chosen = choice.customerId !== undefined && choice.companyId !== undefined ? { companyId: choice.companyId, customerId: choice.customerId } : null;
    if (chosen) requireCompany(scope, chosen.companyId);
    const repeatCount = live ? live.repeatCount : (record?.repeat_count ?? 0);
    return this.build(scope, { call: live ? maskCall(live, (n) => this.d.crypto.masked(n)) : null, number, chosen, repeatCount });
  }
  /** The same panel for a customer found by search. @throws AppError NOT_FOUND outside the scope. */
  async byCustomer(scope: Scope, companyId: number, customerId: number): Promise<PopView> {
    requirePermission(scope, 'customer.read');
    requireCompany(scope, companyId);
    const [person] = await popStore.person(this.company(companyId), customerId);
    if (!person) throw new AppError('NOT_FOUND', NO_CUSTOMER);
    return this.build(scope, { call: null, number: person.number_sealed ? this.d.crypto.open(person.number_sealed) : '', chosen: { companyId, customerId }, repeatCount: null });
  }

  private async build(scope: Scope, key: { call: PopView['call']; number: string; chosen: Chosen | null; repeatCount: number | null }): Promise<PopView> {
    const { crypto, attribution, clock } = this.d, group = this.d.shards.group(), blind = key.number ? crypto.blind(key.number) : null, now = clock.now();
    const [hits, place, blocked, calls, repeatCount] = blind === null ? [[], null, null, [], key.repeatCount ?? 0] : await Promise.all([
      popStore.byBlind(group, blind), attribution.of(key.number), popStore.blocked(group, blind), popStore.calls(group, blind), key.repeatCount ?? popStore.repeats(group, blind, now - REPEAT_MS, now),
    ]);
    const own = hits.filter((hit) => scope.system || scope.companyIds.has(hit.company_id)), candidates = candidatesOf(own), [first] = candidates;
    const chosen = key.chosen ?? (first ? { companyId: first.companyId, customerId: first.customerId } : null);
    const number: MaskedNumber = key.number ? { ...crypto.masked(key.number), ...(place ? { attribution: place } : {}) } : { masked: '号码未知', ref: '' };
    const base = { call: key.call, number, attribution: place, known: candidates.length > 0, candidates, blocklist: blocked, repeatCount, calls: calls.map((row) => toCallRow(row, crypto)) };
    if (chosen) return { ...base, ...(await this.blocks(chosen, own.find((hit) => hit.company_id === chosen.companyId && hit.customer_id === chosen.customerId && hit.unit_id !== null), blind)) };
    // a number on no file may still have orders, taken by hand earlier
    const orders = (await popStore.orders(group, { companyId: null, customerId: null, houseId: null, blind })).filter((order) => scope.system || scope.companyIds.has(order.companyId));
    return { ...base, customer: null, house: null, orders: orders.map((order) => orderRow(order, this.d)), unitBusiness: [], years: [], payments: [], roomTemperatures: [] };
  }

  /** Everything of one customer from one company's shard, at once. `hit`: the house that the phone index names. */
  private async blocks({ companyId, customerId }: Chosen, hit: PhoneHit | undefined, blind: string | null): Promise<Pick<PopView, 'customer' | 'house' | 'orders' | 'unitBusiness' | 'years' | 'payments' | 'roomTemperatures'>> {
    const company = this.company(companyId), group = this.d.shards.group(), people = Promise.all([popStore.person(company, customerId), popStore.houses(company, customerId)]);
    // chosen by hand, or without a house in the index: the shard is asked first
    const home = hit ? undefined : (await people)[1][0], houseId = hit?.house_id ?? home?.id ?? null, unitId = hit?.unit_id ?? home?.unitId ?? null;
    const [[person, houses], orders, years, payments, roomTemperatures, unit] = await Promise.all([
      people, popStore.orders(group, { companyId, customerId, houseId, blind }),
      ...(houseId === null ? ([[], [], []] as const) : ([popStore.years(company, houseId), popStore.payments(company, houseId), popStore.temperatures(company, houseId)] as const)),
      houseId === null || unitId === null ? [] : popStore.unit(company, unitId, houseId),
    ]);
    const customer = this.customerView(companyId, person, houses), house = houses.find((one) => one.id === houseId) ?? null;
    const ofHouse = orders.filter((order) => order.houseId === houseId).map((order) => order.createdAt);
    // a full list may be cut off: then the years are counted from the shard
    const times = houseId !== null && orders.length >= SHOWN_ORDERS ? await popStore.orderTimes(company, houseId) : ofHouse;
    return {
      customer, house: house && this.houseRow(house), orders: orders.map((order) => orderRow(order, this.d)), years: years.map((year) => yearRecord(year, times)), payments: [...payments], roomTemperatures: [...roomTemperatures],
      unitBusiness: unit.map((o) => ({ orderNo: o.order_no, orderId: o.id, companyId: o.company_id, address: o.address, type: o.order_type, state: o.state, createdAt: o.created_at, fault: o.fault })),
    };
  }
  private company(companyId: number): Sql { return this.d.shards.company(companyId); }
  private customerView(companyId: number, rows: readonly PersonRow[], houses: readonly { id: number; address: string }[]): CustomerView {
    const [row] = rows;
    if (!row) throw new AppError('NOT_FOUND', NO_CUSTOMER);
    return {
      id: row.id, companyId, name: row.customer_name, level: row.customer_level, numbers: rows.flatMap((phone) => (phone.number_sealed ? [{ ...this.d.crypto.masked(this.d.crypto.open(phone.number_sealed)), ...(phone.attribution ? { attribution: phone.attribution } : {}) }] : [])),
      idNoMasked: row.id_no_sealed ? maskIdNo(this.d.crypto.open(row.id_no_sealed)) : null, houses: houses.map(({ id, address }) => ({ id, address })), remark: row.remark, version: row.version,
    };
  }
  private houseRow({ ownerSealed, unitId: _unit, ...house }: HouseDetail): HouseRow {
    return { ...house, ownerNumber: ownerSealed ? this.d.crypto.masked(this.d.crypto.open(ownerSealed)) : null, stationName: this.d.orgs.name(house.stationId) };
  }
}
/** One line a customer; the first house found is the address shown. */
function candidatesOf(hits: readonly PhoneHit[]): PopView['candidates'] {
  const out = new Map<string, PopView['candidates'][number]>();
  for (const hit of hits) {
    const key = `${hit.company_id}:${hit.customer_id}`, known = out.get(key);
    if (!known) out.set(key, { customerId: hit.customer_id, companyId: hit.company_id, name: hit.customer_name, address: hit.address });
    else known.address ??= hit.address;
  }
  return [...out.values()];
}
/** A heating season runs from July to June and is named by its first year: 2025-2026. */
export function yearRecord(year: YearRow, orderTimes: readonly number[]): YearRecord {
  const first = Number(/\d{4}/.exec(year.season)?.[0] ?? 0), from = Date.UTC(first, 6, 1) - ZONE_OFFSET_MS, to = Date.UTC(first + 1, 6, 1) - ZONE_OFFSET_MS;
  return { season: year.season, heating: year.heating, dueCents: year.due_cents, paidCents: year.paid_cents, orders: orderTimes.filter((at) => at >= from && at < to).length, meanRoomTemperature: year.mean_celsius };
}
/** `230***********1234`: region and the last four, as printed on receipts. */
export const maskIdNo = (idNo: string): string => (idNo.length <= 7 ? '*'.repeat(idNo.length) : `${idNo.slice(0, 3)}${'*'.repeat(idNo.length - 7)}${idNo.slice(-4)}`);
