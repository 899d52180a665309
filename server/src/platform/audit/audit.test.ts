import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { busTables } from '../bus/bus.tables';
import { loadOrCreateKeys, Sm2Worker, sm3Hex, type Keys } from '../crypto';
import type { Db } from '../database/db';
import { c, defineTable } from '../database/table';
import { identityTables } from '../identity/identity.tables';
import type { Scope } from '../identity/scope';
import { systemScope } from '../identity/scopes';
import { startTestDatabase, type TestDatabase } from '../testing/database';
import { AuditLog, auditTables, FileAnchor, Sealer, verifyChains } from '.';

/** The columns of domain/telephony's table that the chain reads. */
const recording = defineTable({
  name: 'recording', comment: '录音', shard: 'group', primaryKey: ['recording_id'],
  columns: { recording_id: c.id('编号'), call_id: c.text('通话', 36), file_path: c.text('路径', 300), byte_count: c.bigint('字节'), made_at: c.time('时间'), sm3: c.text('杂凑', 64, { nullable: true }), segment_id: c.id('段', { nullable: true }) },
});
let db: TestDatabase, group: Db, dir: string, keys: Keys, sm2: Sm2Worker, now = 1_700_000_000_000;
const clock = { now: () => now };
const scope: Scope = { ...systemScope('test'), system: false, accountId: 7, personName: "张'三", login: 'zhang', orgRootIds: [1], orgIds: new Set([1]), permissions: new Set(['audit.read'] as const), address: '127.0.0.1' };

beforeAll(async () => { db = await startTestDatabase([...busTables, ...auditTables, ...identityTables, recording]); group = db.shards.group(); sm2 = new Sm2Worker(); }, 60_000);
afterAll(async () => { await sm2.close(); await db.stop(); });
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ronghu-audit-'));
  keys = loadOrCreateKeys(join(dir, 'keys'));
  for (const table of ['audit_row', 'seal_segment', 'recording', 'lease', 'org_node']) await group.execute(`delete from ${table}`);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const audit = (): AuditLog => new AuditLog(db.ids, clock);
const anchor = (): FileAnchor => new FileAnchor(join(dir, 'heads.json'));
const sealer = (holder = 'a', withAnchor = true): Sealer => new Sealer({ group, ids: db.ids, clock, keys, sm2, holder, anchor: withAnchor ? anchor() : undefined });
const verify = () => verifyChains({ group, clock, keys, sm2, recordingsDir: join(dir, 'sound'), anchor: anchor() });
async function write(count: number): Promise<number[]> {
  for (let i = 0; i < count; i++) await audit().record(group, scope, { action: 'order.void', target: `order:${i}`, detail: i % 2 ? '' : '<script>alert(1)</script>' });
  return (await group.query<{ id: number }>('select id from audit_row order by id')).map((r) => r.id);
}
async function record(name: string, bytes = 'RIFF....WAVEfmt '): Promise<number> {
  const { mkdirSync } = await import('node:fs');
  mkdirSync(join(dir, 'sound'), { recursive: true });
  writeFileSync(join(dir, 'sound', name), bytes);
  const id = db.ids.next();
  await group.insertMany('recording', [{ recording_id: id, call_id: `call-${name}`, file_path: name, byte_count: bytes.length, made_at: now, sm3: sm3Hex(bytes), segment_id: null }]);
  return id;
}

