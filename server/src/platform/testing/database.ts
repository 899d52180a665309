import { createServer } from 'node:net';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startEmbedded } from '../database/embedded';
import { createShards, type Shards } from '../database/shards';
import { createIds, type Ids } from '../database/ids';
import { migrate } from '../database/migrate';
import type { TableDefinition } from '../database/table';

/** A free port of the loopback, asked from the system. */
export const freePort = (): Promise<number> => new Promise((resolve, reject) => { const s = createServer(); s.once('error', reject); s.listen(0, '127.0.0.1', () => { const { port } = s.address() as { port: number }; s.close(() => resolve(port)); }); });

export interface TestDatabase { shards: Shards; ids: Ids; url: string; companyIds: number[]; stop(): Promise<void> }
/**
 * A real PostgreSQL for one test file: a database of its own in the server that RONGHU_TEST_SERVER_URL names (the suite's runner starts one), or an
 * embedded server started and removed here. Tables given are made in the group's schema and in those of two companies, 11 and 12.
 */
export async function startTestDatabase(tables: readonly TableDefinition[], companyIds: number[] = [11, 12]): Promise<TestDatabase> {
  let base = process.env.RONGHU_TEST_SERVER_URL;
  let stopServer = async (): Promise<void> => undefined;
  if (!base) {
    const dir = mkdtempSync(join(tmpdir(), 'ronghu-test-'));
    chmodSync(dir, 0o755); // the database's unprivileged user has to walk through it
    const embedded = await startEmbedded(join(dir, 'db'), await freePort(), 'test-only', { fsync: 'off' }).catch((error) => { rmSync(dir, { recursive: true, force: true }); throw error; });
    base = embedded.url;
    stopServer = async () => { await embedded.stop(); if (existsSync(dir)) rmSync(dir, { recursive: true, force: true }); };
  }
  const name = `t_${process.pid}_${Math.floor(Number(process.hrtime.bigint() % 1_000_000_000n))}`;
  const admin = new Client({ connectionString: base });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  const url = base.replace(/\/[^/]*$/, `/${name}`);
  await migrate(url, tables, companyIds);
  const shards = await createShards({ url, maxConnections: 12, companyIds });
  return {
    shards, url, companyIds, ids: createIds(1, Date.now),
    async stop() {
      await shards.close();
      const again = new Client({ connectionString: base });
      await again.connect();
      await again.query(`drop database ${name} with (force)`);
      await again.end();
      await stopServer();
    },
  };
}
