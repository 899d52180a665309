import { connectDm, connectString, toBind, toRow, type Dmdb, type DmResult } from './index';
import { DmDataSource } from './typeorm';

interface Sent { sql: string; binds: unknown; autoCommit?: boolean }
/** DM's package as far as we call it: keeps what reaches it, answers what it is told. */
function fake(answer: (sql: string) => DmResult = () => ({ rowsAffected: 1 })): { dmdb: Dmdb; sent: Sent[]; urls: string[] } {
  const sent: Sent[] = [], urls: string[] = [];
  const wire = {
    execute: async (sql: string, binds: unknown[], options: { autoCommit: boolean }) => { sent.push({ sql, binds, autoCommit: options.autoCommit }); return answer(sql); },
    executeMany: async (sql: string, binds: unknown[][], options: { autoCommit: boolean }) => { sent.push({ sql, binds, autoCommit: options.autoCommit }); return { rowsAffected: binds.length }; },
    commit: async () => { sent.push({ sql: 'COMMIT', binds: null }); }, rollback: async () => { sent.push({ sql: 'ROLLBACK', binds: null }); }, close: async () => undefined, release: (done?: (e: null) => void) => { done?.(null); },
  };
  const dmdb = { OUT_FORMAT_ARRAY: 1, OUT_FORMAT_OBJECT: 2, CLOB: 3, BLOB: 4, BUFFER: 5, fetchAsString: [], fetchAsBuffer: [], getConnection: async (url: string) => { urls.push(url); return wire; }, createPool: (attributes: { connectString: string }, done?: (e: null, pool: unknown) => void) => { urls.push(attributes.connectString); done?.(null, { getConnection: (then: (e: null, c: unknown) => void) => then(null, wire), close: (_t: unknown, then?: (e: null) => void) => { (typeof _t === 'function' ? (_t as (e: null) => void) : then)?.(null); } }); } } as unknown as Dmdb;
  return { dmdb, sent, urls };
}
test('the address names the schema in upper case, the usual port, and a login that Node 20 can do', () => {
  expect(connectString('dm://SYSDBA:p%40ss@db1', 'ronghu_group')).toBe('dm://SYSDBA:p%40ss@db1:5236?loginEncrypt=false&schema=RONGHU_GROUP');
  expect(connectString('dm://a:b@h:5237?loginEncrypt=true')).toContain('loginEncrypt=true');
});
test('binds and rows keep their kinds: booleans as 0 and 1, decimals as numbers, bytes as they are, names in lower case', () => {
  expect([true, false, null, undefined, 9007199254740991, '热力 👍', Buffer.from('x')].map(toBind)).toEqual([1, 0, null, null, 9007199254740991, '热力 👍', Buffer.from('x')]);
  expect(() => toBind(new Date())).toThrow(TypeError);
  expect(() => toBind(NaN)).toThrow(TypeError);
  expect(toRow([1, '12.5000', null, '9007199254740991', 'text', '7'], [{ name: 'DONE', dbTypeName: 'BIT' }, { name: 'AREA', dbTypeName: 'DECIMAL' }, { name: 'N', dbTypeName: 'BIGINT' }, { name: 'ID', dbTypeName: 'BIGINT' }, { name: 'T', dbTypeName: 'VARCHAR' }, { name: 'CODE', dbTypeName: 'VARCHAR' }])).toEqual({ done: true, area: 12.5, n: null, id: 9007199254740991, t: 'text', code: '7' });
});
test('statements commit by themselves outside a transaction and with it inside', async () => {
  const { dmdb, sent } = fake(), session = await connectDm('dm://a:b@h', 's', () => dmdb);
  await session.run('update t set a = ?', [true]);
  await session.begin();
  await session.run('update t set a = ?', [false]);
  await session.runMany('insert into t values (?)', [[1], [null]]);
  await session.commit();
  expect(sent).toEqual([{ sql: 'update t set a = ?', binds: [1], autoCommit: true }, { sql: 'update t set a = ?', binds: [0], autoCommit: false }, { sql: 'insert into t values (?)', binds: [[1], [null]], autoCommit: false }, { sql: 'COMMIT', binds: null }]);
});
test('a lost connection is not used again', async () => {
  const { dmdb } = fake(() => { throw Object.assign(new Error('[-6010] 网络通信异常'), { errCode: -6010 }); }), session = await connectDm('dm://a:b@h', 's', () => dmdb);
  await expect(session.run('select 1')).rejects.toThrow('-6010');
  expect(session.alive).toBe(false);
});
test('a TypeORM data source sends question marks in order to a pool at the same address', async () => {
  const { dmdb, sent, urls } = fake((sql) => (/DB_NAME/.test(sql) ? { rows: [{ db_name: 'DM' }] as unknown as unknown[][] } : /CURRENT_SCHEMA/.test(sql) ? { rows: [{ schema_name: 'RONGHU' }] as unknown as unknown[][] } : { rows: [] }));
  const source = new DmDataSource({ type: 'oracle', url: 'dm://a:b@h', schema: 'RONGHU', driver: dmdb, logging: false, entities: [] } as never);
  await source.initialize();
  await source.createQueryBuilder().select('x.id', 'id').from('house', 'x').where('x.a = :a and x.b = :b and x.done = :d', { a: 5, b: '中', d: true }).getRawMany();
  expect(urls).toEqual(['dm://a:b@h:5236?loginEncrypt=false&schema=RONGHU']);
  const last = sent[sent.length - 1] as Sent;
  expect(last.sql).toContain('x.a = ? and x.b = ? and x.done = 1');
  expect(last.binds).toEqual([5, '中']);
  await source.destroy();
});
