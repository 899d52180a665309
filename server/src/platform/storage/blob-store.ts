import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { AppError } from '../errors/app-error';
import { blobPath } from './blob-path';

export interface StoredBlob { sm3: string; bytes: number }
/** First and last byte, both inclusive, as in an HTTP range. */
export interface ByteRange { start: number; end: number }
export interface OpenedBlob { stream: Readable; /** Length of the whole file. */ size: number; start: number; end: number }

/** How a file is made; replaced in tests that break the disk. */
type OpenFile = (path: string) => Promise<Pick<FileHandle, 'write' | 'sync' | 'close'>>;
const DISK_FULL = new Set(['ENOSPC', 'EDQUOT']);

/**
 * Files on disk named by the SM3 of their content: written once, never changed, the same content kept once. A file is either whole or not there:
 * it is written beside, synced to the disk and renamed.
 */
export class BlobStore {
  constructor(private readonly root: string, private readonly openFile: OpenFile = (path) => open(path, 'wx', 0o640)) {}

  /**
   * Keeps a stream. @param maxBytes the limit, checked while it comes in.
   * @throws AppError TOO_LARGE beyond the limit, STORAGE_FULL when the disk has no room; the stream's own error when it breaks. Nothing stays behind.
   */
  async put(source: AsyncIterable<Buffer | Uint8Array | string>, options: { maxBytes: number }): Promise<StoredBlob> {
    const draft = join(this.root, 'tmp', `${process.pid}-${randomBytes(8).toString('hex')}`);
    try {
      await mkdir(dirname(draft), { recursive: true });
      const stored = await this.write(draft, source, options.maxBytes);
      const path = blobPath(this.root, stored.sm3);
      await mkdir(dirname(path), { recursive: true });
      await rename(draft, path); // over the same content, when it is already here
      await syncFolder(dirname(path));
      return stored;
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined); // the folder itself may be what failed
      throw DISK_FULL.has(String((error as NodeJS.ErrnoException).code)) ? new AppError('STORAGE_FULL', undefined, undefined, error) : error;
    }
  }

  /** Opens a file or a part of it; an end beyond the file is cut. @throws AppError NOT_FOUND when there is none; BAD_INPUT for a range outside it. */
  async open(sm3: string, range?: ByteRange): Promise<OpenedBlob> {
    const path = blobPath(this.root, sm3);
    const size = await this.sizeOf(path);
    if (size === null) throw new AppError('NOT_FOUND', '文件不存在，可能已超过保存期限');
    const start = range?.start ?? 0, end = Math.min(range?.end ?? size - 1, size - 1);
    if (size > 0 && (start < 0 || start > end)) throw new AppError('BAD_INPUT', '请求的范围超出文件长度');
    return { stream: size === 0 ? createReadStream(path) : createReadStream(path, { start, end }), size, start, end };
  }
  /** Bytes of a stored file, or null. */
  size(sm3: string): Promise<number | null> { return this.sizeOf(blobPath(this.root, sm3)); }
  /** True when the file on disk still has the content it is named by. */
  async intact(sm3: string): Promise<boolean> {
    const hash = createHash('sm3');
    try { for await (const chunk of (await this.open(sm3)).stream) hash.update(chunk as Buffer); } catch { return false; }
    return hash.digest('hex') === sm3;
  }
  /** Removes one file; only the retention job calls this, after the last record that names it is gone. */
  async remove(sm3: string): Promise<void> { await rm(blobPath(this.root, sm3), { force: true }); }
  /** Removes drafts that a crash left, older than `olderThanMs`. Returns how many. */
  async sweep(now: number, olderThanMs = 3_600_000): Promise<number> {
    const folder = join(this.root, 'tmp');
    let removed = 0;
    for (const name of await readdir(folder).catch((error: NodeJS.ErrnoException) => { if (error.code === 'ENOENT') return []; throw error; })) {
      const path = join(folder, name);
      if (now - (await stat(path)).mtimeMs > olderThanMs) { await rm(path, { force: true }); removed += 1; }
    }
    return removed;
  }

  private async write(path: string, source: AsyncIterable<Buffer | Uint8Array | string>, maxBytes: number): Promise<StoredBlob> {
    const hash = createHash('sm3');
    const file = await this.openFile(path);
    let bytes = 0;
    try {
      for await (const piece of source) {
        const chunk = Buffer.from(piece as Uint8Array);
        bytes += chunk.length;
        if (bytes > maxBytes) throw new AppError('TOO_LARGE', `文件超过 ${Math.floor(maxBytes / 1_000_000)} MB，不能上传`);
        hash.update(chunk);
        for (let at = 0; at < chunk.length;) at += (await file.write(chunk, at, chunk.length - at)).bytesWritten;
      }
      await file.sync();
    } finally { await file.close(); }
    return { sm3: hash.digest('hex'), bytes };
  }
  private async sizeOf(path: string): Promise<number | null> {
    try { return (await stat(path)).size; } catch (error) { if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null; throw error; }
  }
}

/** The name itself must survive a power cut, not only the content. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try { await folder.sync(); } finally { await folder.close(); }
}
