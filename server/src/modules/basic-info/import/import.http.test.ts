import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Bootstrap } from '@midwayjs/bootstrap';
import ExcelJS from 'exceljs';
import { allTables } from '../../../app/tables';
import { startHttp, type HttpServer } from '../../../app/http-server';
import { startRig, type Rig } from '../../../domain/work-order/testing/rig';
import { PasswordHasher, sm2Encrypt } from '../../../platform/crypto';
import * as basicInfo from '..';
import { COLUMNS } from './import.columns';
import type { ImportRunner } from './runner';

/** Imports through the real HTTP door, each in a thread of its own. */
let rig: Rig, http: HttpServer, base: string, key = 0;
const FRONT = { operator: '/admin', agent: '/agent', head: '/admin', groupAdmin: '/admin' } as const, cookies = new Map<string, string>(), cwd = process.cwd();
type Who = keyof typeof FRONT;
beforeAll(async () => {
  rig = await startRig(allTables, undefined, { rooms: false, passwordHash: await new PasswordHasher({ rounds: 1000 }).hash('Warm-Winter-1') });
  http = await startHttp(rig.platform, [basicInfo] as never, {});
  await http.listen();
  process.chdir(cwd); // the framework goes to the data folder, which this test removes
  base = `http://127.0.0.1:${http.port}`;
  for (const [person, front] of Object.entries(FRONT)) {
    const { publicKey, nonce } = (await (await fetch(`${base}${front}/api/identity/sign-in-key`)).json()) as { publicKey: string; nonce: string };
    const response = await fetch(`${base}${front}/api/identity/sign-in`, { method: 'POST', headers: { 'x-ronghu': '1', 'content-type': 'application/json' }, body: JSON.stringify({ login: person, sealed: sm2Encrypt(JSON.stringify({ password: 'Warm-Winter-1', nonce }), publicKey) }) });
    cookies.set(person, response.headers.getSetCookie()[0]?.split(';')[0] ?? '');
  }
  rig.platform.timers.start();
}, 90_000);
afterAll(async () => { await http?.close(); await rig?.stop(); });
const ask = (p: Who, method: string, path: string, body?: FormData | object): Promise<Response> => fetch(`${base}${FRONT[p]}/api${path}`, { method, headers: { cookie: cookies.get(p) ?? '', 'x-ronghu': '1', 'idempotency-key': `00000000-0000-4000-8000-${String(key += 1).padStart(12, '0')}`, ...(body && !(body instanceof FormData) ? { 'content-type': 'application/json' } : {}) }, body: body instanceof FormData ? body : body ? JSON.stringify(body) : undefined });
interface Job { id: number; state: string; created: number; unchanged: number; changed: number; bad: number; progress: number; error: string | null; message: string; code: string; rowsRead: number; errorsUntil: number | null }
async function upload(p: Who, companyId: number, name: string, content: BlobPart): Promise<{ status: number; job: Job }> {
  const form = new FormData();
  form.append('companyId', String(companyId));
  form.append('file', new Blob([content]), name);
  const response = await ask(p, 'POST', '/imports/houses', form);
  return { status: response.status, job: (await response.json()) as Job };
}
async function over(companyId: number, id: number): Promise<Job> {
  for (const until = Date.now() + 60_000; ;) {
    const job = (await (await ask('operator', 'GET', `/imports/houses/${companyId}/${id}`)).json()) as Job;
    if (['done', 'failed', 'cancelled'].includes(job.state)) return job;
    if (Date.now() > until) throw new Error(`still ${JSON.stringify(job)}`);
    await new Promise((r) => setTimeout(r, 200));
    rig.pass(2000); // the timer looks after the job again by this clock
  }
}
const lines = (n: number, bad: (i: number) => boolean = () => false): string => [COLUMNS.map((c) => c.header).join(','), ...Array.from({ length: n }, (_, i) => `甲源,甲站,甲区,${Math.floor(i / 20) + 1}号楼,1单元,${100 + (i % 20)},${bad(i) ? '大' : '80'},供热,IM${i},住户${i},139${String(i).padStart(8, '0')},,东站`)].join('\n');
async function sheet(response: Response): Promise<string[][]> {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(await response.arrayBuffer());
  const out: string[][] = [];
  book.worksheets[0]?.eachRow((row) => out.push(Array.from((row.values as unknown[]).slice(1), (v) => String(v ?? ''))));
  return out;
}

