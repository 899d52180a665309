import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { NumberAttribution } from '../../../domain/telephony/attribution/number-attribution';
import { telephonyTables } from '../../../domain/telephony/telephony.tables';
import { CryptoBox, loadOrCreateKeys, type Keys } from '../../../platform/crypto';
import type { Row } from '../../../platform/database/db';
import type { Shards } from '../../../platform/database/shards';
import { XlsxStream } from '../../../platform/export';
import { BlobStore } from '../../../platform/storage';
import { startTestDatabase, type TestDatabase } from '../../../platform/testing/database';
import { basicInfoTables } from '../basic-info.tables';
import { IndexWriter } from '../search/index-writer';
import { csvLine } from './csv';
import { ImportEngine, type EngineParts } from './engine';
import { COLUMNS, type ColumnKey } from './import.columns';
import { importStore, type ImportJob } from './import.store';
import { SealAhead } from './seal-ahead';

let db: TestDatabase, dir: string, keys: Keys, crypto: CryptoBox, ahead: SealAhead, blobs: BlobStore, serial = 100;
const stations = [{ id: 111, name: '群力站' }, { id: 112, name: '顾乡站' }];
beforeAll(async () => {
  db = await startTestDatabase([...telephonyTables, ...basicInfoTables], [11, 12, 13, 14]);
  dir = mkdtempSync(join(tmpdir(), 'ronghu-import-'));
  keys = loadOrCreateKeys(dir);
  crypto = new CryptoBox(keys);
  ahead = new SealAhead({ ...keys });
  blobs = new BlobStore(join(dir, 'imports'));
  await new NumberAttribution(db.shards.group()).install();
}, 60_000);
afterAll(async () => { await ahead?.close(); await db?.stop(); rmSync(dir, { recursive: true, force: true }); });

type Line = Partial<Record<ColumnKey, string>>;
const house = (i: number, over: Line = {}): Line => ({ source: '一号热源厂', station: '群力热站', community: `花园${Math.floor(i / 200) + 1}期`, building: `${(Math.floor(i / 40) % 5) + 1}号楼`, unit: `${(Math.floor(i / 20) % 2) + 1}单元`, room: `${(Math.floor(i / 2) % 10) + 1}0${(i % 2) + 1}`, area: '80.5', heating: '供热', contract: `HT${String(i).padStart(6, '0')}`, owner: `住户${i}`, phones: `138${String(i).padStart(8, '0')}`, repair: '群力站', ...over });
const text = (lines: readonly Line[]): Buffer => Buffer.from([csvLine(COLUMNS.map((c) => c.header)), ...lines.map((line) => csvLine(COLUMNS.map((c) => line[c.key] ?? '')))].join(''));
async function job(companyId: number, bytes: Buffer): Promise<number> {
  const kept = await blobs.put([bytes] as unknown as AsyncIterable<Buffer>, { maxBytes: 1e9 }), id = serial += 1;
  await db.shards.group().insertMany('import_job', [{ id, company_id: companyId, file_name: 'a.csv', file_bytes: kept.bytes, file_sm3: kept.sm3, job_state: 'waiting', account_id: 5, person_name: '王操作', created_at: Date.now(), holder: 'me', lease_until: Date.now() + 60_000 }]);
  return id;
}
const engine = (over: Partial<EngineParts> = {}): ImportEngine => new ImportEngine({ shards: db.shards, crypto, ahead, files: { root: join(dir, 'imports'), blobs }, now: Date.now, holder: 'me', attribution: () => new NumberAttribution(db.shards.group()).table(), stations, chunkRows: 300, ...over });
async function run(companyId: number, lines: readonly Line[] | Buffer, over: Partial<EngineParts> = {}): Promise<{ job: ImportJob; bad: Row[] }> {
  const id = await job(companyId, Buffer.isBuffer(lines) ? lines : text(lines)), outcome = await engine(over).run(id);
  expect(outcome).toBe('done');
  await db.shards.group().execute("update import_job set job_state = 'done', finished_at = 1 where id = $1", [id]);
  return { job: (await importStore.get(db.shards.group(), id)) as ImportJob, bad: await db.shards.company(companyId).query('select row_no, reason from import_bad_row where job_id = $1 order by row_no', [id]) };
}
const sums = ({ rows_read, n_created, n_changed, n_same, n_bad }: ImportJob) => ({ rows_read, n_created, n_changed, n_same, n_bad });
const count = async (companyId: number, table: string): Promise<number> => (await db.shards.company(companyId).query<{ n: number }>(`select count(*) as n from ${table}`))[0]?.n ?? 0;
/** The group's rows of a company, as they are now. */
async function indexRows(companyId: number): Promise<unknown> {
  const group = db.shards.group();
  return { houses: await group.query('select * from house_index where company_id = $1 order by id', [companyId]), phones: await group.query('select * from phone_index where company_id = $1 order by number_blind, customer_id, house_id', [companyId]), communities: await group.query('select * from community_index where company_id = $1 order by community_id, station_id', [companyId]), terms: await group.query('select * from area_term where company_id = $1 order by community_id, term', [companyId]) };
}
/** The index that the import left is the one that events would make of what the shard holds; the tree's counts are those of its houses. */
async function consistent(companyId: number): Promise<void> {
  const company = db.shards.company(companyId), writer = new IndexWriter(db.shards), before = await indexRows(companyId);
  await writer.customers(companyId, (await company.query<{ id: number }>('select id from customer')).map((c) => c.id));
  await writer.houses(companyId, (await company.query<{ id: number }>('select id from house')).map((h) => h.id));
  expect(before).toEqual(await indexRows(companyId));
  const wrong = await company.query('select a.id, a.kind, a.node_name, a.house_count, count(h.id) as real_count from area_node a left join area_node u on u.path like concat(a.path, \'%\') and u.kind = \'unit\' left join house h on h.unit_id = u.id group by a.id, a.kind, a.node_name, a.house_count having a.house_count <> count(h.id)');
  expect(wrong).toEqual([]);
}

