import type { CryptoBox } from '../../../platform/crypto';
import type { Sql, SqlValue } from '../../../platform/database/db';
import { interpret, nameKey, wordTerms, type AddressTerm, type SearchTerm } from './address.rules';

/** What narrows every reading: the caller's scope and the filters of the page. `null` = not narrowed. */
export interface HouseFilter {
  companyIds: readonly number[] | null; stationIds: readonly number[] | null; heating?: 'on' | 'suspended' | 'off'; arrears?: 'yes' | 'no';
  /** Node of the tree: its path prefix above and at community level, its id below. */
  areaPath?: string; buildingId?: number; unitId?: number;
}
export interface HouseHit { id: number; companyId: number }
/** One reading of the text: how many houses, and any part of them in order. */
interface Segment { count: number; page(offset: number, limit: number): Promise<HouseHit[]> }
interface CommunityRow { community_id: number; station_id: number; name_key: string; n_on: number; n_on_due: number; n_suspended: number; n_suspended_due: number; n_off: number; n_off_due: number }

/** More communities than this are named by a sub-query instead of one by one. */
const MAX_NAMED = 1000;

/**
 * Houses by any kind of text, over all companies of the scope in one look-up. Whole communities are never counted row by row: their figures stand in
 * `community_index`, so that a page of a million houses costs as much as one of a hundred.
 */
export class HouseSearch {
  constructor(private readonly group: Sql, private readonly crypto: CryptoBox) {}

  /** `q` undefined: everything in the filter. Order: readings by likelihood, in each by community and natural house order. */
  async search(filter: HouseFilter, q: string | undefined, page: number, size: number): Promise<{ hits: HouseHit[]; total: number }> {
    if (filter.companyIds?.length === 0 || filter.stationIds?.length === 0) return { hits: [], total: 0 };
    const terms: SearchTerm[] = q === undefined || q.trim() === '' ? [{ kind: 'address', words: [] }] : interpret(q);
    const segments = (await Promise.all(terms.map((term) => this.segments(filter, term)))).flat();
    const total = segments.reduce((n, s) => n + s.count, 0);
    const hits: HouseHit[] = [];
    const seen = new Set<number>();
    let skip = (page - 1) * size;
    for (const segment of segments) {
      if (hits.length >= size) break;
      if (skip >= segment.count) { skip -= segment.count; continue; }
      for (const hit of await segment.page(skip, size - hits.length)) if (!seen.has(hit.id)) { seen.add(hit.id); hits.push(hit); }
      skip = 0;
    }
    return { hits, total };
  }

  private async segments(filter: HouseFilter, term: SearchTerm): Promise<Segment[]> {
    switch (term.kind) {
      case 'phone': return [await this.byPhone(filter, 'p.number_blind', this.crypto.blind(term.number))];
      case 'last4': return [await this.byPhone(filter, 'p.number_last4', this.crypto.blindLast4(term.digits))];
      case 'contract': return [await this.rows(filter, (bind) => [`h.contract_no like ${bind(`${term.text}%`)}`])];
      case 'name': {
        const [prefix, tail] = await Promise.all([this.rows(filter, (bind) => [`h.owner_name like ${bind(`${term.text}%`)}`]), this.rows(filter, (bind) => [`h.owner_tail = ${bind(term.text)}`])]);
        return [prefix, tail];
      }
      case 'address': return [await this.byAddress(filter, term)];
    }
  }

  private async byAddress(filter: HouseFilter, term: AddressTerm): Promise<Segment> {
    const keys = (bind: (v: SqlValue) => string): string[] => [
      ...(term.building === undefined ? [] : [`h.building_key = ${bind(term.building)}`]), ...(term.unit === undefined ? [] : [`h.unit_key = ${bind(term.unit)}`]), ...(term.room === undefined ? [] : [`h.room_key = ${bind(term.room)}`]),
    ];
    const exact = term.building !== undefined || term.unit !== undefined || term.room !== undefined;
    const below = filter.buildingId !== undefined || filter.unitId !== undefined;
    if (exact && term.words.length === 0 && !filter.areaPath) return this.rows(filter, keys);
    if (below && term.words.length === 0) return this.rows(filter, keys);
    const communities = await this.communities(filter, term.words);
    if (communities.length === 0) return { count: 0, page: () => Promise.resolve([]) };
    if (!exact && !below) return this.wholeCommunities(filter, communities);
    const ids = [...new Set(communities.map((c) => c.community_id))];
    return this.rows(filter, (bind) => [...keys(bind), ids.length <= MAX_NAMED ? `h.community_id in (${ids.map(bind).join(',')})` : `h.community_id in (select ci.community_id from community_index ci where ${this.communityWhere(filter, bind).concat(term.words.map((w) => `ci.name_key like ${bind(`%${w}%`)}`)).join(' and ')})`]);
  }

