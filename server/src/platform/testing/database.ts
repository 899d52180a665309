import { createServer } from 'node:net';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../database/embedded';
import { engineOf } from '../database/engine';
import { Places, type DatabaseTarget } from '../database/places';
import { createShards, type Shards } from '../database/shards';
import { createIds, type Ids } from '../database/ids';
import { migrate } from '../database/migrate';
import type { TableDefinition } from '../database/table';

/** A free port of the loopback, asked from the system. */
export const freePort = (): Promise<number> => new Promise((resolve, reject) => { const s = createServer(); s.once('error', reject); s.listen(0, '127.0.0.1', () => { const { port } = s.address() as { port: number }; s.close(() => resolve(port)); }); });

export interface TestDatabase { shards: Shards; ids: Ids; /** For `migrate` and `createShards`. */ target: DatabaseTarget; companyIds: number[]; stop(): Promise<void> }
/**
 * A real database for one test file, in namespaces of its own on the server that RONGHU_TEST_SERVER_URL names (any engine; the suite's runner starts
 * them), or on an embedded PostgreSQL started and removed here. Tables given are made in the group's shard and in those of two companies, 11 and 12.
 */
export async function startTestDatabase(tables: readonly TableDefinition[], companyIds: number[] = [11, 12]): Promise<TestDatabase> {
  let url = process.env.RONGHU_TEST_SERVER_URL;
  let stopServer = async (): Promise<void> => undefined;
  if (!url) {
    const dir = mkdtempSync(join(tmpdir(), 'ronghu-test-'));
    chmodSync(dir, 0o755); // the database's unprivileged user has to walk through it
    const embedded = await startEmbedded(join(dir, 'db'), await freePort(), 'test-only', { fsync: 'off' }).catch((error) => { rmSync(dir, { recursive: true, force: true }); throw error; });
    url = embedded.url;
    stopServer = async () => { await embedded.stop(); if (existsSync(dir)) rmSync(dir, { recursive: true, force: true }); };
  }
  const target: DatabaseTarget = { url, shards: { mode: 'schemas', prefix: `t${Number(process.hrtime.bigint() % 1_000_000_000n).toString(36)}${process.pid.toString(36)}`.slice(0, 12) } };
  await migrate(target, tables, companyIds);
  const shards = await createShards({ ...target, maxConnections: 12, companyIds, tables });
  return {
    shards, target, companyIds, ids: createIds(1, Date.now),
    async stop() {
      const places = new Places(target), ids = shards.companyIds();
      await shards.close();
      const engine = engineOf(target.url), connection = await engine.connect(places.group());
      try { for (const place of [...ids.map((id) => places.company(id)), places.group()]) await engine.dropPlace(connection, place.schema); } finally { await connection.close(); }
      await stopServer();
    },
  };
}
