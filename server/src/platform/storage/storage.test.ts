import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync, existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { sm3Hex } from '../crypto';
import { assertInside, blobPath, BlobStore } from '.';

let dir: string;
beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'ronghu-blob-')); });
afterEach(() => rmSync(dir, { recursive: true, force: true }));
const text = async (stream: Readable): Promise<string> => { let s = ''; for await (const c of stream) s += String(c); return s; };
const drafts = (): string[] => (existsSync(join(dir, 'tmp')) ? readdirSync(join(dir, 'tmp')) : []);

it('a file comes back by its SM3, whole or in part, and the same content is kept once', async () => {
  const store = new BlobStore(dir);
  const put = () => store.put(Readable.from([Buffer.from('照片'), Buffer.from('0123456789')]), { maxBytes: 100 });
  const blob = await put();
  expect(blob).toEqual({ sm3: sm3Hex('照片0123456789'), bytes: 16 });
  expect(await put()).toEqual(blob);
  expect(drafts()).toEqual([]);
  expect(await text((await store.open(blob.sm3)).stream)).toBe('照片0123456789');
  const part = await store.open(blob.sm3, { start: 6, end: 999 });
  expect(part).toMatchObject({ size: 16, start: 6, end: 15 });
  expect(await text(part.stream)).toBe('0123456789');
  expect(await store.size(blob.sm3)).toBe(16);
  expect(await store.intact(blob.sm3)).toBe(true);
  await expect(store.open(blob.sm3, { start: 16, end: 20 })).rejects.toMatchObject({ code: 'BAD_INPUT' });
});
it('a changed file is not intact, a missing one is said to be missing', async () => {
  const store = new BlobStore(dir);
  const { sm3 } = await store.put(Readable.from(['x']), { maxBytes: 10 });
  writeFileSync(blobPath(dir, sm3), 'y');
  expect(await store.intact(sm3)).toBe(false);
  await store.remove(sm3);
  expect(await store.size(sm3)).toBeNull();
  await expect(store.open(sm3)).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404 });
});
it('a stream beyond the limit is refused while it comes in, and leaves nothing', async () => {
  const store = new BlobStore(dir);
  let given = 0;
  const endless = async function* () { for (;;) { given += 1000; yield Buffer.alloc(1000); } };
  await expect(store.put(endless(), { maxBytes: 20_000_000 })).rejects.toMatchObject({ code: 'TOO_LARGE', message: '文件超过 20 MB，不能上传' });
  expect(given).toBeLessThan(20_100_000);
  expect(drafts()).toEqual([]);
});
it('a stream that breaks off leaves nothing', async () => {
  const broken = async function* () { yield Buffer.from('half'); throw new Error('connection reset'); };
  await expect(new BlobStore(dir).put(broken(), { maxBytes: 100 })).rejects.toThrow('connection reset');
  expect(drafts()).toEqual([]);
  expect(readdirSync(dir)).toEqual(['tmp']);
});
it('a full disk is told in Chinese with its own code, and leaves nothing', async () => {
  const full = new BlobStore(dir, async (path) => { writeFileSync(path, ''); return { write: async () => { throw Object.assign(new Error('no space'), { code: 'ENOSPC' }); }, sync: async () => undefined, close: async () => undefined }; });
  await expect(full.put(Readable.from(['x']), { maxBytes: 10 })).rejects.toMatchObject({ code: 'STORAGE_FULL', status: 507 });
  expect(drafts()).toEqual([]);
});
it('a disk that fails when it is synced keeps no half file under the final name', async () => {
  const bad = new BlobStore(dir, async (path) => { writeFileSync(path, ''); return { write: (async (b: Buffer, at: number, n: number) => ({ bytesWritten: n - 0 * at, buffer: b })) as never, sync: async () => { throw Object.assign(new Error('i/o'), { code: 'EIO' }); }, close: async () => undefined }; });
  await expect(bad.put(Readable.from(['x']), { maxBytes: 10 })).rejects.toThrow('i/o');
  expect(existsSync(blobPath(dir, sm3Hex('x')))).toBe(false);
});
it('a root that is not a folder is an error and not a loss in silence', async () => {
  const root = join(dir, 'file');
  writeFileSync(root, '');
  await expect(new BlobStore(root).put(Readable.from(['x']), { maxBytes: 10 })).rejects.toMatchObject({ code: 'ENOTDIR' });
});
it.each(['../../etc/passwd', '', 'A'.repeat(64), `${'a'.repeat(63)}/`, 'a'.repeat(65), `${'a'.repeat(62)}..`])('the name %j is no path', async (name) => {
  expect(() => blobPath(dir, name)).toThrow(RangeError);
  await expect(new BlobStore(dir).open(name)).rejects.toThrow(RangeError);
});
it.each(['../x', '/etc/passwd', 'a/../../x', '.', '', 'a\0b'])('the path %j does not stay inside', (path) => expect(() => assertInside(dir, path)).toThrow(RangeError));
it('a path below the root stays, a sibling with the same beginning does not', () => {
  expect(assertInside(dir, '2026/11/a.wav')).toBe(join(dir, '2026/11/a.wav'));
  expect(() => assertInside(dir, `${dir}-other/a`)).toThrow(RangeError);
});
it('drafts that a crash left are swept when they are old', async () => {
  mkdirSync(join(dir, 'tmp'));
  for (const name of ['old', 'young']) writeFileSync(join(dir, 'tmp', name), '');
  utimesSync(join(dir, 'tmp', 'old'), 1, 1);
  const store = new BlobStore(dir);
  expect(await store.sweep(Date.now())).toBe(1);
  expect(drafts()).toEqual(['young']);
  expect(await new BlobStore(join(dir, 'none')).sweep(Date.now())).toBe(0);
  expect(readFileSync(join(dir, 'tmp', 'young'), 'utf8')).toBe('');
});
