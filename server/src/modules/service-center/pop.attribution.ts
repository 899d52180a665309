import type { Sql } from '../../platform/database/db';

/** Region and operator of a number (BI-25, SC-04), from the importable table held on premises; no service outside is asked. */
export class NumberAttribution {
  private readonly known = new Map<string, string | null>();
  constructor(private readonly sql: Sql) {}

  /** `黑龙江 哈尔滨 移动`, or null for a short or unknown number. `number`: in its one written form. */
  async of(number: string): Promise<string | null> {
    const prefixes = prefixesOf(number), key = prefixes[0];
    if (key === undefined) return null;
    const hit = this.known.get(key);
    if (hit !== undefined) return hit;
    const rows = await this.sql.query<{ prefix: string; province: string | null; city: string | null; carrier: string | null }>(`select prefix, province, city, carrier from number_segment where prefix in (${prefixes.map((_, i) => `$${i + 1}`).join(', ')})`, prefixes);
    // the longest prefix that names a place; a shorter one may still name the operator
    const longest = [...rows].sort((a, b) => b.prefix.length - a.prefix.length);
    const place = longest.find((row) => row.province ?? row.city), carrier = longest.find((row) => row.carrier)?.carrier;
    const parts = [place?.province, place && place.city !== place.province ? place.city : null, carrier].filter(Boolean);
    const text = parts.length ? parts.join(' ') : null;
    if (this.known.size > 50_000) this.known.clear();
    this.known.set(key, text);
    return text;
  }
  /** The table was imported anew. */
  forget(): void { this.known.clear(); }
}
/** Mobile: first 7 down to 3 digits; landline: area code of 4 or 3 digits with its 0. Longest first. */
export function prefixesOf(number: string): string[] {
  if (/^1[3-9]\d{9}$/.test(number)) return [7, 6, 5, 4, 3].map((length) => number.slice(0, length));
  if (/^0[12]\d{9}$/.test(number) || /^0[12]\d{8}$/.test(number)) return [number.slice(0, 3)];
  if (/^0[3-9]\d{9,10}$/.test(number)) return [number.slice(0, 4)];
  return [];
}
