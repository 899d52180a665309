import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server as IoServer } from 'socket.io';
import { io } from 'socket.io-client';
import { Front } from './front';

/** Two processes behind the front, each saying who it is and whom it takes the caller for. */
async function behind(name: string): Promise<{ port: number; server: Server; live: IoServer; close(): Promise<void> }> {
  const server = createServer((request, response) => { const parts: Buffer[] = []; request.on('data', (c: Buffer) => parts.push(c)); request.on('end', () => response.end(JSON.stringify({ name, path: request.url, from: request.headers['x-forwarded-for'], body: Buffer.concat(parts).toString() }))); });
  const live = new IoServer(server, { path: '/live', transports: ['websocket'] });
  live.on('connection', (socket) => socket.emit('hello', name));
  await new Promise<void>((r) => server.listen(0, '127.0.0.1', r));
  return { port: (server.address() as AddressInfo).port, server, live, close: async () => { await live.close(); server.closeAllConnections(); } };
}
describe('the front before several API processes', () => {
  let a: Awaited<ReturnType<typeof behind>>, b: typeof a, front: Front, base: string;
  beforeEach(async () => { a = await behind('a'); b = await behind('b'); front = new Front({ host: '127.0.0.1', port: 0, targets: [a.port, b.port], tls: null }); base = `http://127.0.0.1:${await front.listen()}`; });
  afterEach(async () => { await front.close(); await a.close(); await b.close(); });
  const ask = async (init?: RequestInit) => { const response = await fetch(`${base}/x?y=1`, init); return { status: response.status, ...((await response.json()) as { name?: string; code?: string; from?: string; path?: string; body?: string }) }; };

  test('sends each request to the next one and says who called, whatever the caller claims', async () => {
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await ask({ headers: { 'x-forwarded-for': '6.6.6.6' } }));
    expect(answers.map((x) => x.name)).toEqual(['a', 'b', 'a', 'b']);
    expect(answers[0]).toMatchObject({ from: expect.stringContaining('127.0.0.1'), path: '/x?y=1' });
    expect(answers.some((x) => x.from?.includes('6.6.6.6'))).toBe(false);
  });
  test('a process that is gone is passed over, with the body whole, and used again when it is back', async () => {
    const { port } = a;
    await a.close();
    for (let i = 0; i < 6; i++) expect(await ask({ method: 'POST', body: `order ${i}` })).toMatchObject({ status: 200, name: 'b', body: `order ${i}` });
    await new Promise((r) => setTimeout(r, 600));
    const again = createServer((_q, r) => r.end('{"name":"a"}'));
    await new Promise<void>((r) => again.listen(port, '127.0.0.1', r));
    const names = new Set<string | undefined>();
    for (let i = 0; i < 4; i++) names.add((await ask()).name);
    again.closeAllConnections();
    again.close();
    expect(names).toEqual(new Set(['a', 'b']));
  });
  test('with none left it says so as JSON instead of hanging', async () => {
    await a.close();
    await b.close();
    expect(await ask({ method: 'POST', body: 'x' })).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE' });
  });
  test('live connections go through by WebSocket, to either process', async () => {
    const names = new Set<string>();
    for (let i = 0; i < 2; i++) { const socket = io(base, { path: '/live', transports: ['websocket'], reconnection: false }); names.add(await new Promise<string>((r) => socket.on('hello', r))); socket.close(); }
    expect(names).toEqual(new Set(['a', 'b']));
  });
});
