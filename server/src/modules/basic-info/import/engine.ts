import { MAX_IMPORT_BYTES } from '@ronghu/contract';
import type { CryptoBox } from '../../../platform/crypto';
import type { SqlValue } from '../../../platform/database/db';
import { isUniqueViolation, indexesDropped, indexesMade, type Shards } from '../../../platform/database/shards';
import { definitionOf, type TableDefinition } from '../../../platform/database/table';
import { AppError } from '../../../platform/errors/app-error';
import { IndexWriter } from '../search/index-writer';
import { Decider, SLOTS, type RawRow } from './chunk';
import { chunkStore, Overtaken, type SavedChunk } from './chunk.store';
import { asText, fileRows, survey, type ImportFiles, type Rows } from './file-rows';
import { importStore, LEASE_MS, type ImportJob } from './import.store';
import { ID_FAMILY, NOTHING_KNOWN } from './people';
import { AheadBox, type SealAhead } from './seal-ahead';
import { Tree } from './tree';

export interface EngineParts {
  shards: Shards; crypto: CryptoBox; /** Absent: numbers are sealed when their chunk is decided. */ ahead?: Pick<SealAhead, 'ask'>; files: ImportFiles; now(): number; holder: string; /** All numbers' places at once. */ attribution(): Promise<(number: string) => string | null>;
  /** Repair stations of the company: id and name. */ stations: readonly { id: number; name: string }[]; chunkRows?: number; /** Below so many rows indexes stay while the rows are written. */ bulkFrom?: number;
}
export type Outcome = 'done' | 'cancelled' | 'lost';
/** Rows saved in one transaction; part of a job's state, since a job taken over goes by the same chunks. */
export const CHUNK_ROWS = 2000;
const BULK_FROM = 20_000, TRIES = 5, PER_SECOND = 16_384, NODE = 255, AHEAD = 1, SAVE_MS = 400, ROWS_SHARE = 880;
const COMPANY_TABLES = ['house', 'customer', 'customer_phone', 'house_customer'], GROUP_TABLES = ['house_index', 'phone_index'];
const definitions = (names: readonly string[]): TableDefinition[] => names.flatMap((name) => definitionOf(name) ?? []);
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
/** Rows that are read and whose numbers are being sealed while those before them are decided. */
interface Chunk { no: number; read: { raw: RawRow; read: ReturnType<Decider['read']> }[]; numbers: string[]; lines: Promise<string[]> }
class Stopped extends Error { constructor(readonly outcome: 'cancelled' | 'lost') { super(outcome); } }
/** The victim of a deadlock is told as a conflict. */
const overtaken = (error: unknown): boolean => error instanceof Overtaken || (error instanceof AppError && error.code === 'CONFLICT');

/**
 * Runs one import to its end (BI-04). Killed at any moment, another run goes on: what each chunk of rows did is written in the chunk's own transaction,
 * ids come from a range that is the job's, and the file is read in the same chunks again. @throws AppError BAD_INPUT, NOT_FOUND when the file cannot be
 * read at all; anything else means that it may be tried again.
 */
export class ImportEngine {
  private readonly index: IndexWriter;
  private readonly chunkRows: number;
  private counts = { rows: 0, created: 0, changed: 0, same: 0, bad: 0, nodes: 0 };
  private job!: ImportJob;
  private savedAt = 0;
  private total = 1;
  private cancelled = false;
  constructor(private readonly p: EngineParts) { this.index = new IndexWriter(p.shards); this.chunkRows = p.chunkRows ?? CHUNK_ROWS; }

  async run(jobId: number): Promise<Outcome> {
    const { p } = this, group = p.shards.group(), job = await importStore.get(group, jobId);
    if (!job || job.holder !== p.holder) return 'lost';
    this.job = job;
    try {
      const rows = await this.check();
      for (let tries = 1; ; tries++) {
        try { await this.save({ job_state: 'running' }, true); await this.pass(rows); break; } catch (error) { if (!overtaken(error) || tries >= TRIES) throw error; }
      }
      if (this.cancelled) return 'cancelled';
      await this.save({ progress_permille: 1000 }, true);
      return 'done';
    } catch (error) { if (error instanceof Stopped) return error.outcome; throw error; }
  }

