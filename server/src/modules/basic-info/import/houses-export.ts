import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';
import type { TwoPersonRow } from '@ronghu/contract';
import type { Platform } from '../../../platform/platform';
import { AppError } from '../../../platform/errors/app-error';
import { maskNumber } from '../../../platform/crypto';
import { XlsxStream, type CellValue } from '../../../platform/export';
import { requireCompany, requirePermission, type Scope } from '../../../platform/identity/scope';
import { maskIdNo } from '../customer.views';
import { marks } from '../basic-info.parts';
import { pathIds } from '../area.store';
import { COLUMNS } from './import.columns';
import { HEATING_NAME, type Heating } from './import.rules';
import type { XlsxFile } from './import.service';

type Parts = Pick<Platform, 'shards' | 'orgs' | 'audit' | 'log' | 'crypto' | 'twoPerson' | 'config'>;
interface Query { companyId: number; areaId?: number; request?: number }
interface Node { id: number; parent_id: number; kind: string; node_name: string; path: string; own_station_id: number | null; station_id: number | null; house_count: number; sort_key: string }
interface HouseLine { id: number; unit_id: number; room_no: string; area_m2: number; heating: Heating; contract_no: string; owner_id: number | null; customer_name: string | null; id_no_sealed: string | null }
const UNITS = 100;

/** Tree and houses as a file of the import's form (BI-04): numbers masked, an audit row with row count and SM3, and another's consent above the limit (PF-24). What comes back unchanged by the import changes nothing. */
export class HousesExport {
  constructor(private readonly d: Parts) {}

  /** Must be awaited before the file is made. @throws AppError SECOND_PERSON_REQUIRED, STATE_CONFLICT */
  async consent(scope: Scope, query: Query): Promise<void> {
    const rows = await this.count(scope, query), limit = this.d.config.exports?.secondPersonRows ?? Infinity;
    if (rows <= limit) return;
    if (query.request === undefined) throw new AppError('SECOND_PERSON_REQUIRED', `本次导出 ${rows} 行，超过 ${limit} 行，需要另一位有导出权限的人员确认`);
    await this.d.twoPerson.use(scope, query.request, 'massExport', (detail) => detail.report === 'houses' && detail.companyId === query.companyId && detail.areaId === (query.areaId ?? null));
  }
  async ask(scope: Scope, body: { companyId: number; areaId?: number; reason: string }): Promise<TwoPersonRow> {
    const rows = await this.count(scope, body), node = body.areaId === undefined ? null : await this.node(scope, body.companyId, body.areaId);
    return this.d.twoPerson.ask(scope, { kind: 'massExport', detail: { report: 'houses', companyId: body.companyId, areaId: body.areaId ?? null }, summary: `导出房屋档案 ${rows} 行，${this.d.orgs.name(body.companyId) ?? ''}${node ? `，${node.node_name}` : ''}`, reason: body.reason, orgId: body.companyId });
  }
  async file(scope: Scope, query: Query): Promise<XlsxFile> {
    await this.count(scope, query);
    const { d } = this, node = query.areaId === undefined ? null : await this.node(scope, query.companyId, query.areaId), hash = createHash('sm3'), name = `房屋档案-${d.orgs.name(query.companyId) ?? ''}${node ? `-${node.node_name}` : ''}.xlsx`;
    const body = new Transform({ writableHighWaterMark: 256 * 1024, transform(chunk: Buffer, _encoding, next) { hash.update(chunk); next(null, chunk); } }), book = new XlsxStream(body, { offsetMinutes: 480 });
    let rows = 0;
    const trace = (end: string): Promise<void> => d.audit.record(d.shards.group(), scope, { action: 'houseExport', target: `houses:${query.companyId}`, detail: `${name}，${rows} 行，${end}` });
    void (async () => {
      try {
        await book.sheet('房屋档案', COLUMNS.map((c) => ({ header: c.header, kind: c.key === 'area' ? 'decimal' : 'text', width: c.width })));
        for await (const line of this.lines(scope, query.companyId, node)) { await book.add(line); rows += 1; }
        await book.finish();
        await trace(`SM3 ${hash.digest('hex')}`);
      } catch (error) {
        body.destroy(error instanceof Error ? error : undefined);
        await trace('未完成');
        throw error;
      }
    })().catch((error: unknown) => d.log.warn('export of houses not finished', { companyId: query.companyId, rows, error }));
    return { name, body };
  }