  /** Communities of the filter whose name holds every word, in the order of their names. */
  private async communities(filter: HouseFilter, words: readonly string[]): Promise<CommunityRow[]> {
    const params: SqlValue[] = [];
    const bind = (value: SqlValue): string => `$${params.push(value)}`;
    const where = this.communityWhere(filter, bind);
    const terms = [...new Set(words.flatMap(wordTerms))].slice(0, 12);
    if (terms.length) where.push(`ci.community_id in (select t.community_id from area_term t where t.term in (${terms.map(bind).join(',')}) group by t.community_id having count(*) = ${bind(terms.length)})`);
    const rows = await this.group.query<CommunityRow & { sort_key: string }>(`select ci.community_id, ci.station_id, ci.name_key, ci.sort_key, ci.n_on, ci.n_on_due, ci.n_suspended, ci.n_suspended_due, ci.n_off, ci.n_off_due from community_index ci where ${where.join(' and ')}`, params);
    const keys = words.map(nameKey);
    return rows.filter((r) => keys.every((w) => r.name_key.includes(w))).sort((x, y) => (x.sort_key < y.sort_key ? -1 : x.sort_key > y.sort_key ? 1 : x.community_id - y.community_id || x.station_id - y.station_id));
  }
  private communityWhere(filter: HouseFilter, bind: (v: SqlValue) => string): string[] {
    return ['1 = 1', ...(filter.companyIds ? [`ci.company_id in (${filter.companyIds.map(bind).join(',')})`] : []), ...(filter.stationIds ? [`ci.station_id in (${filter.stationIds.map(bind).join(',')})`] : []), ...(filter.areaPath ? [`ci.path like ${bind(`${filter.areaPath}%`)}`] : [])];
  }

  /** All houses of whole communities: counted from the index, read community by community. */
  private wholeCommunities(filter: HouseFilter, communities: readonly CommunityRow[]): Segment {
    const counted = communities.map((c) => ({ ...c, count: countOf(c, filter) })).filter((c) => c.count > 0);
    return {
      count: counted.reduce((n, c) => n + c.count, 0),
      page: async (offset, limit) => {
        const hits: HouseHit[] = [];
        let skip = offset;
        for (const community of counted) {
          if (hits.length >= limit) break;
          if (skip >= community.count) { skip -= community.count; continue; }
          const part = await this.rows({ ...filter, areaPath: undefined, companyIds: null, stationIds: [community.station_id] }, (bind) => [`h.community_id = ${bind(community.community_id)}`], community.count);
          hits.push(...(await part.page(skip, limit - hits.length)));
          skip = 0;
        }
        return hits;
      },
    };
  }

  private async byPhone(filter: HouseFilter, column: string, blind: string): Promise<Segment> {
    const params: SqlValue[] = [];
    const bind = (value: SqlValue): string => `$${params.push(value)}`;
    const where = [`${column} = ${bind(blind)}`, ...this.where(filter, bind)].join(' and ');
    const from = `from phone_index p join house_index h on h.id = p.house_id where ${where}`;
    const [row] = await this.group.query<{ n: number }>(`select count(distinct h.id) as n ${from}`, params);
    return { count: row?.n ?? 0, page: (offset, limit) => this.hits(`select distinct h.id, h.company_id, h.community_id, h.house_seq ${from} order by h.community_id, h.house_seq, h.id limit ${bind(limit)} offset ${bind(offset)}`, params) };
  }

  /** Houses by conditions on the index. `known`: their number, when it need not be counted. */
  private async rows(filter: HouseFilter, conditions: (bind: (v: SqlValue) => string) => string[], known?: number): Promise<Segment> {
    const params: SqlValue[] = [];
    const bind = (value: SqlValue): string => `$${params.push(value)}`;
    const where = ['1 = 1', ...conditions(bind), ...this.where(filter, bind)].join(' and ');
    const count = known ?? (await this.group.query<{ n: number }>(`select count(*) as n from house_index h where ${where}`, params))[0]?.n ?? 0;
    return { count, page: (offset, limit) => this.hits(`select h.id, h.company_id from house_index h where ${where} order by h.community_id, h.house_seq, h.id limit ${bind(limit)} offset ${bind(offset)}`, params) };
  }
  private where(filter: HouseFilter, bind: (v: SqlValue) => string): string[] {
    return [
      ...(filter.companyIds ? [`h.company_id in (${filter.companyIds.map(bind).join(',')})`] : []), ...(filter.stationIds ? [`h.station_id in (${filter.stationIds.map(bind).join(',')})`] : []),
      ...(filter.heating ? [`h.heating = ${bind(filter.heating)}`] : []), ...(filter.arrears ? [filter.arrears === 'yes' ? 'h.arrears_cents > 0' : 'h.arrears_cents = 0'] : []),
      ...(filter.buildingId === undefined ? [] : [`h.building_id = ${bind(filter.buildingId)}`]), ...(filter.unitId === undefined ? [] : [`h.unit_id = ${bind(filter.unitId)}`]),
    ];
  }
  private async hits(sql: string, params: SqlValue[]): Promise<HouseHit[]> { return (await this.group.query<{ id: number; company_id: number }>(sql, params)).map((r) => ({ id: r.id, companyId: r.company_id })); }
}

function countOf(c: CommunityRow, filter: HouseFilter): number {
  const states: readonly ('on' | 'suspended' | 'off')[] = filter.heating ? [filter.heating] : ['on', 'suspended', 'off'];
  const all = states.reduce((n, s) => n + c[`n_${s}`], 0), due = states.reduce((n, s) => n + c[`n_${s}_due`], 0);
  return filter.arrears === 'yes' ? due : filter.arrears === 'no' ? all - due : all;
}