  /** Form, columns and number of rows; ids set aside for all of them. */
  private async check(): Promise<Rows> {
    const { p, job } = this, files = p.files;
    await this.save({ job_state: job.rows_sm3 === null ? 'checking' : 'running', started_at: job.started_at ?? p.now() }, true);
    const text = job.rows_sm3 ?? (await this.beating(asText(files, job.file_sm3, MAX_IMPORT_BYTES))), rows = await this.beating(survey(files, text));
    this.total = Math.max(1, rows.total);
    job.rows_sm3 = text;
    await this.save({ rows_sm3: text, header_text: JSON.stringify(rows.header.map((h) => h.slice(0, 60))).slice(0, 4000), rows_total: rows.total }, true);
    if (job.id_second === null) await this.reserve(rows.most);
    return rows;
  }
  /** Seconds of 2024, before there was any installation, with the last node: no running process makes such ids. One job's range begins where the last one's ends. */
  private async reserve(rows: number): Promise<void> {
    const group = this.p.shards.group(), seconds = Math.ceil(((rows + 1) * SLOTS) / PER_SECOND) + 1;
    for (;;) {
      const [last] = await group.query<{ free: number | null }>('select max(id_second + id_seconds) as free from import_job'), from = last?.free ?? 1;
      try { await this.save({ id_second: from, id_seconds: seconds }, true); this.job.id_second = from; this.job.id_seconds = seconds; return; } catch (error) { if (!isUniqueViolation(error)) throw error; } // another job took it at this moment
    }
  }
  private readonly id = (rowNo: number, slot: number): number => {
    const n = rowNo * SLOTS + slot, second = Math.floor(n / PER_SECOND);
    if (second >= (this.job.id_seconds as number)) throw new RangeError(`row ${rowNo} is beyond the ids that were set aside`);
    return ((this.job.id_second as number) + second) * 2 ** 22 + NODE * 2 ** 14 + (n % PER_SECOND);
  };

  private async pass(rows: Rows): Promise<void> {
    const { p, job } = this, company = p.shards.company(job.company_id), group = p.shards.group(), saved = await chunkStore.saved(company, job.id);
    if (job.indexes_off) { await this.beating(this.makeIndexes()); job.indexes_off = false; await this.save({ indexes_off: false }, true); }
    const fresh = saved.length === 0 && (await chunkStore.isEmpty(company, ...COMPANY_TABLES)), bulk = fresh && rows.total >= (p.bulkFrom ?? BULK_FROM), bulkGroup = bulk && (await chunkStore.isEmpty(group, ...GROUP_TABLES));
    this.cancelled = false;
    if (!bulk) { await this.chunks(rows, saved, fresh, false); return; }
    // an index that is made at the end costs a fraction of one that grows by each row; nobody can miss it in tables that were empty
    job.indexes_off = true;
    await this.save({ indexes_off: true }, true);
    await indexesDropped(company, definitions(COMPANY_TABLES));
    if (bulkGroup) await indexesDropped(group, definitions(GROUP_TABLES));
    try { await this.chunks(rows, saved, fresh, true); } finally { await this.beating(this.makeIndexes()); }
    job.indexes_off = false;
    await this.save({ indexes_off: false }, true);
    await this.finish(true);
  }

  /** Three at once: each takes one processor of the server. */
  private async makeIndexes(): Promise<void> { const { p, job } = this; await Promise.all([indexesMade(p.shards.company(job.company_id), definitions(COMPANY_TABLES)), ...GROUP_TABLES.map((table) => indexesMade(p.shards.group(), definitions([table])))]); }

