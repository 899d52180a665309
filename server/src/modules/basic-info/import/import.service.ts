import { PassThrough, type Readable } from 'node:stream';
import { MAX_IMPORT_BYTES, type HouseImport, type Page } from '@ronghu/contract';
import { isUniqueViolation } from '../../../platform/database/shards';
import { AppError } from '../../../platform/errors/app-error';
import { XlsxStream, type SheetColumn } from '../../../platform/export';
import { requireCompany, requirePermission, type Scope } from '../../../platform/identity/scope';
import { BlobStore } from '../../../platform/storage';
import type { CryptoBox } from '../../../platform/crypto';
import { COLUMNS } from './import.columns';
import { EXAMPLE } from './import.rules';
import { ERRORS_KEPT_MS, importStore, type ImportJob } from './import.store';
import { importsDir } from './thread';
import type { ImportRunner, RunnerParts } from './runner';

type Parts = RunnerParts & { crypto: CryptoBox };
export interface XlsxFile { name: string; body: Readable }
const PAGE = 1000;
const SAMPLE: Record<(typeof COLUMNS)[number]['key'], string> = { source: '一号热源厂', station: '群力热力站', community: '阳光花园', building: '3号楼', unit: '2单元', room: '501', area: '88.50', heating: '供热', contract: `${EXAMPLE}（本行不导入）`, owner: '王小明', phones: '13800000000、0451-80000000', idNo: '', repair: '' };

/** Imports of the address tree and its households (BI-04), asked for by people who cover the whole company. The work itself is the runner's. */
export class ImportService {
  private readonly blobs: BlobStore;
  constructor(private readonly d: Parts, private readonly runner: ImportRunner) { this.blobs = new BlobStore(importsDir(d.config.dataDir)); }

  /** Keeps an uploaded file until its import is over. @throws AppError TOO_LARGE, STORAGE_FULL */
  async keep(stream: AsyncIterable<Buffer>): Promise<{ sm3: string; bytes: number }> { return this.blobs.put(stream, { maxBytes: MAX_IMPORT_BYTES }); }

  /** @throws AppError STATE_CONFLICT while another import of the company is not over; UNSUPPORTED_FILE by the name. */
  async start(scope: Scope, companyId: number, name: string, kept: { sm3: string; bytes: number }): Promise<HouseImport> {
    const { d } = this, group = d.shards.group(), id = d.ids.next();
    try {
      this.require(scope, companyId);
      d.shards.company(companyId);
      if (!/\.(xlsx|csv|txt)$/i.test(name)) throw new AppError('UNSUPPORTED_FILE', /\.xls$/i.test(name) ? '不支持旧版 .xls，请在表格软件中另存为 .xlsx 或 CSV' : '只能导入 .xlsx 或 .csv 文件');
      await group.transaction(async (tx) => {
        await tx.query('select id from org_node where id = $1 for update', [companyId]); // two who start at this moment come one after the other
        if (await importStore.open(tx, companyId)) throw new AppError('STATE_CONFLICT', '该公司已有一个导入正在进行，请等它结束或先取消');
        await tx.insertMany('import_job', [{ id, company_id: companyId, file_name: name.slice(-200), file_bytes: kept.bytes, file_sm3: kept.sm3, job_state: 'waiting', cancel_asked: false, account_id: scope.accountId, person_name: scope.personName.slice(0, 40), login: scope.login.slice(0, 60), address: scope.address.slice(0, 64), org_root_id: scope.orgRootIds[0] ?? null, created_at: d.clock.now(), lease_until: 0, attempts: 0 }]);
        await d.audit.record(tx, scope, { action: 'houseImportStart', target: `import:${companyId}/${id}`, detail: `${name}，${kept.bytes} 字节，SM3 ${kept.sm3}` });
        await this.runner.begin(tx, id);
      });
    } catch (error) { await this.runner.discard(kept.sm3); throw isUniqueViolation(error) ? new AppError('CONFLICT', undefined, undefined, error) : error; }
    return this.get(scope, companyId, id);
  }
  async list(scope: Scope, query: { companyId?: number; page: number; size: number }): Promise<Page<HouseImport>> {
    requirePermission(scope, 'house.write');
    if (query.companyId !== undefined) requireCompany(scope, query.companyId);
    const companies = query.companyId !== undefined ? [query.companyId] : this.d.shards.companyIds().filter((id) => scope.system || scope.companyIds.has(id));
    const { rows, total } = await importStore.page(this.d.shards.group(), scope.wholeCompany ? companies : [], query.page, query.size);
    return { rows: rows.map((job) => this.view(job)), total, page: query.page, size: query.size };
  }
  async get(scope: Scope, companyId: number, id: number): Promise<HouseImport> { return this.view(await this.job(scope, companyId, id)); }
  /** Before it began it is over at once; otherwise whoever works on it stops after the rows at hand. Of one that is over, nothing changes. */
  async cancel(scope: Scope, companyId: number, id: number): Promise<HouseImport> {
    const job = await this.job(scope, companyId, id), group = this.d.shards.group(), now = this.d.clock.now();
    if (job.finished_at === null) await group.transaction(async (tx) => {
      const unstarted = await tx.execute("update import_job set job_state = 'cancelled', cancel_asked = $1, finished_at = $2 where id = $3 and job_state = 'waiting' and holder is null", [true, now, id]);
      if (!unstarted) await tx.execute('update import_job set cancel_asked = $1 where id = $2 and finished_at is null', [true, id]);
      await this.d.audit.record(tx, scope, { action: 'houseImportCancel', target: `import:${companyId}/${id}`, detail: job.file_name });
    });
    const after = await this.job(scope, companyId, id);
    if (after.finished_at !== null) await this.runner.discard(after.file_sm3);
    return this.view(after);
  }

