import { digestOf } from '../database/migrate';
import type { Shards } from '../database/shards';
import type { TableDefinition } from '../database/table';

const PATIENCE_MS = 2000;
/** Answers within the time, or says that it did not. */
async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try { return await Promise.race([work, new Promise<never>((_, reject) => { timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms); timer.unref(); })]); } finally { if (timer) clearTimeout(timer); }
}
/**
 * Why this process should get no requests, in Chinese, empty when it should: a database that does not answer, a company whose shard is not open here, tables that are
 * not those of this version. Shards are named by the company's id alone.
 */
export function readiness(d: { shards: Pick<Shards, 'group' | 'company' | 'companyIds'>; tables: readonly TableDefinition[]; patienceMs?: number }): () => Promise<string[]> {
  const groupDigest = digestOf(d.tables.filter((t) => t.shard !== 'company')), companyDigest = digestOf(d.tables.filter((t) => t.shard !== 'group')), current = new Set<string>(), patience = d.patienceMs ?? PATIENCE_MS;
  const check = async (name: string, shard: string, digest: string, db: ReturnType<Shards['group']>): Promise<string[]> => {
    try {
      if (current.has(shard)) { await within(db.query('select 1 as up'), patience); return []; }
      const [row] = await within(db.query('select digest from schema_ledger where digest = $1', [digest]), patience);
      if (!row) return [`${name}的表结构不是本版本的，请先执行升级`];
      current.add(shard); // a migration is not undone while we run
      return [];
    } catch { return [`${name}不可用`]; } // the reason is in the log of whoever works with it; an address must not be told here
  };
  return async () => {
    const group = await check('集团数据库', 'group', groupDigest, d.shards.group());
    if (group.length) return group;
    const open = d.shards.companyIds(), known = await within(d.shards.group().query<{ id: number }>("select id from org_node where kind = 'company'"), patience).catch(() => null);
    if (known === null) return ['集团数据库不可用'];
    const closed = known.filter(({ id }) => !open.includes(id)).map(({ id }) => `分公司库 ${id} 还没有打开`);
    return [...closed, ...(await Promise.all(open.map((id) => check(`分公司库 ${id}`, `company:${id}`, companyDigest, d.shards.company(id))))).flat()];
  };
}