it('rows and recordings are sealed into signed segments and verify; the unsealed tail is named', async () => {
  await write(3);
  await record('a.wav');
  expect(await sealer().seal(true)).toBe(4);
  now += 5;
  await write(2);
  const report = await verify();
  expect(report).toMatchObject({ ok: true, audit: { segments: 1, rows: 3, broken: [], unsealedRows: 2, unsealedFrom: now }, recordings: { segments: 1, files: 1, broken: [], unsealed: 0 } });
  expect(await sealer().seal(true)).toBe(2);
  expect(await verify()).toMatchObject({ ok: true, audit: { segments: 2, rows: 5, unsealedRows: 0, unsealedFrom: null } });
});
it('a changed row, a deleted row and a row inserted afterwards are each named', async () => {
  const ids = await write(5);
  await sealer().seal(true);
  const [{ segment_id: segmentId }] = await group.query<{ segment_id: number }>('select segment_id from audit_row') as [{ segment_id: number }];
  await group.execute("update audit_row set detail = 'nothing happened' where id = $1", [ids[1] as number]);
  await group.execute('delete from audit_row where id = $1', [ids[3] as number]);
  const extra = db.ids.next();
  await group.insertMany('audit_row', [{ id: extra, at: now, account_id: 7, person_name: '李四', login: 'li', org_root_id: null, action: 'x', target: 'y', detail: null, address: '-', segment_id: segmentId }]);
  const { ok, audit: { broken } } = await verify();
  expect(ok).toBe(false);
  expect(broken).toEqual([{ segmentId, rowId: ids[1], reason: '审计行内容被改动' }, { segmentId, rowId: ids[3], reason: '审计行被删除或被移出封存段' }, { segmentId, rowId: extra, reason: '审计行是封存后插入的' }]);
});
it('text moved from one column into the next is a change', async () => {
  const [id] = await write(1);
  await sealer().seal(true);
  await group.execute("update audit_row set action = 'order.voi', target = 'dorder:0' where id = $1", [id as number]);
  expect((await verify()).audit.broken).toHaveLength(1);
});
it('one changed byte of a WAV, a missing WAV and a deleted recording row are each named', async () => {
  const [changed, missing, gone] = [await record('b.wav'), await record('c.wav'), await record('d.wav')];
  await sealer().seal(true);
  const path = join(dir, 'sound', 'b.wav');
  const bytes = readFileSync(path);
  bytes[4] = (bytes[4] ?? 0) ^ 1;
  writeFileSync(path, bytes);
  rmSync(join(dir, 'sound', 'c.wav'));
  await group.execute('delete from recording where recording_id = $1', [gone]);
  expect((await verify()).recordings.broken).toEqual([{ recordingId: changed, reason: '录音文件内容与封存时不符' }, { recordingId: missing, reason: '录音文件缺失' }, { recordingId: gone, reason: '录音记录被删除或被移出封存段' }]);
});
it('a recording whose row points outside the recordings folder is named and not read', async () => {
  const id = await record('e.wav');
  await group.execute("update recording set file_path = '../../etc/passwd' where recording_id = $1", [id]);
  await sealer().seal(true);
  expect((await verify()).recordings.broken).toContainEqual({ recordingId: id, reason: '录音文件路径在录音目录之外' });
});
it('a forged segment, a swapped signature and a dropped newest segment do not pass', async () => {
  await write(2);
  await sealer().seal(true);
  await write(2);
  await sealer().seal(true);
  const segments = await group.query<{ id: number; signature: string; head: string }>('select id, signature, head from seal_segment order by seq_no');
  await group.execute('update seal_segment set signature = $1 where id = $2', [segments[0]!.signature, segments[1]!.id]);
  expect((await verify()).audit.broken).toEqual([{ segmentId: segments[1]!.id, rowId: null, reason: '段首签名不成立' }]);
  await group.execute('delete from audit_row where segment_id = $1', [segments[1]!.id]);
  await group.execute('delete from seal_segment where id = $1', [segments[1]!.id]);
  expect((await verify()).audit.broken).toEqual([{ segmentId: 0, rowId: null, reason: '库外留存到第 2 号封存段，库中缺失' }]);
});
it('a segment taken from the middle and rows left without their segment are named', async () => {
  for (let i = 0; i < 3; i++) { await write(1); await sealer().seal(true); }
  const [, middle] = await group.query<{ id: number }>('select id from seal_segment order by seq_no') as [{ id: number }, { id: number }];
  await group.execute('delete from seal_segment where id = $1', [middle.id]);
  const reasons = (await verify()).audit.broken.map((b) => b.reason);
  expect(reasons).toEqual(['第 2 至 2 号封存段缺失', '所属封存段不存在']);
});
it('young short segments wait, full or old ones are closed, and only the lease holder seals', async () => {
  await write(2);
  expect(await sealer().seal()).toBe(0);
  now += 10_000;
  expect(await sealer('b').seal(true)).toBe(0);
  now += 61_000;
  expect(await sealer('b').seal()).toBe(2);
});
it('a key lost from the key file is said, and retention may drop the rows but not the head', async () => {
  await write(1);
  await sealer().seal(true);
  const report = await verifyChains({ group, clock, keys: { signing: [] }, sm2, recordingsDir: dir });
  expect(report.audit.broken[0]?.reason).toBe('签名密钥 s1 不在密钥文件中');
  await group.execute('update seal_segment set dropped_at = $1', [now]);
  await group.execute('delete from audit_row');
  expect(await verify()).toMatchObject({ ok: true, audit: { segments: 1, rows: 0 } });
});
it('the list shows a part of the group only its own people, and searches without being steered by % signs', async () => {
  await group.insertMany('org_node', [{ id: 1, parent_id: null, kind: 'group', name: '集团', code: 'G', path: '/1/', company_id: null, sort_no: 0, org_status: 'active' }]);
  await write(3);
  await audit().record(group, { ...scope, orgRootIds: [5], personName: '李四', login: 'li' }, { action: 'signIn', target: 'account:9', detail: 'admin' });
  const page = { page: 1, size: 2 };
  expect(await audit().list(group, scope, page)).toMatchObject({ total: 4, rows: [{ personName: '李四', action: 'signIn' }, { personName: "张'三" }] });
  expect(await audit().list(group, { ...scope, orgIds: new Set([5]) }, page)).toMatchObject({ total: 1, rows: [{ login: 'li' }] });
  expect((await audit().list(group, scope, { ...page, q: '%' })).total).toBe(4);
  expect((await audit().list(group, scope, { ...page, q: "三' or '1'='1" })).total).toBe(0);
  expect((await audit().list(group, scope, { ...page, action: 'signIn', from: now, to: now + 1 })).total).toBe(1);
  await expect(audit().list(group, { ...scope, permissions: new Set() }, page)).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