  /** The bad rows as they came, with the reason beside them: corrected, the file can be imported as it is. @throws AppError NOT_FOUND when there are none (any more). */
  async errors(scope: Scope, companyId: number, id: number): Promise<XlsxFile> {
    const job = await this.job(scope, companyId, id), db = this.d.shards.company(companyId), now = this.d.clock.now();
    if (job.n_bad === 0 || (job.finished_at !== null && now > job.finished_at + ERRORS_KEPT_MS)) throw new AppError('NOT_FOUND', '没有错误行，或已超过 30 天保存期限');
    const header = JSON.parse(job.header_text ?? '[]') as string[], columns: SheetColumn[] = [...header.map((h) => ({ header: h, kind: 'text' as const, width: 16 })), { header: '错误原因', kind: 'text', width: 60 }, { header: '原行号', kind: 'int', width: 8 }];
    const crypto = this.d.crypto;
    await this.d.audit.record(this.d.shards.group(), scope, { action: 'houseImportErrors', target: `import:${companyId}/${id}`, detail: `${job.file_name}，错误 ${job.n_bad} 行` });
    return this.file(`导入错误-${job.file_name.replace(/\.\w+$/, '')}.xlsx`, async (book) => {
      await book.sheet('错误行', columns);
      for (let after = -1; ;) {
        const rows = await db.query<{ row_no: number; cells_sealed: string; reason: string }>(`select row_no, cells_sealed, reason from import_bad_row where job_id = $1 and row_no > $2 order by row_no limit ${PAGE}`, [id, after]);
        for (const row of rows) { const cells = JSON.parse(crypto.open(row.cells_sealed)) as string[]; await book.add([...header.map((_, i) => cells[i] ?? ''), row.reason, row.row_no]); }
        if (rows.length < PAGE) return;
        after = rows[rows.length - 1]?.row_no ?? after;
      }
    });
  }
  template(scope: Scope): XlsxFile {
    requirePermission(scope, 'house.write');
    return this.file('房屋档案导入模板.xlsx', async (book) => {
      await book.sheet('房屋档案', COLUMNS.map((c) => ({ header: c.header, kind: 'text', width: c.width })));
      await book.add(COLUMNS.map((c) => SAMPLE[c.key]));
      await book.sheet('填写说明', [{ header: '列名', kind: 'text', width: 14 }, { header: '说明', kind: 'text', width: 70 }, { header: '也认得的列名', kind: 'text', width: 40 }]);
      for (const c of COLUMNS) await book.add([c.header, c.hint, c.also.join('、')]);
      for (const line of ['只导入第一个工作表；列的先后不限，多余的列不读。', '热源、热站、小区、楼栋、单元须逐级填写，没有的节点会自动建立。', '同一地址或同一合同号只保留一户：已有的房屋有不同才更新，再次导入同一文件不会重复。', '有错的行不导入，其余照常；错误行可下载，改好后直接再导入。', '电话、合同号、身份证号所在列请设为“文本”，以免变成科学计数。', '超过 10 万行建议另存为 CSV（UTF-8 或 GB18030），导入更快。']) await book.add(['说明', line, '']);
    });
  }

  private file(name: string, write: (book: XlsxStream) => Promise<void>): XlsxFile {
    const body = new PassThrough(), book = new XlsxStream(body, { offsetMinutes: 480 });
    void (async () => { await write(book); await book.finish(); })().catch((error: unknown) => { this.d.log.warn('a file was not finished', { name, error }); body.destroy(error instanceof Error ? error : new Error(String(error))); });
    return { name, body };
  }
  /** The tree is the whole company's: people of single stations do not import. */
  private require(scope: Scope, companyId: number): void {
    requirePermission(scope, 'house.write');
    requireCompany(scope, companyId);
    if (!scope.system && !scope.wholeCompany) throw new AppError('FORBIDDEN', '只有管辖整个公司的人员可以导入房屋档案');
  }
  private async job(scope: Scope, companyId: number, id: number): Promise<ImportJob> {
    this.require(scope, companyId);
    const job = await importStore.get(this.d.shards.group(), id);
    if (!job || job.company_id !== companyId) throw new AppError('NOT_FOUND');
    return job;
  }
  private view(job: ImportJob): HouseImport { return importStore.view(job, this.d.orgs.name(job.company_id) ?? ''); }
}
