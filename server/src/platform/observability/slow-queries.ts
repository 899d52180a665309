import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../clock';
import { createLog, type Log } from '../log';

/** `ms` milliseconds at the database; `sql` the text without its parameters, in one line. */
export interface SlowQuery { at: number; shard: string; ms: number; sql: string; role: string }
const HOUR_MS = 3_600_000, KEEP = 200, LARGEST_FILE = 20 * 1024 * 1024, SQL_LENGTH = 2000;

/**
 * Statements that took longer than the limit: a log stream of their own (a JSON line each, one file a data folder, the one before kept as `.1` at 20 MB),
 * and the slowest of the last hour in memory. Parameters are never known here, so no number of a person can be in it.
 */
export class SlowQueries {
  private kept: SlowQuery[] = [];
  private writing: Promise<void> = Promise.resolve();
  private failing = false;
  count = 0;
  constructor(private readonly o: { limitMs: number; file: string; role: string; clock: Clock; log: Log; largestFile?: number }) {}

  note(shard: string, sql: string, ms: number): void {
    if (ms < this.o.limitMs) return;
    const entry: SlowQuery = { at: this.o.clock.now(), shard, ms: Math.round(ms), sql: sql.replace(/\s+/g, ' ').trim().slice(0, SQL_LENGTH), role: this.o.role };
    this.count += 1;
    this.kept.push(entry);
    if (this.kept.length > KEEP * 2) this.trim();
    createLog({ role: entry.role, pid: process.pid }, (line) => { this.writing = this.writing.then(() => this.write(line)); }).warn('slow query', { shard, ms: entry.ms, sql: entry.sql });
  }
  /** The slowest of the last hour, the slowest first. */
  slowest(limit: number): SlowQuery[] {
    this.trim();
    return [...this.kept].sort((a, b) => b.ms - a.ms).slice(0, limit);
  }
  /** Resolves when all that was noted is written. */
  flushed(): Promise<void> { return this.writing; }

  private trim(): void {
    const from = this.o.clock.now() - HOUR_MS, recent = this.kept.filter((q) => q.at >= from);
    this.kept = recent.length <= KEEP ? recent : recent.sort((a, b) => b.ms - a.ms).slice(0, KEEP);
  }
  private async write(line: string): Promise<void> {
    const { file, largestFile = LARGEST_FILE } = this.o;
    try {
      await mkdir(dirname(file), { recursive: true });
      const size = await stat(file).then((s) => s.size, () => 0);
      // another process may have moved it at this moment: then there is nothing left to move
      if (size > largestFile) await rename(file, `${file}.1`).catch((error: NodeJS.ErrnoException) => { if (error.code !== 'ENOENT') throw error; });
      await appendFile(file, line, { mode: 0o640 });
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.o.log.warn('the log of slow queries cannot be written', { file, error });
      this.failing = true;
    }
  }
}
