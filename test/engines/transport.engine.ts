import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { localAuthority } from '../../server/src/app/local-authority';
import { DirectorClient } from '../../server/src/domain/telephony/director-client';
import type { DirectorSnapshot } from '../../server/src/domain/telephony/director-protocol';
import { DirectorServer } from '../../server/src/domain/telephony/director-server';
import { RedisCache } from '../../server/src/platform/cache';
import { noRedis, startRedis } from '../../server/src/platform/cache/testing/redis-server';
import { startEmbedded } from '../../server/src/platform/database/embedded';
import { migrate } from '../../server/src/platform/database/migrate';
import { createShards } from '../../server/src/platform/database/shards';
import { c, defineTable } from '../../server/src/platform/database/table';
import { silentLog } from '../../server/src/platform/log';
import { freePort } from '../../server/src/platform/testing/database';
import { notRun, servers } from './servers';

/** Nobody on the way reads it, nobody else can pretend to be the server (PF-33): databases and cache over TLS with an authority of one's own. */
type Tls = Awaited<ReturnType<typeof localAuthority>>;
const UNPRIVILEGED = 65534, SECRET = '松江新苑三号楼的秘密', tables = [defineTable({ name: 'note', comment: '记事', shard: 'group', primaryKey: ['id'], columns: { id: c.id('编号'), words: c.text('内容', 60) } })];
let dir: string, own: Tls, strange: Tls;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ronghu-transport-'));
  chmodSync(dir, 0o755);
  [own, strange] = await Promise.all([localAuthority(join(dir, 'own'), [], Date.now()), localAuthority(join(dir, 'strange'), [], Date.now())]);
  if (process.getuid?.() === 0) for (const file of [own.certFile, own.keyFile]) chownSync(file, UNPRIVILEGED, UNPRIVILEGED); // the servers do not run as root
  chmodSync(join(dir, 'own'), 0o755);
}, 30_000);
afterAll(() => { rmSync(dir, { recursive: true, force: true }); });

/** Passes bytes on and keeps them, as somebody on the way would. */
async function listener(port: number): Promise<{ port: number; heard(): Buffer; close(): void }> {
  const pieces: Buffer[] = [];
  const server: Server = createServer((from) => {
    const to = connect(port, '127.0.0.1');
    for (const [a, b] of [[from, to], [to, from]] as const) a.on('data', (d) => { pieces.push(d); b.write(d); }).on('close', () => b.destroy()).on('error', () => b.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as { port: number }).port, heard: () => Buffer.concat(pieces), close: () => { server.close(); } };
}
async function tells(url: string): Promise<void> {
  await migrate(url, tables, []);
  const shards = await createShards({ url, maxConnections: 4, companyIds: [] });
  try {
    await shards.group().execute('delete from note');
    await shards.group().insertMany('note', [{ id: 1, words: SECRET }]);
    expect(await shards.group().query('select words from note')).toEqual([{ words: SECRET }]);
  } finally { await shards.close(); }
}
/** @param port of a server that speaks TLS, @param address of what is asked on another port. */
async function safe(port: number, address: (port: number, more: string) => string): Promise<void> {
  const way = await listener(port);
  try {
    await tells(address(way.port, `?sslmode=verify-full&sslrootcert=${own.authorityFile}`));
    expect(way.heard().length).toBeGreaterThan(1000);
    expect(way.heard().includes(Buffer.from(SECRET))).toBe(false);
    await expect(tells(address(way.port, `?sslmode=verify-full&sslrootcert=${strange.authorityFile}`))).rejects.toThrow(/certificate|CERT|self-signed|issuer|数据库/i);
    expect(way.heard().includes(Buffer.from(SECRET))).toBe(false);
  } finally { way.close(); }
}
it('PostgreSQL: sslmode=verify-full keeps rows from whoever listens, and another authority is refused', async () => {
  const port = await freePort(), database = await startEmbedded(join(dir, 'pg'), port, 'tls-only', { ssl: 'on', ssl_cert_file: own.certFile, ssl_key_file: own.keyFile });
  try { await safe(port, (at, more) => `postgres://ronghu:tls-only@127.0.0.1:${at}/ronghu${more}`); } finally { await database.stop(); }
}, 60_000);
const mariadb = servers.mariaDbMissing();
if (mariadb) notRun('OceanBase 线路的 TLS（MariaDB）', mariadb);
else it('the wire of OceanBase: the same, and a server that insists on TLS is not spoken to in clear', async () => {
  const server = await servers.startMariaDb([`--ssl-cert=${own.certFile}`, `--ssl-key=${own.keyFile}`]);
  if ('skipped' in server) throw new Error(server.skipped);
  try {
    const { port } = new URL(server.url);
    await safe(Number(port), (at, more) => `oceanbase://root@127.0.0.1:${at}/${more}`);
    const wire = await createConnection({ host: '127.0.0.1', port: Number(port), user: 'root' });
    await wire.query('set global require_secure_transport = on');
    await wire.end();
    await expect(tells(server.url)).rejects.toThrow(/secure|denied/i);
    await tells(`${server.url}?sslmode=verify-full&sslrootcert=${own.authorityFile}`);
    await expect(tells(`${server.url}?sslmode=perhaps`)).rejects.toThrow('sslmode');
  } finally { await server.stop(); }
}, 60_000);
const redis = noRedis();
if (redis) notRun('Redis 协议的 TLS', redis);
else it('the Redis protocol: rediss:// with its authority, and another one is refused', async () => {
  const server = await startRedis(own), way = await listener(Number(new URL(server.url).port)), at = (authority: string): RedisCache => new RedisCache({ url: `rediss://127.0.0.1:${way.port}/0?ca=${authority}`, prefix: 't:', log: silentLog });
  const good = at(own.authorityFile), bad = at(strange.authorityFile);
  try {
    await good.start();
    await good.set('words', SECRET, 10_000);
    expect(await good.get('words')).toBe(SECRET);
    expect(way.heard().includes(Buffer.from(SECRET))).toBe(false);
    await bad.start();
    await expect(bad.get('words')).rejects.toThrow();
  } finally { await good.close(); await bad.close(); way.close(); await server.stop(); }
}, 30_000);
it('the link between the hosts: wss:// with the authority that they share; another one, and whoever speaks in clear, is not let in', async () => {
  const token = 'transport-link-token', snapshot = { at: 0, agents: [], calls: [], queue: { waiting: 0, longestWaitMs: 0, allBusy: false, calls: [] }, skillGroups: [], restReasons: [SECRET], health: { epoch: 1 } } as unknown as DirectorSnapshot;
  const server = new DirectorServer({ port: 0, token, tls: { certFile: own.certFile, keyFile: own.keyFile, caFile: own.authorityFile } }, { snapshot: () => snapshot, handle: () => Promise.reject(new Error('not asked')) });
  const way = await listener(await server.listen()), clients = [['wss', own.authorityFile], ['wss', strange.authorityFile], ['ws', undefined]].map(([scheme, caFile]) => new DirectorClient({ url: `${scheme}://127.0.0.1:${way.port}`, token, caFile, retryMs: 100 }));
  try {
    for (const client of clients) client.start();
    await clients[0]?.ready(5000);
    expect(clients[0]?.restReasons).toEqual([SECRET]);
    await expect(clients[1]?.ready(1500)).rejects.toMatchObject({ code: 'DIRECTOR_UNAVAILABLE' });
    expect(clients.map((client) => client.connected)).toEqual([true, false, false]);
    expect(way.heard().includes(Buffer.from(SECRET))).toBe(false);
  } finally { for (const client of clients) client.stop(); await server.close(); way.close(); }
}, 20_000);