it('a file is taken in, its bad rows come back with reasons, and once more it changes nothing', async () => {
  const { status, job } = await upload('operator', 11, '房屋.csv', lines(300, (i) => i % 30 === 7));
  expect([status, job.state]).toEqual([200, 'waiting']);
  const done = await over(11, job.id);
  expect(done).toMatchObject({ state: 'done', rowsRead: 300, created: 290, bad: 10, progress: 1, error: null });
  const errors = await sheet(await ask('operator', 'GET', `/imports/houses/11/${job.id}/errors.xlsx`));
  expect(errors).toHaveLength(11);
  expect(errors[1]?.slice(6)).toEqual(['大', '供热', 'IM7', '住户7', '13900000007', '', '东站', '面积：“大”不是数字', '9']);
  expect((await (await ask('operator', 'GET', '/houses?q=13900000008')).json() as { rows: { address: string }[] }).rows.map((r) => r.address)).toEqual(['甲区1号楼1单元108']);
  expect(await over(11, (await upload('operator', 11, '房屋.csv', lines(300, (i) => i % 30 === 7))).job.id)).toMatchObject({ state: 'done', created: 0, changed: 0, unchanged: 290, bad: 10 });
  const sealed = await rig.db.shards.company(11).query<{ cells_sealed: string }>('select cells_sealed from import_bad_row where job_id = $1', [job.id]);
  expect(JSON.stringify(sealed)).not.toContain('139');
  expect(readdirSync(join(rig.platform.config.dataDir, 'blobs', 'imports'), { recursive: true, withFileTypes: true }).filter((f) => f.isFile())).toEqual([]);
  const trail = (await rig.db.shards.group().query<{ action: string; person_name: string }>("select action, person_name from audit_row where action like 'houseImport%' order by id")).map((r) => `${r.action} ${r.person_name}`);
  expect(trail).toEqual(['houseImportStart 冯操作', 'houseImport 冯操作', 'houseImportErrors 冯操作', 'houseImportStart 冯操作', 'houseImport 冯操作']);
}, 90_000);
it('what is exported comes back as it was', async () => {
  const response = await ask('groupAdmin', 'GET', '/exports/houses.xlsx?companyId=11'), bytes = await response.arrayBuffer();
  expect(response.status).toBe(200);
  const rows = await sheet(new Response(bytes));
  expect(rows[0]).toEqual(COLUMNS.map((c) => c.header));
  expect(rows.find((r) => r[8] === 'IM8')).toEqual(['甲源', '甲站', '甲区', '1号楼', '1单元', '108', '80', '供热', 'IM8', '住户8', '139****0008', '', '东站']);
  expect(await over(11, (await upload('operator', 11, '导出.xlsx', bytes)).job.id)).toMatchObject({ state: 'done', created: 0, changed: 0, unchanged: 291 }); // with the node of the rig that has no house
}, 90_000);
it('the template is imported as nothing, and explains itself', async () => {
  const bytes = await (await ask('operator', 'GET', '/imports/houses/template.xlsx')).arrayBuffer();
  expect((await sheet(new Response(bytes)))[0]).toEqual(COLUMNS.map((c) => c.header));
  expect(await over(11, (await upload('operator', 11, '模板.xlsx', bytes)).job.id)).toMatchObject({ state: 'done', rowsRead: 0, created: 0, bad: 0 });
}, 90_000);
it('what is no table, no right, no company and no second at once is refused in words', async () => {
  expect(await over(11, (await upload('operator', 11, '图.csv', '姓名\n甲\n')).job.id)).toMatchObject({ state: 'failed', error: '第一行没有“热源”列，请使用模板，首行为列名' });
  expect(await upload('operator', 11, '旧.xls', 'x')).toMatchObject({ status: 415, job: { code: 'UNSUPPORTED_FILE' } });
  expect((await upload('agent', 11, 'a.csv', lines(1))).status).toBe(403);
  expect((await upload('operator', 12, 'a.csv', lines(1))).status).toBe(404);
  expect((await ask('operator', 'GET', '/imports/houses/12/1')).status).toBe(404);
  expect((await ask('operator', 'GET', '/imports/houses?companyId=12')).status).toBe(404);
  expect((await (await ask('operator', 'GET', '/imports/houses')).json() as { total: number }).total).toBe(5);
  expect((await ask('agent', 'GET', '/imports/houses/template.xlsx')).status).toBe(403);
}, 60_000);
it('one that waits is cancelled at once, and while it waits no second begins', async () => {
  await rig.platform.timers.stop();
  const { job } = await upload('operator', 11, 'a.csv', lines(5));
  expect(await upload('operator', 11, 'b.csv', lines(6))).toMatchObject({ status: 409, job: { message: '该公司已有一个导入正在进行，请等它结束或先取消' } });
  expect(await (await ask('operator', 'POST', `/imports/houses/11/${job.id}/cancel`)).json()).toMatchObject({ state: 'cancelled', rowsRead: 0 });
  rig.platform.timers.start();
}, 60_000);
it('killed in the middle, it goes on where it was, and nothing is there twice', async () => {
  const runner = await Bootstrap.getApplicationContext().getAsync<ImportRunner>('importRunner'), count = async (): Promise<number> => (await rig.db.shards.company(11).query<{ n: number }>("select count(*) as n from house where contract_no like 'BIG%'"))[0]?.n ?? 0;
  const big = lines(16_000).replace(/IM/g, 'BIG').replace(/,甲区,/g, ',大区,').replace(/,139(?=\d{8})/g, ',137'), { job } = await upload('operator', 11, 'big.csv', big);
  for (const until = Date.now() + 60_000; (await count()) === 0 && Date.now() < until;) { rig.pass(500); await new Promise((r) => setTimeout(r, 50)); }
  expect(await runner.kill(job.id)).toBe(true);
  const kept = await count();
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(16_000);
  await rig.db.shards.group().execute('update import_job set lease_until = 0 where id = $1', [job.id]);
  expect(await over(11, job.id)).toMatchObject({ state: 'done', rowsRead: 16_000, created: 16_000, bad: 0 });
  expect(await count()).toBe(16_000);
}, 120_000);
