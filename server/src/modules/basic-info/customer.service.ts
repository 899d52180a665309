import type { BodyOf, CustomerView, routes } from '@ronghu/contract';
import type { Sql, Tx } from '../../platform/database/db';
import { AppError } from '../../platform/errors/app-error';
import { maskNumber } from '../../platform/crypto';
import { requireCompany, requirePermission, type Scope } from '../../platform/identity/scope';
import { marks, tell, type BasicInfoParts } from './basic-info.parts';
import { customerViews } from './customer.views';
import type { NumberAttribution } from '../../domain/telephony/attribution/number-attribution';

type NewCustomer = BodyOf<typeof routes.customerCreate>;
type CustomerChange = BodyOf<typeof routes.customerUpdate>;
export interface CustomerCandidate { customerId: number; companyId: number; name: string; houseId: number | null; address: string | null; stationId: number | null }
const MAX_NUMBERS = 5;
type Parts = Pick<BasicInfoParts, 'shards' | 'ids' | 'clock' | 'crypto' | 'audit' | 'outbox'> & { attribution: NumberAttribution };

/** Customers, their numbers and houses (BI-17, BI-22); finding who a number belongs to (SC-01); showing a number in clear (PF-30). */
export class CustomerService {
  constructor(private readonly d: Parts) {}

  async get(scope: Scope, companyId: number, id: number): Promise<CustomerView> {
    requirePermission(scope, 'customer.read');
    await this.visible(scope, companyId, id);
    const [view] = await customerViews(this.d, companyId, [id]);
    if (!view) throw new AppError('NOT_FOUND');
    return view;
  }

  /** Who a number belongs to, over all companies of the scope, in one look-up. A customer with several houses comes once a house. Empty when unknown. */
  async byNumber(scope: Scope, number: string): Promise<CustomerCandidate[]> {
    const rows = await this.d.shards.group().query<{ company_id: number; customer_id: number; customer_name: string; house_id: number; address: string | null; station_id: number | null }>(
      'select p.company_id, p.customer_id, p.customer_name, p.house_id, h.address, h.station_id from phone_index p left join house_index h on h.id = p.house_id where p.number_blind = $1 order by p.company_id, p.customer_id, p.house_id limit 50', [this.d.crypto.blind(number)]);
    return rows.filter((r) => scope.system || (scope.companyIds.has(r.company_id) && (scope.wholeCompany || (r.station_id !== null && scope.stationIds.has(r.station_id)))))
      .map((r) => ({ customerId: r.customer_id, companyId: r.company_id, name: r.customer_name, houseId: r.house_id || null, address: r.address, stationId: r.station_id || null }));
  }

  async create(scope: Scope, body: NewCustomer): Promise<CustomerView> {
    requirePermission(scope, 'customer.write');
    requireCompany(scope, body.companyId);
    const db = this.d.shards.company(body.companyId), id = this.d.ids.next();
    await db.transaction(async (tx) => {
      await this.checkHouses(tx, scope, body.houseIds);
      await tx.insertMany('customer', [{ id, company_id: body.companyId, customer_name: body.name, customer_level: body.level, remark: body.remark ?? null, version: 1, updated_at: this.d.clock.now() }]);
      await this.setNumbers(tx, id, body.numbers);
      await this.setHouses(tx, id, body.houseIds);
      await tell(this.d, tx, body.companyId, { kind: 'basicInfo.customers', customerIds: [id], houseIds: body.houseIds });
    });
    return this.get(scope, body.companyId, id);
  }

