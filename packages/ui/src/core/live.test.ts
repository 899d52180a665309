import { effectScope } from 'vue';
import type { LiveMessage, ResumeAnswer, ResumeRequest } from '@ronghu/contract';
import { createLive, type LiveSocket } from './live';
import { RoomLedger } from './room-ledger';

/** Stands in for the socket: keeps what was asked and answers from a list. */
class FakeSocket implements LiveSocket {
  connected = false;
  asked: ResumeRequest[] = [];
  answers: (ResumeAnswer | Error)[] = [];
  private handlers = new Map<string, (...args: never[]) => void>();
  on(name: string, handler: (...args: never[]) => void): void { this.handlers.set(name, handler); }
  fire(name: string, body?: unknown): void { this.handlers.get(name)?.(body as never); }
  connect(): void { this.connected = true; this.fire('connect'); }
  disconnect(): void { this.connected = false; this.fire('disconnect'); }
  timeout(): { emitWithAck(name: string, body: unknown): Promise<unknown> } {
    return { emitWithAck: async (_name, body) => { this.asked.push(body as ResumeRequest); const next = this.answers.shift() ?? { rooms: {}, heads: {}, serverTime: Date.now() }; if (next instanceof Error) throw next; return next; } };
  }
}
const message = (room: string, seq: number, epoch = 'e1'): LiveMessage => ({ room, seq, epoch, at: 1, event: { kind: 'board', orgId: seq, at: 1 } });
const settle = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

function make(): { socket: FakeSocket; live: ReturnType<typeof createLive>; got: number[]; reloaded: string[][] } {
  const socket = new FakeSocket();
  const live = createLive('agent', { socket: (path) => { expect(path).toBe('/agent/live'); return socket; } });
  const got: number[] = [];
  const reloaded: string[][] = [];
  live.on('board', (e) => got.push(e.orgId));
  live.onReload((rooms) => reloaded.push(rooms));
  live.connect();
  return { socket, live, got, reloaded };
}

test('messages arrive in order and a repeated one is dropped', async () => {
  const { socket, got } = make();
  await settle();
  for (const seq of [1, 2, 2, 1, 3]) socket.fire('live', message('board:1', seq));
  expect(got).toEqual([1, 2, 3]);
});

test('a gap asks for the missing messages and delivers each once, in order', async () => {
  const { socket, got, reloaded } = make();
  await settle();
  socket.fire('live', message('board:1', 1));
  socket.answers.push({ rooms: { 'board:1': 'resumed' }, heads: {}, serverTime: 1 });
  socket.fire('live', message('board:1', 3));
  expect(socket.asked.at(-1)?.rooms['board:1']).toEqual({ epoch: 'e1', seq: 1 });
  socket.fire('live', message('board:1', 2));
  socket.fire('live', message('board:1', 3));
  await settle();
  expect(got).toEqual([1, 2, 3]);
  expect(reloaded).toEqual([]);
});

test('after an interruption that is too long the pages load anew', async () => {
  const { socket, live, got, reloaded } = make();
  await settle();
  socket.fire('live', message('board:1', 7));
  socket.disconnect();
  expect(live.state.value).toBe('interrupted');
  socket.answers.push({ rooms: { 'board:1': 'snapshot' }, heads: { 'board:1': { epoch: 'e1', seq: 90 } }, serverTime: 1 });
  socket.connect();
  await settle();
  expect(live.state.value).toBe('live');
  expect(reloaded).toEqual([['board:1']]);
  socket.fire('live', message('board:1', 91));
  expect(got).toEqual([7, 91]);
});

test('a message lost from a room that had been silent is noticed by the head the server gave', async () => {
  const { socket } = make();
  socket.answers.length = 0;
  await settle();
  socket.disconnect();
  socket.answers.push({ rooms: {}, heads: { 'person:1': { epoch: 'e1', seq: 4 } }, serverTime: 1 });
  socket.connect();
  await settle();
  const before = socket.asked.length;
  socket.fire('live', message('person:1', 6));
  expect(socket.asked.length).toBe(before + 1);
});

test('a new epoch of the server reloads and goes on from its message', async () => {
  const { socket, got, reloaded } = make();
  await settle();
  socket.fire('live', message('board:1', 50));
  socket.fire('live', message('board:1', 1, 'e2'));
  socket.fire('live', message('board:1', 2, 'e2'));
  expect(got).toEqual([50, 1, 2]);
  expect(reloaded).toEqual([['board:1']]);
});

test('a resume that is not answered after a reconnection reloads, and a handler goes with its scope', async () => {
  const { socket, live, reloaded } = make();
  await settle();
  const scope = effectScope();
  let heard = 0;
  scope.run(() => live.on('board', () => { heard += 1; }));
  socket.fire('live', message('board:1', 1));
  scope.stop();
  socket.fire('live', message('board:1', 2));
  expect(heard).toBe(1);
  socket.disconnect();
  socket.answers.push(new Error('timeout'));
  socket.connect();
  await settle();
  expect(reloaded).toEqual([[]]);
});

test('closing forgets what was seen, so that the next person starts clean', async () => {
  const { socket, live } = make();
  await settle();
  socket.fire('live', message('person:1', 5));
  live.close();
  expect(live.state.value).toBe('closed');
  live.connect();
  await settle();
  expect(socket.asked.at(-1)?.rooms).toEqual({});
});

test('a word to this connection alone is not counted and never taken for a repetition', async () => {
  const { socket, live } = make();
  await settle();
  const reasons: string[] = [];
  live.on('session', (e) => reasons.push(e.reason));
  for (const reason of ['rightsChanged', 'signedOut'] as const) socket.fire('live', { room: 'session', seq: 0, epoch: 'e1', at: 1, event: { kind: 'session', reason } });
  expect(reasons).toEqual(['rightsChanged', 'signedOut']);
});

test('the ledger does not move on a gap', () => {
  const ledger = new RoomLedger();
  expect(ledger.take(message('a', 1))).toBe('next');
  expect(ledger.take(message('a', 5))).toBe('gap');
  expect(ledger.request().rooms).toEqual({ a: { epoch: 'e1', seq: 1 } });
});