  private async chunks(rows: Rows, saved: readonly SavedChunk[], fresh: boolean, bulk: boolean): Promise<void> {
    const { p, job } = this, company = p.shards.company(job.company_id), now = p.now(), stations = new Map(p.stations.map((s) => [s.name, s.id]));
    const tree = new Tree(await chunkStore.tree(company)), box = new AheadBox(p.crypto), decider = new Decider({ companyId: job.company_id, tree, header: rows.at, crypto: box, attribution: await p.attribution(), id: this.id, now, stations: { byName: stations, nameOf: (id) => p.stations.find((s) => s.id === id)?.name ?? null }, fresh, by: { accountId: job.account_id, personName: job.person_name } });
    const done = new Map(saved.map((c) => [c.chunk_no, c])), bad = saved.length ? await chunkStore.badRows(company, job.id) : new Set<number>();
    this.counts = { rows: 0, created: 0, changed: 0, same: 0, bad: 0, nodes: 0 };
    for (const c of saved) { this.counts.rows += c.n_rows; this.counts.created += c.n_created; this.counts.changed += c.n_changed; this.counts.same += c.n_same; this.counts.bad += c.n_bad; this.counts.nodes += c.n_nodes; }
    // one chunk is being written to the company's shard and one to the group's while the next is made
    let storing: Promise<void> = Promise.resolve(), indexing: Promise<void> = Promise.resolve(), failed: unknown = null, chunkNo = 0, waiting: RawRow[] = [];
    const queue: Chunk[] = [], ahead = rows.total > this.chunkRows ? p.ahead : undefined;
    const fail = (error: unknown): void => { failed ??= error; };
    this.later = { houses: new Set(), people: new Set(), chunks: [] };
    const enqueue = (raws: readonly RawRow[]): void => {
      const no = chunkNo++, read = raws.map((raw) => ({ raw, read: decider.read(raw) })), numbers = ahead && !done.has(no) ? [...new Set(read.flatMap(({ read: r }) => r?.good?.house?.phones.map((phone) => p.crypto.normalise(phone)) ?? []))] : [], lines = ahead?.ask(numbers, fresh) ?? Promise.resolve([]);
      lines.catch(fail); // awaited when its turn comes, which may be never
      queue.push({ no, read, numbers, lines });
    };
    const one = async ({ no, read, numbers, lines }: Chunk): Promise<void> => {
      const before = done.get(no);
      if (before) {
        for (const { raw, read: r } of read) if (r?.good && !bad.has(raw.no)) decider.remember(r.good, raw.no);
        if (!before.indexed) { const houses = await chunkStore.byContracts(company, read.flatMap(({ read: r }) => r?.good?.house?.contract ?? [])); await chunkStore.refresh(this.index, job.company_id, { houses: houses.map((h) => h.id), people: [...new Set(houses.flatMap((h) => h.owner_id ?? []))] }); await chunkStore.indexed(company, job.id, [no]); }
        return;
      }
      const facts = { job_id: job.id, chunk_no: no, n_rows: read.filter(({ read: r }) => r !== null).length }, seal = (text: string): string => p.crypto.seal(text);
      if (!fresh) await storing; // what was just written must be seen
      box.take(numbers, await lines);
      if (failed) throw failed;
      const plan = fresh
        ? await decider.decide(read, NOTHING_KNOWN, breathe)
        : await company.transaction(async (tx) => {
          await chunkStore.checkTree(tx, now);
          const good = read.flatMap(({ read: r }) => r?.good ?? []), units = new Set<number>(), blinds = new Set<string>();
          for (const row of good) {
            if (!row.house) continue;
            const { node, depth } = tree.find(row.names);
            if (node && depth === 5) units.add(node.id);
            for (const phone of row.house.phones) blinds.add(p.crypto.blind(phone));
            if (row.house.idNo !== null) blinds.add(`#${p.crypto.blindText(ID_FAMILY, row.house.idNo)}`);
          }
          const known = await chunkStore.known(tx, [...new Set(good.flatMap((r) => r.house?.contract ?? []))], [...units], [...blinds]), decided = await decider.decide(read, known, breathe);
          await chunkStore.write(tx, decided, facts, seal);
          return decided;
        });
      await storing;
      if (failed) throw failed;
      if (fresh) storing = company.transaction((tx) => chunkStore.write(tx, plan, facts, seal)).catch(fail);
      const stored = storing, indexedBefore = indexing, stale = { houses: [...new Set(plan.staleHouses)], people: [...new Set(plan.stalePeople)] }, putOff = bulk && stale.houses.length + stale.people.length > 0;
      if (putOff) { for (const id of stale.houses) this.later.houses.add(id); for (const id of stale.people) this.later.people.add(id); this.later.chunks.push(no); }
      indexing = (async () => {
        await Promise.all([stored, indexedBefore]);
        if (failed) return;
        await chunkStore.writeIndex(p.shards, this.index, job.company_id, plan, putOff ? { houses: [], people: [] } : stale);
        if (!putOff) await chunkStore.indexed(company, job.id, [no]);
        const c = this.counts;
        c.rows += facts.n_rows; c.created += plan.created; c.changed += plan.changed; c.same += plan.same; c.bad += plan.bad.length; c.nodes += plan.nodes.length;
      })().catch(fail);
      await indexedBefore;
      await this.save({});
    };
    try {
      for await (const { first, rows: cells } of fileRows(p.files, job.rows_sm3 as string)) {
        for (const [i, row] of cells.entries()) {
          waiting.push({ no: first + i, cells: row });
          if (waiting.length >= this.chunkRows) { enqueue(waiting); waiting = []; if (queue.length > AHEAD) await one(queue.shift() as Chunk); }
        }
        if (failed) throw failed;
      }
      if (waiting.length) enqueue(waiting);
      for (const chunk of queue) await one(chunk);
    } catch (error) {
      // what is saved stays, so the indexes have to be finished for it
      if (!(error instanceof Stopped) || error.outcome !== 'cancelled') throw error;
      this.cancelled = true;
    } finally { await this.beating(Promise.all([storing, indexing])); }
    if (failed) throw failed;
    await this.save(this.cancelled ? {} : { rows_total: this.counts.rows }, true);
    if (!bulk) await this.finish(false);
  }
  /** Put off until the indexes are there again. */
  private later: { houses: Set<number>; people: Set<number>; chunks: number[] } = { houses: new Set(), people: new Set(), chunks: [] };