  /** `version` is required in fact: without the one that the person saw the change is refused. */
  async update(scope: Scope, companyId: number, id: number, body: CustomerChange): Promise<CustomerView> {
    requirePermission(scope, 'customer.write');
    await this.visible(scope, companyId, id);
    await this.d.shards.company(companyId).transaction(async (tx) => {
      const [now] = await tx.query<{ version: number; customer_name: string; customer_level: string; remark: string | null }>('select version, customer_name, customer_level, remark from customer where id = $1 for update', [id]);
      if (!now) throw new AppError('NOT_FOUND');
      if (now.version !== body.version) throw new AppError('CONFLICT', '客户资料已被他人修改，请刷新后再试');
      await tx.execute('update customer set customer_name = $1, customer_level = $2, remark = $3, version = version + 1, updated_at = $4 where id = $5', [body.name ?? now.customer_name, body.level ?? now.customer_level, body.remark === undefined ? now.remark : body.remark || null, this.d.clock.now(), id]);
      const before = (await tx.query<{ house_id: number }>('select house_id from house_customer where customer_id = $1', [id])).map((h) => h.house_id);
      if (body.numbers) await this.setNumbers(tx, id, body.numbers);
      if (body.houseIds) { await this.checkHouses(tx, scope, body.houseIds.filter((h) => !before.includes(h))); await this.setHouses(tx, id, body.houseIds); }
      await tell(this.d, tx, companyId, { kind: 'basicInfo.customers', customerIds: [id], houseIds: [...new Set([...before, ...(body.houseIds ?? [])])] });
    });
    return this.get(scope, companyId, id);
  }

  /** Adds a number, given in clear or by its token. The same number twice is no error. @throws AppError STATE_CONFLICT beyond five numbers. */
  async bindNumber(scope: Scope, companyId: number, id: number, named: { ref?: string; number?: string }): Promise<void> {
    requirePermission(scope, 'customer.write');
    await this.visible(scope, companyId, id);
    const number = this.number(named);
    await this.d.shards.company(companyId).transaction(async (tx) => {
      await tx.query('select id from customer where id = $1 for update', [id]);
      const held = await tx.query<{ number_blind: string; sort_no: number }>('select number_blind, sort_no from customer_phone where customer_id = $1', [id]);
      const blind = this.d.crypto.blind(number);
      if (held.some((h) => h.number_blind === blind)) return;
      if (held.length >= MAX_NUMBERS) throw new AppError('STATE_CONFLICT', `一个客户最多绑定 ${MAX_NUMBERS} 个号码，请先解绑不用的号码`);
      await tx.insertMany('customer_phone', [await this.phoneRow(id, number, held.reduce((n, h) => Math.max(n, h.sort_no + 1), 0))]);
      await this.touched(tx, scope, companyId, id, 'number.bind', number);
    });
  }
  /** Takes a number from a customer; the number itself stays in past calls and orders. */
  async unbindNumber(scope: Scope, companyId: number, id: number, ref: string): Promise<void> {
    requirePermission(scope, 'customer.write');
    await this.visible(scope, companyId, id);
    const number = this.number({ ref });
    await this.d.shards.company(companyId).transaction(async (tx) => {
      if ((await tx.execute('delete from customer_phone where customer_id = $1 and number_blind = $2', [id, this.d.crypto.blind(number)])) === 0) throw new AppError('NOT_FOUND', '该客户没有绑定这个号码');
      // The first number is the one that lists show: the next one moves up.
      const rest = await tx.query<{ number_blind: string }>('select number_blind from customer_phone where customer_id = $1 order by sort_no', [id]);
      for (const [i, row] of rest.entries()) await tx.execute('update customer_phone set sort_no = $1 where customer_id = $2 and number_blind = $3', [i, id, row.number_blind]);
      await this.touched(tx, scope, companyId, id, 'number.unbind', number);
    });
  }

  /** One number in clear. The right is checked, the reason is kept in the audit; the audit row shows the number masked. */
  async reveal(scope: Scope, ref: string, reason: string): Promise<{ number: string }> {
    requirePermission(scope, 'number.reveal');
    const number = this.d.crypto.openRef(ref);
    await this.d.audit.record(this.d.shards.group(), scope, { action: 'number.reveal', target: `number:${maskNumber(number)}`, detail: reason });
    return { number };
  }