  /** The tree's order; a node without anything below is a row of its own. */
  private async *lines(scope: Scope, companyId: number, root: Node | null): AsyncGenerator<CellValue[]> {
    const { d } = this, db = d.shards.company(companyId), all = (await db.query<Node>(`select id, parent_id, kind, node_name, path, own_station_id, station_id, house_count, sort_key from area_node ${root ? 'where path like $1' : ''}`, root ? [`${root.path}%`] : [])).filter((n) => scope.wholeCompany || (n.station_id !== null && scope.stationIds.has(n.station_id)));
    const above = root ? await this.above(companyId, root) : [], names = new Map([...above, ...all].map((n) => [n.id, n.node_name])), children = new Map<number, Node[]>();
    for (const n of all) { const list = children.get(n.parent_id); if (list) list.push(n); else children.set(n.parent_id, [n]); }
    const known = new Set(all.map((n) => n.id)), tops = all.filter((n) => !known.has(n.parent_id)), ordered: Node[] = [], byKey = (a: Node, b: Node): number => (a.sort_key < b.sort_key ? -1 : a.sort_key > b.sort_key ? 1 : a.id - b.id);
    const walk = (nodes: Node[]): void => { for (const n of nodes.sort(byKey)) { ordered.push(n); walk(children.get(n.id) ?? []); } };
    walk(tops);
    const levels = (n: Node): string[] => { const path = pathIds(n.path).map((id) => names.get(id) ?? ''); return [...path, ...Array<string>(5 - path.length).fill('')]; };
    for (let at = 0; at < ordered.length; at += UNITS) {
      const part = ordered.slice(at, at + UNITS), units = part.filter((n) => n.kind === 'unit').map((n) => n.id), houses = new Map<number, HouseLine[]>(), phones = new Map<number, string[]>();
      if (units.length) {
        const found = await db.query<HouseLine>(`select h.id, h.unit_id, h.room_no, h.area_m2, h.heating, h.contract_no, h.owner_id, c.customer_name, c.id_no_sealed from house h left join customer c on c.id = h.owner_id where h.unit_id in (${marks(units)}) order by h.unit_id, h.id`, units);
        for (const h of found) { const list = houses.get(h.unit_id); if (list) list.push(h); else houses.set(h.unit_id, [h]); }
        for (const p of await db.query<{ customer_id: number; number_sealed: string }>(`select distinct p.customer_id, p.number_sealed, p.sort_no from customer_phone p join house h on h.owner_id = p.customer_id where h.unit_id in (${marks(units)}) order by p.customer_id, p.sort_no`, units)) { const text = maskNumber(d.crypto.open(p.number_sealed)), list = phones.get(p.customer_id); if (list) list.push(text); else phones.set(p.customer_id, [text]); }
      }
      for (const n of part) {
        const repair = d.orgs.name(n.station_id) ?? '', held = houses.get(n.id) ?? [];
        for (const h of held) yield [...levels(n), h.room_no, h.area_m2, HEATING_NAME[h.heating] ?? '', h.contract_no, h.customer_name, h.owner_id === null ? '' : (phones.get(h.owner_id) ?? []).join('、'), h.id_no_sealed === null ? '' : maskIdNo(d.crypto.open(h.id_no_sealed)), repair];
        if (held.length === 0 && !children.has(n.id)) yield [...levels(n), '', null, '', '', '', '', '', repair];
      }
    }
  }
  private async above(companyId: number, node: Node): Promise<Node[]> {
    const ids = pathIds(node.path);
    return this.d.shards.company(companyId).query<Node>(`select id, parent_id, kind, node_name, path, own_station_id, station_id, house_count, sort_key from area_node where id in (${marks(ids)})`, ids);
  }
  private async node(scope: Scope, companyId: number, id: number): Promise<Node | null> {
    if (id === companyId) return null;
    const [node] = await this.d.shards.company(companyId).query<Node>('select id, parent_id, kind, node_name, path, own_station_id, station_id, house_count, sort_key from area_node where id = $1', [id]);
    if (!node || (!scope.wholeCompany && (node.station_id === null || !scope.stationIds.has(node.station_id)))) throw new AppError('NOT_FOUND');
    return node;
  }
  /** Houses that the file will have, about; rights are checked. */
  private async count(scope: Scope, query: Query): Promise<number> {
    requirePermission(scope, 'report.export');
    requirePermission(scope, 'house.read');
    requireCompany(scope, query.companyId);
    const db = this.d.shards.company(query.companyId), node = query.areaId === undefined ? null : await this.node(scope, query.companyId, query.areaId);
    if (node) return node.house_count;
    return (await db.query<{ n: number }>('select count(*) as n from house'))[0]?.n ?? 0;
  }
}
