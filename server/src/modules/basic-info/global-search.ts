import { END_REASON_NAMES, ORDER_STATE_NAMES, type EndReason, type OrderState, type ResultOf, type routes } from '@ronghu/contract';
import type { Sql, SqlValue } from '../../platform/database/db';
import type { Scope } from '../../platform/identity/scope';
import type { BasicInfoParts } from './basic-info.parts';
import type { HouseService } from './house.service';

type Hit = ResultOf<typeof routes.search>[number];
const EACH = 5;

/** One box over everything the caller may see: orders, houses, customers, calls, accounts; each by its own index, none by fan-out. */
export class GlobalSearch {
  private readonly group: Sql;
  constructor(private readonly d: Pick<BasicInfoParts, 'shards' | 'crypto' | 'orgs'> & { houses: Pick<HouseService, 'find'> }) { this.group = d.shards.group(); }

  async search(scope: Scope, text: string): Promise<Hit[]> {
    const q = text.replace(/[%_\\]/g, '').trim();
    if (q === '') return [];
    const may = (permission: Parameters<Scope['permissions']['has']>[0]): boolean => scope.system || scope.permissions.has(permission);
    const parts = await Promise.all([
      may('order.read') ? this.orders(scope, q) : [], may('house.read') ? this.houses(scope, q) : [], may('customer.read') ? this.customers(scope, q) : [], may('call.read') ? this.calls(scope, q) : [], may('account.read') ? this.accounts(scope, q) : [],
    ]);
    return parts.flat();
  }

  private async houses(scope: Scope, q: string): Promise<Hit[]> {
    return (await this.d.houses.find(scope, q, EACH)).map((h) => ({ kind: 'house', id: h.id, companyId: h.companyId, title: h.address, subtitle: [h.ownerName, h.contractNo].filter(Boolean).join(' · ') }));
  }
  private async orders(scope: Scope, q: string): Promise<Hit[]> {
    const where = this.bound(scope, 'o');
    const by = this.numberOr(q, where.bind, 'o.', [`o.order_no like ${where.bind(`${q.toUpperCase()}%`)}`, `o.customer_name = ${where.bind(q)}`]);
    const rows = await this.group.query<{ id: number; company_id: number; order_no: string; fault: string; address: string; state: OrderState }>(`select o.id, o.company_id, o.order_no, o.fault, o.address, o.state from work_order_index o where ${where.text} and (${by}) order by o.created_at desc limit ${EACH}`, where.params);
    return rows.map((r) => ({ kind: 'order', id: r.id, companyId: r.company_id, title: `${r.order_no} ${r.fault}`, subtitle: `${ORDER_STATE_NAMES[r.state]} · ${r.address}` }));
  }
  private async customers(scope: Scope, q: string): Promise<Hit[]> {
    const where = this.bound(scope, 'p', 'h.station_id');
    const by = this.numberOr(q, where.bind, 'p.', [`p.customer_name = ${where.bind(q)}`]);
    const rows = await this.group.query<{ customer_id: number; company_id: number; customer_name: string; address: string | null }>(`select p.customer_id, p.company_id, p.customer_name, min(h.address) as address from phone_index p left join house_index h on h.id = p.house_id where ${where.text} and (${by}) group by p.customer_id, p.company_id, p.customer_name order by p.customer_id limit ${EACH}`, where.params);
    return rows.map((r) => ({ kind: 'customer', id: r.customer_id, companyId: r.company_id, title: r.customer_name, subtitle: r.address ?? '未绑定房屋' }));
  }
  private async calls(scope: Scope, q: string): Promise<Hit[]> {
    const where = this.bound(scope, 'c', 'c.station_id', true);
    const by = this.numberOr(q, where.bind, 'c.', []);
    if (by === '') return [];
    const rows = await this.group.query<{ call_id: string; customer_name: string | null; agent_name: string | null; started_at: number; end_reason: EndReason | null }>(`select c.call_id, c.customer_name, c.agent_name, c.started_at, c.end_reason from call_record c where ${where.text} and (${by}) order by c.started_at desc limit ${EACH}`, where.params);
    return rows.map((r) => ({ kind: 'call', id: r.started_at, callId: r.call_id, companyId: null, title: `${new Date(r.started_at + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')} ${r.customer_name ?? '未知来电'}`, subtitle: [r.agent_name, r.end_reason ? END_REASON_NAMES[r.end_reason] : '通话中'].filter(Boolean).join(' · ') }));
  }
  private async accounts(scope: Scope, q: string): Promise<Hit[]> {
    const params: SqlValue[] = [q, `${q}%`];
    const orgs = scope.system ? '' : ` and org_id in (${[...scope.orgIds].map((id) => `$${params.push(id)}`).join(',') || '-1'})`;
    const rows = await this.group.query<{ id: number; login: string; person_name: string; org_id: number }>(`select id, login, person_name, org_id from account where (login = $1 or person_name like $2)${orgs} order by person_name, id limit ${EACH}`, params);
    return rows.map((r) => ({ kind: 'account', id: r.id, companyId: null, title: r.person_name, subtitle: `${r.login} · ${this.d.orgs.name(r.org_id) ?? ''}` }));
  }

  /** The caller's companies and stations on alias `alias`. `withNull`: rows of no company are seen by people of whole companies. */
  private bound(scope: Scope, alias: string, stationColumn = `${alias}.station_id`, withNull = false): { text: string; params: SqlValue[]; bind: (v: SqlValue) => string } {
    const params: SqlValue[] = [];
    const bind = (value: SqlValue): string => `$${params.push(value)}`;
    if (scope.system) return { text: '1 = 1', params, bind };
    const companies = `${alias}.company_id in (${[...scope.companyIds].map(bind).join(',') || '-1'})`;
    const text = scope.wholeCompany ? (withNull ? `(${companies} or ${alias}.company_id is null)` : companies) : `${companies} and ${stationColumn} in (${[...scope.stationIds].map(bind).join(',') || '-1'})`;
    return { text, params, bind };
  }
  /** Conditions on a number's blind columns where the text is one, besides the others. */
  private numberOr(q: string, bind: (v: SqlValue) => string, prefix: string, others: string[]): string {
    const digits = q.replace(/[\s()-]/g, '');
    const out = [...others];
    if (/^\+?\d{5,20}$/.test(digits)) out.push(`${prefix}number_blind = ${bind(this.d.crypto.blind(digits))}`);
    if (/^\d{4}$/.test(digits)) out.push(`${prefix}number_last4 = ${bind(this.d.crypto.blindLast4(digits))}`);
    return out.join(' or ');
  }
}
