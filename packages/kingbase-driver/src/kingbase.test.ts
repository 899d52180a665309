import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../../../server/src/platform/database/embedded';
import { wakeUpFor, type WakeUp } from '../../../server/src/platform/cache';
import { silentLog } from '../../../server/src/platform/log';
import { freePort } from '../../../server/src/platform/testing/database';
import { checkServer, connectKingbase, pgUrl, scramKeys, ScramSm3Exchange, verifyProof } from './index';
import { startKingbaseProxy, type KingbaseProxyOptions } from './testing/kingbase-proxy';
import { KingbaseDataSource } from './typeorm';

let backend = process.env.RONGHU_TEST_SERVER_URL ?? '', stop = async (): Promise<void> => undefined;
beforeAll(async () => {
  if (backend.startsWith('postgres')) return;
  const dir = mkdtempSync(join(tmpdir(), 'ronghu-kingbase-'));
  chmodSync(dir, 0o755);
  const database = await startEmbedded(join(dir, 'db'), await freePort(), 'test-only', { fsync: 'off' });
  backend = database.url;
  stop = async () => { await database.stop(); rmSync(dir, { recursive: true, force: true }); };
}, 60000);
afterAll(() => stop());
async function withProxy(options: Partial<KingbaseProxyOptions>, work: (url: string, exchanges: () => number) => Promise<void>, password = '口令-Kb@1'): Promise<void> {
  const proxy = await startKingbaseProxy({ backend, password: '口令-Kb@1', ...options }), url = `kingbase://app:${encodeURIComponent(password)}@127.0.0.1:${proxy.port}/ronghu`;
  try { await work(url, () => proxy.exchanges); } finally { await proxy.stop(); }
}
const failure = (url: string): Promise<string> => connectKingbase({ connectionString: url }).then(async (client) => { await client.end(); return 'connected'; }, (error: Error) => error.message);

describe('SCRAM-SM3', () => {
  test('proves both sides to each other, and neither to one who does not know the password', async () => {
    const salt = Buffer.from('0123456789abcdef'), keys = await scramKeys('secret', salt, 4096), client = new ScramSm3Exchange('abc');
    const serverFirst = `r=abcDEF,s=${salt.toString('base64')},i=4096`, final = verifyProof(keys, 'n=*,r=abc', serverFirst, await client.respond(serverFirst, 'secret'));
    expect(final).toMatch(/^v=/);
    expect(() => client.finish(final as string)).not.toThrow();
    expect(() => client.finish(`v=${Buffer.alloc(32).toString('base64')}`)).toThrow(/prove/);
    expect(verifyProof(keys, 'n=*,r=abc', serverFirst, await new ScramSm3Exchange('abc').respond(serverFirst, 'wrong'))).toBeNull();
  });
  test.each([['r=xyz,s=AAAA,i=4096', /nonce/], ['r=abc,s=AAAA,i=4096', /nonce/], ['r=abcd,i=4096', /salt/], ['r=abcd,s=AAAA,i=0', /iteration/], ['r=abcd,s=AAAA,i=99999999', /iteration/], ['', /nonce/]])('refuses the first message %s', async (message, why) => { await expect(new ScramSm3Exchange('abc').respond(message, 'p')).rejects.toThrow(why); });
});
describe('a server that speaks as KingbaseES does', () => {
  test('is connected to by SCRAM-SM3 over the wire, and runs parameterised SQL', () => withProxy({}, async (url, exchanges) => {
    const client = await connectKingbase({ connectionString: url });
    expect(client.facts).toEqual({ version: 'V008R006C008B0014', mode: 'pg' });
    expect((await client.query('select $1::bigint as n, $2::text as t', [5, '热力 👍'])).rows).toEqual([{ n: 5, t: '热力 👍' }]);
    await expect(client.query('select nonsense')).rejects.toMatchObject({ code: '42703' });
    await client.end();
    expect(exchanges()).toBe(1);
  }));
  test('refuses a wrong password', () => withProxy({}, async (url) => { expect(await failure(url)).toMatch(/password authentication failed/); }, 'wrong'));
  test('is refused when it cannot prove that it knows the password', () => withProxy({ impostor: true }, async (url) => { expect(await failure(url)).toMatch(/did not prove itself/); }));
  test.each([['oracle', /database_mode 是 oracle，本产品只支持 pg 模式/], ['mysql', /只支持 pg 模式/], [null, /无法确认兼容模式/]])('in mode %s is refused in Chinese', (mode, text) => withProxy({ mode }, async (url) => { expect(await failure(url)).toMatch(text); }));
  test('carries a TypeORM data source', () => withProxy({}, async (url, exchanges) => {
    const source = new KingbaseDataSource({ type: 'postgres', url, logging: false, entities: [] });
    await source.initialize();
    expect(await source.query('select $1::text as t', ['x'])).toEqual([{ t: 'x' }]);
    await source.destroy();
    expect(exchanges()).toBeGreaterThan(0);
  }));
  test('in another mode carries none', () => withProxy({ mode: 'oracle' }, async (url) => { await expect(new KingbaseDataSource({ type: 'postgres', url, logging: false, entities: [] }).initialize()).rejects.toThrow(/只支持 pg 模式/); }));
});
describe('wake-ups of the product', () => {
  test('arrive by LISTEN and NOTIFY on a connection that authenticates by SCRAM-SM3 too', () => withProxy({}, async (url, exchanges) => {
    const [a, b] = [wakeUpFor(url, silentLog), wakeUpFor(url, silentLog)] as [WakeUp, WakeUp], heard: (string | null)[] = [];
    b.listen((hint) => heard.push(hint));
    await a.start();
    await b.start();
    a.notify('o:group');
    for (let i = 0; i < 400 && heard.length < 2; i++) await new Promise((r) => setTimeout(r, 10));
    expect(heard).toEqual([null, 'o:group']);
    expect(exchanges()).toBe(2);
    await a.close();
    await b.close();
  }));
  test('are missing where a server has none: the product is told to poll, and nothing fails', () => withProxy({ silent: true }, async (url) => {
    const wakeUp = wakeUpFor(url, silentLog) as WakeUp;
    await wakeUp.start();
    wakeUp.notify('o:group');
    expect(wakeUp.connected).toBe(false);
    await wakeUp.close();
  }));
});
test('its own databases are those of KingbaseES, and SQL newer than its own is refused', () => withProxy({}, async (url) => {
  expect(await failure(url.replace(/ronghu$/, 'postgres'))).toMatch(/does not exist/);
  const client = await connectKingbase({ connectionString: url.replace(/ronghu$/, 'kingbase') });
  await expect(client.query('select any_value(n) from (values (1)) as v(n)')).rejects.toMatchObject({ code: '42601' });
  await client.end();
}));
test('a PostgreSQL behind a kingbase address is refused with what to do', () => {
  expect(() => checkServer('PostgreSQL 18.4 on x86_64', 'pg')).toThrow(/请改用 postgres:\/\//);
  expect(pgUrl('kingbase://a:b@h/d')).toBe('postgres://a:b@h:54321/d');
});