  private number(named: { ref?: string; number?: string }): string {
    if (named.ref === undefined && named.number === undefined) throw new AppError('BAD_INPUT', '请填写号码', [{ path: 'number', message: '不能缺少' }]);
    return this.d.crypto.normalise(named.ref === undefined ? (named.number as string) : this.d.crypto.openRef(named.ref));
  }
  private async touched(tx: Tx, scope: Scope, companyId: number, id: number, action: string, number: string): Promise<void> {
    await tx.execute('update customer set version = version + 1, updated_at = $1 where id = $2', [this.d.clock.now(), id]);
    await tell(this.d, tx, companyId, { kind: 'basicInfo.customers', customerIds: [id], houseIds: [] });
    const entry = { action, target: `customer:${companyId}/${id}`, detail: maskNumber(number) };
    await this.d.audit.record(this.d.shards.group(), scope, entry);
  }
  /** Not whole-company people see the customers of their stations' houses only. */
  private async visible(scope: Scope, companyId: number, id: number): Promise<void> {
    requireCompany(scope, companyId);
    const stations = [...scope.stationIds];
    const [row] = scope.wholeCompany
      ? await this.d.shards.company(companyId).query('select id from customer where id = $1', [id])
      : stations.length === 0 ? [] : await this.d.shards.company(companyId).query(`select hc.customer_id from house_customer hc join house h on h.id = hc.house_id where hc.customer_id = $1 and h.station_id in (${marks(stations, 2)}) limit 1`, [id, ...stations]);
    if (!row) throw new AppError('NOT_FOUND');
  }
  private async checkHouses(sql: Sql, scope: Scope, houseIds: readonly number[]): Promise<void> {
    if (houseIds.length === 0) return;
    const rows = await sql.query<{ id: number; station_id: number | null }>(`select id, station_id from house where id in (${marks(houseIds)})`, houseIds);
    const seen = rows.filter((r) => scope.wholeCompany || (r.station_id !== null && scope.stationIds.has(r.station_id)));
    if (seen.length !== new Set(houseIds).size) throw new AppError('BAD_INPUT', '所选房屋不存在，或不属于该公司', [{ path: 'houseIds', message: '房屋不存在' }]);
  }
  private async setNumbers(tx: Tx, id: number, numbers: readonly string[]): Promise<void> {
    await tx.execute('delete from customer_phone where customer_id = $1', [id]);
    const unique = [...new Set(numbers.map((n) => this.d.crypto.normalise(n)))];
    await tx.insertMany('customer_phone', await Promise.all(unique.map((n, i) => this.phoneRow(id, n, i))));
  }
  private async phoneRow(customerId: number, number: string, sortNo: number): Promise<Record<string, unknown>> {
    return { customer_id: customerId, number_blind: this.d.crypto.blind(number), number_last4: this.d.crypto.blindLast4(number), number_sealed: this.d.crypto.seal(number), attribution: (await this.d.attribution.of(number))?.slice(0, 40) ?? null, sort_no: sortNo };
  }
  private async setHouses(tx: Tx, id: number, houseIds: readonly number[]): Promise<void> {
    const held = new Map((await tx.query<{ house_id: number; relation: string }>('select house_id, relation from house_customer where customer_id = $1', [id])).map((h) => [h.house_id, h.relation]));
    const wanted = new Set(houseIds);
    for (const [houseId, relation] of held) if (!wanted.has(houseId)) {
      await tx.execute('delete from house_customer where house_id = $1 and customer_id = $2', [houseId, id]);
      if (relation === 'owner') await tx.execute('update house set owner_id = null where id = $1 and owner_id = $2', [houseId, id]);
    }
    for (const houseId of wanted) if (!held.has(houseId)) {
      // The first person of a house is its owner; later ones live there.
      const owner = (await tx.execute('update house set owner_id = $1 where id = $2 and owner_id is null', [id, houseId])) === 1;
      await tx.insertMany('house_customer', [{ house_id: houseId, customer_id: id, relation: owner ? 'owner' : 'resident', since_at: this.d.clock.now() }]);
    }
  }
}