it('of a thousand rows with ten bad ones 990 are saved and the ten are named; the same file again changes nothing (BI-04)', async () => {
  const lines = Array.from({ length: 1000 }, (_, i) => house(i, i % 100 === 7 ? { area: '很大' } : {})), first = await run(11, lines);
  expect(sums(first.job)).toEqual({ rows_read: 1000, n_created: 990, n_changed: 0, n_same: 0, n_bad: 10 });
  expect(first.bad).toEqual(Array.from({ length: 10 }, (_, i) => ({ row_no: i * 100 + 9, reason: '面积：“很大”不是数字' })));
  expect([await count(11, 'house'), await count(11, 'customer'), await count(11, 'customer_phone'), await count(11, 'house_customer')]).toEqual([990, 990, 990, 990]);
  await consistent(11);
  const [node] = await db.shards.company(11).query("select own_station_id, station_id from area_node where node_name = '一号热源厂'"), [log] = await db.shards.company(11).query("select person_name, field_name, new_text, change_source from area_log where new_text = '一号热源厂'");
  expect([node, log]).toEqual([{ own_station_id: 111, station_id: 111 }, { person_name: '王操作', field_name: '新建', new_text: '一号热源厂', change_source: 'import' }]);
  const [phone] = await db.shards.company(11).query<{ number_sealed: string; attribution: string }>('select number_sealed, attribution from customer_phone where number_blind = $1', [crypto.blind('13800000003')]);
  expect([crypto.open(phone?.number_sealed ?? ''), phone?.attribution]).toEqual(['13800000003', '中国移动']);
  const before = await db.shards.company(11).query('select * from house order by id'), again = await run(11, lines);
  expect(sums(again.job)).toEqual({ rows_read: 1000, n_created: 0, n_changed: 0, n_same: 990, n_bad: 10 });
  expect(await db.shards.company(11).query('select * from house order by id')).toEqual(before);
  await consistent(11);
}, 60_000);

