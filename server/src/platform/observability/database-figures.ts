import type { Db } from '../database/db';
import type { Shards } from '../database/shards';

/** One shard as it answers now. `latencyMs` of an empty question; null figures when it does not answer. `waiting` and `dead`: events of the outbox; `timersDue`: promises whose time has come. */
export interface ShardFigures { shard: string; companyId: number | null; engine: string; version: string | null; latencyMs: number | null; waiting: number | null; dead: number | null; timersDue: number | null }
const FRESH_MS = 2000, PATIENCE_MS = 3000;

/** Asks every shard, at most once in two seconds however many look. A shard that does not answer within three seconds is shown as away and holds up nobody. */
export class DatabaseFigures {
  private readonly versions = new Map<string, string>();
  private asked: { at: number; answer: Promise<ShardFigures[]> } | null = null;
  constructor(private readonly shards: Shards, private readonly now: () => number) {}
  all(): Promise<ShardFigures[]> {
    const at = performance.now();
    if (!this.asked || at - this.asked.at > FRESH_MS) this.asked = { at, answer: Promise.all(this.shards.engines().map((of) => this.ask(of))) };
    return this.asked.answer;
  }
  private async ask({ shard, companyId, engine }: ReturnType<Shards['engines']>[number]): Promise<ShardFigures> {
    const away: ShardFigures = { shard, companyId, engine, version: this.versions.get(shard) ?? null, latencyMs: null, waiting: null, dead: null, timersDue: null };
    let timer: NodeJS.Timeout | undefined;
    try {
      const db = companyId === null ? this.shards.group() : this.shards.company(companyId);
      return await Promise.race([this.measure(db, away), new Promise<ShardFigures>((resolve) => { timer = setTimeout(() => resolve(away), PATIENCE_MS); timer.unref(); })]);
    } catch { return away; } finally { if (timer) clearTimeout(timer); } // away is what the page shows
  }
  private async measure(db: Db, blank: ShardFigures): Promise<ShardFigures> {
    const one = async (sql: string, params: number[] = []): Promise<number> => (await db.query<{ n: number }>(sql, params))[0]?.n ?? 0;
    await one('select 1 as n'); // a connection that has to be opened first is not the database's latency
    const begin = performance.now();
    await one('select 1 as n');
    const latencyMs = Math.round((performance.now() - begin) * 100) / 100;
    if (!this.versions.has(db.shard)) this.versions.set(db.shard, await versionOf(db, blank.engine));
    const [waiting, dead, timersDue] = [await one('select count(*) as n from outbox where outbox_status in (0, 3)'), await one('select count(*) as n from outbox where outbox_status = 2'), await one('select count(*) as n from durable_timer where due_at <= $1', [this.now()])];
    return { ...blank, version: this.versions.get(db.shard) ?? null, latencyMs, waiting, dead, timersDue };
  }
}
/** The server's own words, cut at the build details. */
async function versionOf(db: Db, engine: string): Promise<string> {
  const [row] = await db.query<{ v: string }>(engine === 'dm' ? 'select banner as v from v$version' : 'select version() as v');
  return (row?.v ?? '').split(' on ')[0]?.slice(0, 80) ?? '';
}
