import { createServer } from 'node:https';
import { get } from 'node:https';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localAuthority } from './local-authority';

test('a client that trusts the local authority reaches the server by its address, and the certificate is kept until an address is new', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ronghu-ca-'));
  const files = await localAuthority(dir, ['192.0.2.7'], Date.now());
  const server = createServer({ cert: readFileSync(files.certFile), key: readFileSync(files.keyFile) }, (_, res) => res.end('好'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const body = await new Promise<string>((resolve, reject) => get({ host: '127.0.0.1', port, ca: readFileSync(files.authorityFile) }, (res) => { let text = ''; res.on('data', (d) => { text += d; }); res.on('end', () => resolve(text)); }).on('error', reject));
  expect(body).toBe('好');
  await expect(new Promise((resolve, reject) => get({ host: '127.0.0.1', port }, resolve).on('error', reject))).rejects.toThrow();
  const first = readFileSync(files.certFile, 'utf8');
  await localAuthority(dir, ['192.0.2.7'], Date.now());
  expect(readFileSync(files.certFile, 'utf8')).toBe(first);
  await localAuthority(dir, ['192.0.2.8'], Date.now());
  expect(readFileSync(files.certFile, 'utf8')).not.toBe(first);
  expect(statSync(files.keyFile).mode & 0o077).toBe(0);
  server.close();
  rmSync(dir, { recursive: true, force: true });
});
