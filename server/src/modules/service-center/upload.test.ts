import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AttachmentService } from '../../domain/work-order/attachment.service';
import { AppError } from '../../platform/errors/app-error';
import { BlobStore } from '../../platform/storage';
import { readUpload } from './upload';

const dir = mkdtempSync(join(tmpdir(), 'ronghu-upload-'));
let server: Server, base: string;
beforeAll(async () => {
  const service = new AttachmentService({ blobs: new BlobStore(dir) } as never);
  server = createServer((request, response) => {
    readUpload(request, (stream) => service.keep(stream)).then((answer) => response.end(JSON.stringify(answer)), (error: unknown) => { response.statusCode = error instanceof AppError ? error.status : 500; response.end(JSON.stringify({ code: (error as AppError).code ?? String(error), message: (error as Error).message })); });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => { server.closeAllConnections(); server.close(); rmSync(dir, { recursive: true, force: true }); });
const jpeg = (size: number) => { const b = Buffer.alloc(size, 1); b.set([0xff, 0xd8, 0xff, 0xe0]); return b; };
const form = (fields: Record<string, string>, ...files: [string, Buffer, string][]) => { const f = new FormData(); for (const [key, data, name] of files) f.append(key, new Blob([new Uint8Array(data)]), name); for (const [k, v] of Object.entries(fields)) f.append(k, v); return f; };
const send = async (body: FormData | string) => (await fetch(base, { method: 'POST', body })).json() as Promise<Record<string, unknown> & { kept?: { bytes: number; kind: { mime: string } } }>;

test('a picture streams in and is told by its content, with Chinese names and fields after the file', async () => {
  expect(await send(form({ companyId: '11', stage: 'intake', lat: '45.7', lng: '126.6' }, ['file', jpeg(300_000), '漏水.png']))).toMatchObject({ facts: { companyId: 11, stage: 'intake', name: '漏水.png', place: { lat: 45.7, lng: 126.6 } }, kept: { bytes: 300_000, kind: { mime: 'image/jpeg' } } });
});
test('a 50 MB photo is refused with a sentence and nothing stays behind', async () => {
  expect(await send(form({ companyId: '11' }, ['file', jpeg(50_000_000), 'big.jpg']))).toMatchObject({ code: 'TOO_LARGE', message: '文件超过 20 MB，不能上传' });
}, 30_000);
test('a script called photo.jpg, an empty file, two files, no file, wrong fields and no form are refused', async () => {
  expect(await send(form({ companyId: '11' }, ['file', Buffer.from('<html><script>alert(1)</script></html>'), 'photo.jpg']))).toMatchObject({ code: 'UNSUPPORTED_FILE' });
  expect(await send(form({ companyId: '11' }, ['file', Buffer.alloc(0), 'a.jpg']))).toMatchObject({ code: 'UNSUPPORTED_FILE' });
  expect(await send(form({ companyId: '11' }, ['file', jpeg(100), 'a.jpg'], ['file', jpeg(100), 'b.jpg']))).toMatchObject({ code: 'BAD_INPUT' });
  expect(await send(form({ companyId: '11' }))).toMatchObject({ code: 'BAD_INPUT', message: '没有收到文件' });
  expect(await send(form({ companyId: 'abc', evil: '1' }, ['file', jpeg(100), 'a.jpg']))).toMatchObject({ code: 'BAD_INPUT' });
  expect(await send(form({}, ['other', jpeg(100), 'a.jpg']))).toMatchObject({ code: 'BAD_INPUT' });
  expect(await send('{"a":1}')).toMatchObject({ code: 'BAD_INPUT' });
});