it('what differs is changed, with a log row each, and found by its new owner and number', async () => {
  const rows = [house(0, { area: '90', heating: '报停' }), house(1, { contract: 'NEW1' }), house(2, { owner: '新户主', phones: '13999999999' }), house(3, { owner: '改名', phones: '13800000003、13888888888' }), house(4, { phones: '13700000000' }), house(5, { owner: '', phones: '', idNo: '' }), house(6, { owner: '住户6', phones: '138****0006', idNo: '' }), house(8, { building: '1栋', unit: '一单元', room: '501室' }), house(9, { idNo: '11010519491231002X' })];
  const { job, bad } = await run(11, rows);
  expect([sums(job), bad]).toEqual([{ rows_read: 9, n_created: 0, n_changed: 6, n_same: 3, n_bad: 0 }, []]);
  await consistent(11);
  const logs = (await db.shards.company(11).query<{ new_text: string }>("select new_text from area_log where field_name = '房屋' and change_source = 'import' order by id")).map((l) => l.new_text);
  expect(logs).toEqual(['面积 80.5 → 90，供热 供热 → 报停', '合同号 HT000001 → NEW1', '户主 住户2 → 新户主', '户主姓名 住户3 → 改名，新增号码 1 个', '新增号码 1 个', '证件号']);
  const named = async (number: string) => (await db.shards.group().query<{ customer_name: string }>('select customer_name from phone_index where number_blind = $1', [crypto.blind(number)])).map((r) => r.customer_name);
  expect([await named('13999999999'), await named('13800000003'), await named('13888888888')]).toEqual([['新户主'], ['改名'], ['改名']]);
  expect(await db.shards.group().query('select owner_name, contract_no, heating from house_index where contract_no in ($1, $2)', ['NEW1', 'HT000000'])).toEqual(expect.arrayContaining([{ owner_name: '住户1', contract_no: 'NEW1', heating: 'on' }, { owner_name: '住户0', contract_no: 'HT000000', heating: 'suspended' }]));
  expect(sums((await run(11, rows)).job)).toMatchObject({ n_changed: 0, n_same: 9 });
}, 60_000);

it('what contradicts the file or what is stored is refused with both places', async () => {
  const tree: Line = { source: '一号热源厂', station: '二热站' }, { bad, job } = await run(11, [house(2000, { contract: 'A1' }), house(2001, { contract: 'A1' }), house(2000, { contract: 'A2' }), house(2002, { contract: 'HT000010' }), house(12, { contract: 'HT000010' }), house(2003, { repair: '没有的站' }), house(13, { repair: '顾乡站' }), tree, tree, {}, house(2004, { phones: '138****0000' }), house(14, { owner: '他人', phones: '138****0014' }), house(15, { phones: '111,222,333,444,555' })]);
  expect(bad.map((b) => b.reason)).toEqual(['合同号：与第 2 行重复', '房号：与第 2 行是同一户（花园11期1号楼1单元101）', '合同号：“HT000010”已属于花园1期1号楼1单元601，地址与本行不同', '合同号：“HT000010”已属于花园1期1号楼1单元601', '维修站：本公司没有“没有的站”', '维修站：与档案不一致，“花园1期1号楼1单元”现属群力站，请在楼宇信息页调整', '业主电话：这是新房屋，号码与证件号不能含有 *', '业主姓名：与档案（住户14）不同，号码又含有 *，无法判断是否同一人', '业主电话：户主已登记 1 个号码，合计不能超过 5 个']);
  expect(sums(job)).toEqual({ rows_read: 12, n_created: 2, n_changed: 0, n_same: 1, n_bad: 9 });
  await consistent(11);
}, 60_000);

it('into an empty company the indexes are made afterwards, houses of one owner have one customer, and all is as if it came one by one', async () => {
  const lines = Array.from({ length: 1300 }, (_, i) => house(i, i % 50 === 49 ? { owner: `住户${i - 1}`, phones: `138${String(i - 1).padStart(8, '0')}、0451${String(80000000 + i)}` } : i === 1299 ? { owner: '住户0', phones: '13800000000' } : {}));
  const { job } = await run(12, lines, { bulkFrom: 100, ahead: undefined });
  expect(sums(job)).toMatchObject({ rows_read: 1300, n_created: 1300, n_bad: 0 });
  expect(job.indexes_off).toBe(false);
  expect(await count(12, 'customer')).toBe(1300 - 26);
  await consistent(12);
  if (db.shards.engines()[0]?.engine === 'postgres') expect((await db.shards.company(12).query("select indexname from pg_indexes where tablename = 'house' and schemaname = current_schema()")).length).toBeGreaterThanOrEqual(6);
  expect(sums((await run(12, lines)).job)).toMatchObject({ n_created: 0, n_changed: 0, n_same: 1300 });
  await consistent(12);
}, 60_000);

