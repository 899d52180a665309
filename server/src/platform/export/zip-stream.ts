import type { Writable } from 'node:stream';
import { createDeflateRaw, type DeflateRaw } from 'node:zlib';
import { crc32 } from './crc32';

/** Sizes in the plain ZIP form are 32 bits; a part beyond this would need ZIP64, which spreadsheet readers treat unevenly. */
export const MAX_PART_BYTES = 0xf000_0000;
const DOS_TIME = 0, DOS_DATE = (46 << 9) | (1 << 5) | 1; // 2026-01-01: the same content gives the same bytes
/** Data descriptor follows (bit 3), names are UTF-8 (bit 11). */
const FLAGS = 0x0808;

/** Waits for an event of a stream, or for its end by whatever cause: a receiver that is gone never drains. */
const until = (stream: Writable, event: 'drain' | 'finish'): Promise<void> => new Promise((resolve) => {
  const done = (): void => { stream.off(event, done).off('close', done); resolve(); };
  stream.on(event, done).on('close', done);
  if (stream.destroyed) done();
});

interface Entry { name: Buffer; crc: number; packed: number; plain: number; offset: number }

/** Writes a ZIP archive part by part into a stream, without knowing sizes beforehand and without keeping anything. One part at a time. */
export class ZipStream {
  private readonly entries: Entry[] = [];
  private offset = 0;
  private failure: Error | undefined;
  constructor(private readonly out: Writable) {
    out.on('error', (error: Error) => { this.failure = error; });
    out.on('close', () => { this.failure ??= out.writableFinished ? undefined : new Error('the receiver closed the connection'); });
  }

  /** Begins a part. */
  async part(name: string): Promise<ZipPart> {
    const entry: Entry = { name: Buffer.from(name), crc: 0, packed: 0, plain: 0, offset: this.offset };
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0); head.writeUInt16LE(20, 4); head.writeUInt16LE(FLAGS, 6); head.writeUInt16LE(8, 8); head.writeUInt16LE(DOS_TIME, 10); head.writeUInt16LE(DOS_DATE, 12); head.writeUInt16LE(entry.name.length, 26);
    await this.push(Buffer.concat([head, entry.name]));
    this.entries.push(entry);
    return new ZipPart(entry, (chunk) => this.push(chunk), this.out);
  }

  /** Writes the directory and ends the stream. */
  async finish(): Promise<void> {
    const begin = this.offset;
    for (const e of this.entries) {
      const head = Buffer.alloc(46);
      head.writeUInt32LE(0x02014b50, 0); head.writeUInt16LE(20, 4); head.writeUInt16LE(20, 6); head.writeUInt16LE(FLAGS, 8); head.writeUInt16LE(8, 10); head.writeUInt16LE(DOS_TIME, 12); head.writeUInt16LE(DOS_DATE, 14);
      head.writeUInt32LE(e.crc, 16); head.writeUInt32LE(e.packed, 20); head.writeUInt32LE(e.plain, 24); head.writeUInt16LE(e.name.length, 28); head.writeUInt32LE(e.offset, 42);
      await this.push(Buffer.concat([head, e.name]));
    }
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0); end.writeUInt16LE(this.entries.length, 8); end.writeUInt16LE(this.entries.length, 10); end.writeUInt32LE(this.offset - begin, 12); end.writeUInt32LE(begin, 16);
    await this.push(end);
    this.out.end();
    if (!this.out.writableFinished) await until(this.out, 'finish');
    if (this.failure) throw this.failure;
  }

  private async push(chunk: Buffer): Promise<void> {
    if (this.failure) throw this.failure;
    if (this.offset + chunk.length > 0xffff_ffff) throw new Error('archive beyond 4 GiB');
    this.offset += chunk.length;
    if (!this.out.write(chunk)) await until(this.out, 'drain');
    if (this.failure) throw this.failure;
  }
}

/** One part being written. `write` resolves when the receiver can take more, so a slow browser holds the query back and memory stays flat. */
export class ZipPart {
  private readonly deflate: DeflateRaw = createDeflateRaw({ level: 4, memLevel: 9 });
  private readonly pumping: Promise<void>;
  private readonly unhook: () => void;
  private failure: Error | undefined;
  constructor(private readonly entry: Entry, private readonly push: (chunk: Buffer) => Promise<void>, out: Writable) {
    this.pumping = this.pump();
    // The failure is raised by the next write or by end(); a receiver gone before either must not be an unhandled rejection.
    this.pumping.catch((error: Error) => { this.failure ??= error; this.deflate.destroy(); });
    this.unhook = (): void => { out.off('close', gone); };
    const gone = (): void => { this.failure ??= new Error('the receiver closed the connection'); this.deflate.destroy(); };
    out.once('close', gone);
  }
  get bytes(): number { return this.entry.plain; }
  async write(text: string): Promise<void> {
    if (this.failure) throw this.failure;
    const chunk = Buffer.from(text);
    this.entry.crc = crc32(chunk, this.entry.crc);
    this.entry.plain += chunk.length;
    if (this.deflate.destroyed) throw new Error('the receiver closed the connection');
    if (!this.deflate.write(chunk)) await until(this.deflate, 'drain');
  }
  async end(): Promise<void> {
    this.deflate.end();
    await this.pumping;
    this.unhook();
    const tail = Buffer.alloc(16);
    tail.writeUInt32LE(0x08074b50, 0); tail.writeUInt32LE(this.entry.crc, 4); tail.writeUInt32LE(this.entry.packed, 8); tail.writeUInt32LE(this.entry.plain, 12);
    await this.push(tail);
  }
  private async pump(): Promise<void> {
    for await (const chunk of this.deflate) { this.entry.packed += (chunk as Buffer).length; await this.push(chunk as Buffer); }
  }
}
