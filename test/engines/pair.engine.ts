import { createRequire } from 'node:module';
import { join } from 'node:path';
import { AppError } from '../../server/src/platform/errors/app-error';
import { wakeUpFor } from '../../server/src/platform/cache';
import { migrate } from '../../server/src/platform/database/migrate';
import { createShards, type Shards } from '../../server/src/platform/database/shards';
import { c, defineTable } from '../../server/src/platform/database/table';
import { silentLog } from '../../server/src/platform/log';

interface Server { kill(): void; stop(): void; go(): void }
interface Pair { url: string; primary(): Server; standby(): Server; promote(): Promise<unknown>; close(): Promise<void> }
const { startPair } = createRequire(__filename)(join(__dirname, '../harness/pair.cjs')) as { startPair(): Promise<Pair> };
const tables = [defineTable({ name: 'note', comment: '记事', shard: 'group', primaryKey: ['id'], columns: { id: c.id('编号') } })];
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Writes without pause from four sides; keeps what was acknowledged, and when. */
function writers(shards: Shards): { acknowledged: Set<number>; longestMs(): number; stop(): Promise<void> } {
  const acknowledged = new Set<number>(), group = shards.group();
  let on = true, next = 1, last = performance.now(), longest = 0;
  const lane = async (): Promise<void> => {
    while (on) {
      const id = next++;
      for (;;) {
        try {
          await group.transaction(async (tx) => { if ((await tx.query('select id from note where id = $1', [id])).length === 0) await tx.insertMany('note', [{ id }]); });
          break;
        } catch (error) { if (!(error instanceof AppError) || error.code !== 'DATABASE_UNAVAILABLE') throw error; await wait(50); }
      }
      acknowledged.add(id);
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }
  };
  const lanes = Promise.all([lane(), lane(), lane(), lane()]);
  return { acknowledged, longestMs: () => Math.round(longest), stop: async () => { on = false; await lanes; } };
}
let pair: Pair, shards: Shards;
beforeEach(async () => {
  pair = await startPair();
  await migrate(pair.url, tables, []);
  shards = await createShards({ url: pair.url, maxConnections: 8, companyIds: [] });
}, 60_000);
afterEach(async () => { await shards?.close(); await pair?.close(); }, 30_000);

it.each([
  ['is killed', (server: Server) => server.kill(), 5000],
  ['falls silent, its wires still open', (server: Server) => server.stop(), 12_000],
])('the primary %s: once the standby is promoted it is written on, and nothing that was acknowledged is missing (PF-56)', async (_, strike, patience) => {
  const wakeUp = wakeUpFor(pair.url, silentLog), heard: (string | null)[] = [];
  wakeUp?.listen((hint) => heard.push(hint));
  await wakeUp?.start();
  const work = writers(shards);
  while (work.acknowledged.size < 50) await wait(10);
  strike(pair.primary());
  await wait(300);
  await pair.promote();
  const before = work.acknowledged.size;
  for (const end = Date.now() + 25_000; work.acknowledged.size < before + 50 && Date.now() < end;) await wait(20);
  await work.stop();
  console.error(`  主库${_ === 'is killed' ? '被杀' : '沉默'}：最长停顿 ${work.longestMs()} 毫秒（其中升主前 0.3 秒）`);
  expect(work.acknowledged.size).toBeGreaterThanOrEqual(before + 50);
  expect(work.longestMs()).toBeLessThan(patience);
  const stored = new Set((await shards.group().query<{ id: number }>('select id from note')).map(({ id }) => id));
  expect([...work.acknowledged].filter((id) => !stored.has(id))).toEqual([]);
  for (const end = Date.now() + 10_000; !wakeUp?.connected && Date.now() < end;) await wait(50);
  heard.length = 0;
  wakeUp?.notify('after');
  for (const end = Date.now() + 5000; !heard.includes('after') && Date.now() < end;) await wait(20);
  expect(heard).toContain('after');
  await wakeUp?.close();
}, 90_000);
it('while none of the two takes writes it is said so, and reading does not go to the standby unnoticed', async () => {
  pair.primary().kill();
  await wait(300);
  await expect(shards.group().query('select id from note')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
}, 60_000);
