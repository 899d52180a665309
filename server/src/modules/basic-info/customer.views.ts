import type { CustomerView } from '@ronghu/contract';
import { marks, type BasicInfoParts } from './basic-info.parts';

/** Customers as they are shown: numbers masked with token and place, houses with address. In the order of `ids`; unknown ids are left out. */
export async function customerViews(d: Pick<BasicInfoParts, 'shards' | 'crypto'>, companyId: number, ids: readonly number[]): Promise<CustomerView[]> {
  if (ids.length === 0) return [];
  const db = d.shards.company(companyId), list = marks(ids);
  const [customers, phones, houses] = await Promise.all([
    db.query<{ id: number; customer_name: string; customer_level: CustomerView['level']; id_no_sealed: string | null; remark: string | null; version: number }>(`select id, customer_name, customer_level, id_no_sealed, remark, version from customer where id in (${list})`, ids),
    db.query<{ customer_id: number; number_sealed: string; attribution: string | null }>(`select customer_id, number_sealed, attribution from customer_phone where customer_id in (${list}) order by sort_no`, ids),
    db.query<{ customer_id: number; id: number; address: string }>(`select hc.customer_id, h.id, h.address from house_customer hc join house h on h.id = hc.house_id where hc.customer_id in (${list}) order by h.id`, ids),
  ]);
  return ids.flatMap((id) => {
    const c = customers.find((x) => x.id === id);
    return c ? [{
      id, companyId, name: c.customer_name, level: c.customer_level, idNoMasked: c.id_no_sealed === null ? null : maskIdNo(d.crypto.open(c.id_no_sealed)), remark: c.remark, version: c.version,
      numbers: phones.filter((p) => p.customer_id === id).map((p) => ({ ...d.crypto.masked(d.crypto.open(p.number_sealed)), ...(p.attribution === null ? {} : { attribution: p.attribution }) })),
      houses: houses.filter((h) => h.customer_id === id).map((h) => ({ id: h.id, address: h.address })),
    }] : [];
  });
}
/** 230102********1234: place and last four stay. */
export const maskIdNo = (idNo: string): string => (idNo.length < 10 ? '*'.repeat(idNo.length) : `${idNo.slice(0, 6)}${'*'.repeat(idNo.length - 10)}${idNo.slice(-4)}`);
