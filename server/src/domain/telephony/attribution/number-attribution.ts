import type { Db } from '../../../platform/database/db';
import { isUniqueViolation } from '../../../platform/database/shards';
import { normaliseNumber } from '../../../platform/crypto';
import { BUILT_IN_SEGMENTS, type Segment } from './area-codes';

const MAX_CACHED = 50_000;
const LINE = /^(0\d{2,3}|1\d{2,6})\s*,\s*([^,]{0,20})\s*,\s*([^,]{0,20})\s*,\s*([^,]{0,10})\s*$/;

/** Where a number is from (BI-25, SC-04), from the table held on premises: built-in area codes and carriers, and imported segments over them; no service outside is asked. */
export class NumberAttribution {
  private readonly cache = new Map<string, string | null>();
  /** @param imported tells the other processes that the table is new. */
  constructor(private readonly group: Db, private readonly imported: () => void = () => undefined) {}
  forget(): void { this.cache.clear(); }

  /** For example `黑龙江 哈尔滨`, `黑龙江 哈尔滨 中国移动`, `中国联通`; null when nothing is known. */
  async of(number: string): Promise<string | null> {
    const prefixes = prefixesOf(normaliseNumber(number));
    const [longest] = prefixes;
    if (longest === undefined) return null;
    const known = this.cache.get(longest);
    if (known !== undefined) return known;
    const rows = await this.group.query<Segment>(`select prefix, province, city, carrier from number_segment where prefix in (${prefixes.map((_, i) => `$${i + 1}`).join(',')})`, prefixes);
    const text = textOf(prefixes, new Map(rows.map((r) => [r.prefix, r])));
    if (this.cache.size >= MAX_CACHED) this.cache.clear();
    this.cache.set(longest, text);
    return text;
  }

  /** The whole table at once, for jobs that ask for every number of a company; later imports of segments are not seen by it. @param number in its one written form. */
  async table(): Promise<(number: string) => string | null> {
    const held = new Map((await this.group.query<Segment>('select prefix, province, city, carrier from number_segment')).map((r) => [r.prefix, r])), known = new Map<string, string | null>();
    return (number) => {
      const prefixes = prefixesOf(number), [longest] = prefixes;
      if (longest === undefined) return null;
      let text = known.get(longest);
      if (text === undefined) { text = textOf(prefixes, held); if (known.size >= MAX_CACHED) known.clear(); known.set(longest, text); }
      return text;
    };
  }

  /** Puts the built-in segments into a table that lacks them; what was imported stays. Called at every start. */
  async install(): Promise<void> {
    const held = new Set((await this.group.query<{ prefix: string }>(`select prefix from number_segment where prefix in (${BUILT_IN_SEGMENTS.map((_, i) => `$${i + 1}`).join(',')})`, BUILT_IN_SEGMENTS.map((s) => s.prefix))).map((r) => r.prefix));
    const missing = BUILT_IN_SEGMENTS.filter((s) => !held.has(s.prefix));
    try { await this.group.insertMany('number_segment', missing.map((s) => ({ ...s }))); } catch (error) { if (!isUniqueViolation(error)) throw error; } // another process was first
  }

  /**
   * Imports lines `prefix,province,city,carrier` (mobile prefix of 3 to 7 digits or area code); a prefix that exists is replaced. Bad lines are
   * returned with their number and left out.
   */
  async import(lines: AsyncIterable<string> | Iterable<string>): Promise<{ imported: number; bad: { line: number; text: string }[] }> {
    const bad: { line: number; text: string }[] = [];
    let batch = new Map<string, Segment>(), imported = 0, lineNo = 0;
    const flush = async (): Promise<void> => {
      const rows = [...batch.values()];
      batch = new Map();
      await this.group.transaction(async (tx) => {
        if (rows.length) await tx.execute(`delete from number_segment where prefix in (${rows.map((_, i) => `$${i + 1}`).join(',')})`, rows.map((r) => r.prefix));
        await tx.insertMany('number_segment', rows.map((r) => ({ ...r })));
      });
      imported += rows.length;
    };
    for await (const line of lines) {
      lineNo += 1;
      if (line.trim() === '' || (lineNo === 1 && /^\ufeff?[^\d\ufeff]/.test(line))) continue;
      const m = LINE.exec(line.replace(/^\ufeff/, ''));
      if (!m) { bad.push({ line: lineNo, text: line.slice(0, 100) }); continue; }
      batch.set(m[1] as string, { prefix: m[1] as string, province: m[2]?.trim() || null, city: m[3]?.trim() || null, carrier: m[4]?.trim() || null });
      if (batch.size >= 1000) await flush();
    }
    await flush();
    this.cache.clear();
    this.imported();
    return { imported, bad };
  }
}

/** Place and carrier, each from the longest prefix that has it. */
function textOf(prefixes: readonly string[], segments: ReadonlyMap<string, Segment>): string | null {
  const chain = prefixes.flatMap((p) => segments.get(p) ?? []), first = (field: 'province' | 'city' | 'carrier'): string | null => chain.find((s) => s[field])?.[field] ?? null, province = first('province'), city = first('city');
  return [province === city ? null : province, city, first('carrier')].filter(Boolean).join(' ') || null;
}
/** Longest first. Landlines by area code, mobiles by 7 down to 3 digits. */
export function prefixesOf(number: string): string[] {
  if (/^0\d{9,11}$/.test(number)) return /^0[12]/.test(number) ? [number.slice(0, 3)] : [number.slice(0, 4), number.slice(0, 3)];
  if (/^1[3-9]\d{9}$/.test(number)) return [7, 6, 5, 4, 3].map((n) => number.slice(0, n));
  return [];
}