it('GB18030 with tabs, and a spreadsheet, are read alike', async () => {
  const rows = [['热源', '热站', '小区', '楼栋', '单元', '房号', '面积', '合同号', '户主'], ['甲源', '甲站', '甲区', '1', '1', '101', '60', 'X1', '王小明']], out = new PassThrough(), parts: Buffer[] = [];
  out.on('data', (d: Buffer) => parts.push(d));
  const book = new XlsxStream(out, { offsetMinutes: 480 });
  await book.sheet('表', (rows[0] as string[]).map((header, i) => ({ header, kind: i === 5 || i === 6 ? 'int' : 'text' })));
  await book.add(['甲源', '甲站', '甲区', '1', '1', 102, 60, 'X2', '=1+1']);
  await book.finish();
  // 甲源 and so on in GB18030, which node cannot write
  const gb = Buffer.from('c8c8d4b409c8c8d5be09d0a1c7f809c2a5b6b009b5a5d4aa09b7bfbac509c3e6bbfd09bacfcdacbac50abcd7d4b409bcd7d5be09bcd7c7f80931093109313031093630095831', 'hex');
  expect(sums((await run(13, gb)).job)).toMatchObject({ n_created: 1, n_bad: 0 });
  const second = await run(13, Buffer.concat(parts));
  expect([sums(second.job), second.bad]).toEqual([{ rows_read: 1, n_created: 1, n_changed: 0, n_same: 0, n_bad: 0 }, []]);
  expect(await db.shards.company(13).query('select address, contract_no from house order by contract_no')).toEqual([{ address: '甲区11101', contract_no: 'X1' }, { address: '甲区11102', contract_no: 'X2' }]);
  await consistent(13);
}, 60_000);
it.each<[string, Buffer, string]>([['an empty file', Buffer.from(''), '文件是空的'], ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47]), '没有“热源”列'], ['an old spreadsheet', Buffer.from('d0cf11e0a1b11ae1', 'hex'), '旧版 .xls'], ['a broken spreadsheet', Buffer.from('504b030400000000', 'hex'), '已损坏'], ['another table', Buffer.from('姓名,电话\n甲,1\n'), '没有“热源”列']])('%s is refused in words', async (_, bytes, words) => {
  await expect(engine().run(await job(13, bytes))).rejects.toThrow(words);
});

it('a job whose second thread died is told so and goes on with another', async () => {
  const lone = new SealAhead({ ...keys }), id = await job(13, text(Array.from({ length: 50 }, (_, i) => house(i, { community: '续建区' }))));
  await lone.close();
  await expect(engine({ ahead: lone, chunkRows: 20 }).run(id)).rejects.toThrow('the thread that seals ended');
  expect(await engine().run(id)).toBe('done');
  expect(sums((await importStore.get(db.shards.group(), id)) as ImportJob)).toMatchObject({ rows_read: 50, n_created: 50, n_bad: 0 });
  await consistent(13);
}, 60_000);

it('cut off at any statement, another run goes on, and everything is there once', async () => {
  const lines = Array.from({ length: 700 }, (_, i) => house(i, i % 90 === 5 ? { area: '' } : i % 90 === 6 ? { contract: `HT${String(i - 2).padStart(6, '0')}`, room: `${i}` } : {})), id = await job(14, text(lines));
  let cuts = 0, allowed = 3;
  /** A database that is gone after so many statements, in the middle of whatever runs. */
  const frail = (left: number): Shards => {
    const broken = <T extends object>(target: T): T => new Proxy(target, { get(of, key) {
      const value = Reflect.get(of, key) as unknown;
      if (typeof value !== 'function') return value;
      if (key === 'query' || key === 'execute' || key === 'insertMany') return (...args: unknown[]) => ((left -= 1) < 0 ? Promise.reject(new Error('cut off')) : (value as (...a: unknown[]) => unknown).apply(of, args));
      if (key === 'transaction') return (work: (tx: object) => Promise<unknown>) => (value as (w: (tx: object) => Promise<unknown>) => unknown).call(of, (tx) => work(broken(tx)));
      return (value as (...a: unknown[]) => unknown).bind(of);
    } });
    return { ...db.shards, group: () => broken(db.shards.group()), company: (c: number) => broken(db.shards.company(c)) };
  };
  for (;;) {
    try { expect(await engine({ shards: frail(allowed), chunkRows: 100 }).run(id)).toBe('done'); break; } catch (error) { expect(String(error)).toContain('cut off'); cuts += 1; allowed += 3; }
  }
  expect(cuts).toBeGreaterThan(10);
  const done = (await importStore.get(db.shards.group(), id)) as ImportJob;
  expect(sums(done)).toEqual({ rows_read: 700, n_created: 684, n_changed: 0, n_same: 0, n_bad: 16 });
  expect([await count(14, 'house'), await count(14, 'customer'), await count(14, 'import_bad_row')]).toEqual([done.n_created, done.n_created, done.n_bad]);
  await consistent(14);
}, 120_000);