  /** Communities' figures and terms, and fresh statistics after much was written. */
  private async finish(bulk: boolean): Promise<void> {
    const { p, job } = this, company = p.shards.company(job.company_id);
    await this.beating(chunkStore.refresh(this.index, job.company_id, { houses: [...this.later.houses], people: [...this.later.people] }));
    await chunkStore.indexed(company, job.id, this.later.chunks);
    const communities = await company.query<{ id: number }>("select id from area_node where kind = 'community'");
    await this.beating(this.index.communities(job.company_id, communities.map((c) => c.id)));
    await this.save({ progress_permille: 970 }, true);
    if (bulk || this.counts.created + this.counts.changed >= BULK_FROM) await this.beating(p.shards.analyze([[company, [...COMPANY_TABLES, 'area_node']], [p.shards.group(), [...GROUP_TABLES, 'community_index', 'area_term']]]));
  }

  /** Tells how far it is, and hears whether to go on. @throws Stopped when it was cancelled or is another's now. */
  private async save(values: Record<string, SqlValue>, always = false): Promise<void> {
    const { p, job, counts: c } = this, now = p.now();
    if (!always && performance.now() - this.savedAt < SAVE_MS) return;
    this.savedAt = performance.now();
    const sums = { rows_read: c.rows, n_created: c.created, n_changed: c.changed, n_same: c.same, n_bad: c.bad, n_nodes: c.nodes, progress_permille: Math.min(ROWS_SHARE + 50, Math.round((c.rows / this.total) * ROWS_SHARE)) };
    if (!(await importStore.save(p.shards.group(), job.id, p.holder, { ...sums, lease_until: now + LEASE_MS, ...values }))) throw new Stopped('lost');
    if (!this.cancelled && (await importStore.get(p.shards.group(), job.id))?.cancel_asked) throw new Stopped('cancelled');
  }
  /** Long single steps: the lease is kept meanwhile. */
  private async beating<T>(work: Promise<T>): Promise<T> {
    const timer = setInterval(() => void this.p.shards.group().execute('update import_job set lease_until = $1 where id = $2 and holder = $3', [this.p.now() + LEASE_MS, this.job.id, this.p.holder]).catch(() => undefined), LEASE_MS / 4); // the step itself tells of a lost database
    try { return await work; } finally { clearInterval(timer); }
  }
}
