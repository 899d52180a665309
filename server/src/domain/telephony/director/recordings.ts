import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import type { Clock } from '../../../platform/clock';
import type { Ids } from '../../../platform/database/ids';
import type { RecordingRow } from './ports';

/** 8 kHz, two channels, 16 bits: bytes a millisecond of the node's stereo files. */
const BYTES_PER_MS = 32, WAV_HEADER = 44;
const FIRST_LOOK_MS = 1_000, LAST_LOOK = 8;

/** Catalogues the file of an ended call: size, length and SM3 digest, once it has stopped growing. A file that never appears is noted as missing, so that it is found by a person, not by a customer. */
export class RecordingCatalogue {
  private readonly timers = new Set<NodeJS.Timeout>();
  constructor(private readonly d: { root: string; ids: Ids; clock: Clock; row: (row: RecordingRow) => void; firstLookMs?: number }) {}

  add(callId: string, path: string): void { this.look(callId, path, 1, -1); }
  stop(): void { for (const timer of this.timers) clearTimeout(timer); this.timers.clear(); }

  private look(callId: string, path: string, turn: number, lastSize: number): void {
    const timer = setTimeout(() => { this.timers.delete(timer); void this.measure(callId, path, turn, lastSize); }, (this.d.firstLookMs ?? FIRST_LOOK_MS) * Math.min(turn, 4));
    timer.unref();
    this.timers.add(timer);
  }
  private async measure(callId: string, path: string, turn: number, lastSize: number): Promise<void> {
    let size: number;
    try { size = (await stat(path)).size; } catch { size = -1; }
    if ((size < 0 || size !== lastSize) && turn < LAST_LOOK) { this.look(callId, path, turn + 1, size); return; }
    const stored = isAbsolute(path) && !relative(this.d.root, path).startsWith('..') ? relative(this.d.root, path) : path;
    const row = { id: this.d.ids.next(), callId, path: stored, at: this.d.clock.now() };
    if (size < 0) { this.d.row({ ...row, bytes: 0, durationMs: 0, sm3: null, missing: true }); return; }
    this.d.row({ ...row, bytes: size, durationMs: Math.max(0, Math.round((size - WAV_HEADER) / BYTES_PER_MS)), sm3: await sm3OfFile(path), missing: false });
  }
}

export async function sm3OfFile(path: string): Promise<string> {
  const hash = createHash('sm3');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
