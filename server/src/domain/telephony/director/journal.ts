import { appendFile, mkdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Fenced, type AgentLogRow, type AgentStateRow, type CallEventRow, type CallRow, type JournalBatch, type JournalSink, type PhoneRow, type RecordingRow } from './ports';

export interface JournalOptions { sink: JournalSink; spoolDir: string; epoch: () => number; flushMs?: number; largest?: number; /** The database knows a newer epoch; true when it is our own, taken anew after a lapse. */ onFenced: () => Promise<boolean>; onHealth: (databaseConnected: boolean) => void; /** These calls' recordings are in the catalogue now. */ onRecorded?: (callIds: string[]) => void; log: (message: string, fields?: Record<string, unknown>) => void }
const SPOOL = 'journal.ndjson';

/**
 * Takes rows in memory and writes them in batches behind the back of the calls, which never wait for the database. While the database is away whole
 * batches go to a local file, in order, and are replayed before anything newer; a batch is idempotent, so a crash in between harms nothing.
 */
export class Journal {
  private batch = this.empty();
  private count = 0;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private spooling = false;
  private stopped = false;
  /** Rows not yet in the database; shown in the health figures. */
  waiting = 0;

  constructor(private readonly options: JournalOptions) {}

  /** Replays what an earlier run left behind, then writes every `flushMs`. */
  async start(): Promise<void> {
    await mkdir(this.options.spoolDir, { recursive: true });
    this.spooling = true;
    await this.replay();
    this.timer = setInterval(() => { void this.flush(); }, this.options.flushMs ?? 200);
  }
  call(row: CallRow): void {
    // Only the newest picture of a call counts.
    const known = this.batch.calls.findIndex((other) => other.record.callId === row.record.callId);
    if (known >= 0) this.batch.calls[known] = row; else { this.batch.calls.push(row); this.added(); }
  }
  event(row: CallEventRow): void { this.batch.events.push(row); this.added(); }
  agentLog(row: AgentLogRow): void { this.batch.agentLog.push(row); this.added(); }
  agentState(row: AgentStateRow): void {
    const known = this.batch.agentStates.findIndex((other) => other.agentId === row.agentId);
    if (known >= 0) this.batch.agentStates[known] = row; else { this.batch.agentStates.push(row); this.added(); }
  }
  recording(row: RecordingRow): void { this.batch.recordings.push(row); this.added(); }
  phone(row: PhoneRow): void { this.batch.phones.push(row); this.added(); }

  /** Writes what is there now; resolves when it is in the database or in the spool. */
  flush(): Promise<void> {
    this.running = this.running.then(() => this.write()).catch((error: unknown) => this.options.log('journal', { error }));
    return this.running;
  }
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    await this.flush();
    this.stopped = true;
  }

  private added(): void { this.count += 1; this.waiting += 1; if (this.count >= (this.options.largest ?? 2000)) void this.flush(); }
  private empty(): JournalBatch { return { epoch: 0, calls: [], events: [], agentLog: [], agentStates: [], recordings: [], phones: [] }; }

  private async write(): Promise<void> {
    if (this.stopped) return;
    if (this.spooling && !(await this.replay())) { await this.spool(); return; }
    if (this.count === 0) return;
    const batch = this.take(), rows = size(batch);
    try {
      await this.options.sink.write(batch);
      this.recorded(batch);
      this.waiting -= rows;
      this.options.onHealth(true);
    } catch (error) {
      if (error instanceof Fenced) { if (await this.stillOurs()) { this.spooling = true; await this.append(batch); } return; }
      this.options.log('journal goes to the spool', { error });
      this.options.onHealth(false);
      this.spooling = true;
      await this.append(batch);
    }
  }
  private recorded(batch: JournalBatch): void { if (batch.recordings.length > 0) this.options.onRecorded?.(batch.recordings.map((row) => row.callId)); }
  private take(): JournalBatch { const batch = this.batch; batch.epoch = this.options.epoch(); this.batch = this.empty(); this.count = 0; return batch; }
  private async spool(): Promise<void> { if (this.count > 0) await this.append(this.take()); }
  private append(batch: JournalBatch): Promise<void> { return appendFile(join(this.options.spoolDir, SPOOL), `${JSON.stringify(batch)}\n`, { mode: 0o600 }); }

  /** True when the spool is empty afterwards. A file being replayed is renamed first, so that newer batches do not mix into it. */
  private async replay(): Promise<boolean> {
    const file = join(this.options.spoolDir, SPOOL), half = `${file}.replay`;
    for (;;) {
      let text = await readText(half);
      if (text === null) {
        try { await rename(file, half); } catch (error) { if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; this.spooling = false; return true; }
        text = await readText(half);
      }
      for (const line of (text ?? '').split('\n')) {
        const batch = parseBatch(line);
        if (!batch) continue;
        try { await this.options.sink.write({ ...batch, epoch: this.options.epoch() }); this.recorded(batch); } catch (error) {
          if (error instanceof Fenced) { await this.stillOurs(); return false; }
          this.options.onHealth(false);
          return false;
        }
      }
      await unlink(half);
      this.waiting = this.count;
      this.options.onHealth(true);
    }
  }
  private async stillOurs(): Promise<boolean> {
    if (await this.options.onFenced()) return true;
    this.stopped = true;
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    return false;
  }
}

const size = (batch: JournalBatch): number => batch.calls.length + batch.events.length + batch.agentLog.length + batch.agentStates.length + batch.recordings.length + batch.phones.length;
async function readText(path: string): Promise<string | null> {
  try { return await readFile(path, 'utf8'); } catch (error) { if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null; throw error; }
}
/** A line cut off by a crash in the middle of writing is no batch: what it held was not acknowledged to anybody. */
function parseBatch(line: string): JournalBatch | null {
  if (line.trim() === '') return null;
  try { return JSON.parse(line) as JournalBatch; } catch { return null; }
}
