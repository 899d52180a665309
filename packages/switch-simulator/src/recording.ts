import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { RATE, SILENCE, type Sound } from './audio';

interface Segment { at: number; channel: 0 | 1; sound: Sound }

/** Parts of a second are rendered at a time, so that long calls do not hold up the events of others. */
const CHUNK_SAMPLES = RATE * 2;

/**
 * A WAV file, 8 kHz, 16 bit, stereo as the switch writes it: channel 0 what the customer says, channel 1 what the customer hears. The sounds
 * are noted while the call lives and rendered when it ends; the file stands from the start with an empty body.
 */
export class Recording {
  private readonly segments: Segment[] = [];
  private readonly startedAt: number;
  private finished: Promise<void> | null = null;

  constructor(readonly path: string, readonly stereo: boolean, now: number) {
    this.startedAt = now;
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, 'w');
    writeSync(file, header(0, this.channels));
    closeSync(file);
  }

  private get channels(): number { return this.stereo ? 2 : 1; }

  note(channel: 0 | 1, sound: Sound, now: number): void { this.segments.push({ at: now, channel, sound }); }

  seconds(now: number): number { return Math.max(0, (now - this.startedAt) / 1000); }

  /** Renders the file; resolves when it is whole. */
  finish(now: number): Promise<void> { return (this.finished ??= this.render(Math.floor(((now - this.startedAt) / 1000) * RATE))); }

  private async render(total: number): Promise<void> {
    const file = await open(this.path, 'w');
    try {
      await file.write(header(total, this.channels));
      const tracks = ([0, 1] as const).map((channel) => this.track(channel));
      for (let from = 0; from < total; from += CHUNK_SAMPLES) {
        const count = Math.min(CHUNK_SAMPLES, total - from);
        const chunk = new Int16Array(count * this.channels);
        for (const channel of [0, 1] as const) fill(chunk, tracks[channel] ?? [], from, count, this.channels, this.stereo ? channel : 0);
        await file.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      }
    } finally { await file.close(); }
  }

  private track(channel: 0 | 1): { from: number; sound: Sound }[] {
    return [{ from: 0, sound: SILENCE }, ...this.segments.filter((segment) => segment.channel === channel).map((segment) => ({ from: Math.max(0, Math.round(((segment.at - this.startedAt) / 1000) * RATE)), sound: segment.sound }))];
  }
}

/** Adds a track's sounds to one channel of an interleaved chunk. */
function fill(chunk: Int16Array, track: readonly { from: number; sound: Sound }[], from: number, count: number, channels: number, channel: number): void {
  for (let index = 0; index < track.length; index++) {
    const part = track[index];
    const samples = part?.sound.samples;
    if (!part || !samples || samples.length === 0) continue;
    const end = Math.min(track[index + 1]?.from ?? Infinity, from + count);
    for (let at = Math.max(part.from, from); at < end; at++) {
      const offset = at - part.from;
      if (!part.sound.loops && offset >= samples.length) break;
      const place = (at - from) * channels + channel;
      chunk[place] = (chunk[place] ?? 0) + (samples[offset % samples.length] ?? 0);
    }
  }
}

function header(samples: number, channels: number): Buffer {
  const bytes = samples * channels * 2;
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1'); head.writeUInt32LE(36 + bytes, 4); head.write('WAVEfmt ', 8, 'latin1'); head.writeUInt32LE(16, 16); head.writeUInt16LE(1, 20); head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(RATE, 24); head.writeUInt32LE(RATE * channels * 2, 28); head.writeUInt16LE(channels * 2, 32); head.writeUInt16LE(16, 34); head.write('data', 36, 'latin1'); head.writeUInt32LE(bytes, 40);
  return head;
}
