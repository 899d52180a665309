import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { allTables, schemaVersion } from '../../server/src/app/tables';
import { startTestDatabase } from '../../server/src/platform/testing/database';
import { engineOf, type Connection, type Engine } from '../../server/src/platform/database/engine';
import { digestOf, migratePlace } from '../../server/src/platform/database/migrate';
import { statementsOf } from '../../server/src/platform/database/scripts';
import { notRun, servers, type Server, type Started } from './servers';

const folder = resolve(__dirname, '../../db-scripts');
const script = (target: string, version: string, file: string): string[] => statementsOf(readFileSync(join(folder, target, version, file), 'utf8')).filter((statement) => statement !== 'commit');
/** PostgreSQL stands for KingbaseES: its scripts are the same. */
async function embedded(): Promise<Server> { const db = await startTestDatabase([], []); return { url: db.target.url, stop: () => db.stop() }; }

const targets: { name: string; folder: string; start: () => Promise<Started<Server>>; why: string | null }[] = [
  { name: 'PostgreSQL（金仓脚本）', folder: 'kingbase', start: embedded, why: null }, { name: 'MariaDB（OceanBase 脚本）', folder: 'oceanbase', start: servers.startMariaDb, why: servers.mariaDbMissing() }, { name: 'OceanBase 自己的引擎', folder: 'oceanbase', start: servers.startSeekDb, why: servers.seekDbMissing() },
];
for (const target of targets) {
  if (target.why) { notRun(`脚本在 ${target.name}`, target.why); continue; }
  describe(`the scripts for DBAs on ${target.name}`, () => {
    let server: Server, engine: Engine;
    beforeAll(async () => { const started = await target.start(); if ('skipped' in started) throw new Error(started.skipped); server = started; engine = engineOf(server.url); }, 120_000);
    afterAll(() => server?.stop(), 30_000);
    const inPlace = async (schema: string, work: (connection: Connection) => Promise<void>): Promise<void> => {
      const place = { url: server.url, schema };
      await engine.makePlace(place);
      const connection = await engine.connect(place);
      try { await work(connection); } finally { await engine.dropPlace(connection, schema); await connection.close(); }
    };
    for (const part of ['group', 'company'] as const) {
      const own = allTables.filter((table) => table.shard !== (part === 'group' ? 'company' : 'group'));
      test(`create-${part} makes what the program would make, which then finds nothing left to do`, () => inPlace(`s_${part}`, async (connection) => {
        for (const statement of script(target.folder, schemaVersion, `create-${part}.sql`)) await connection.run(statement, []);
        expect((await connection.run('select digest from schema_ledger', [])).records).toEqual([{ digest: digestOf(own) }]);
        const byScript = await engine.catalog(connection, `s_${part}`);
        expect(await migratePlace({ url: server.url, schema: `s_${part}` }, own)).toBe(0);
        await connection.run('delete from schema_ledger', []);
        expect(await migratePlace({ url: server.url, schema: `s_${part}` }, own)).toBe(0);
        for (const table of own) expect([...(byScript.get(table.name)?.columns ?? [])].sort()).toEqual(Object.keys(table.columns).sort());
      }), 240_000);
      test(`the up-scripts bring ${part} from the first version to this one`, () => inPlace(`u_${part}`, async (connection) => {
        const versions = readdirSync(join(folder, target.folder), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
        for (const statement of script(target.folder, versions[0] as string, `create-${part}.sql`)) await connection.run(statement, []);
        for (let i = 1; i < versions.length; i++) for (const statement of script(target.folder, versions[i] as string, `up-${part}-from-${versions[i - 1] as string}.sql`)) await connection.run(statement, []);
        await connection.run('delete from schema_ledger', []);
        expect(await migratePlace({ url: server.url, schema: `u_${part}` }, own)).toBe(0);
      }), 240_000);
    }
  });
}
