import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { FrontEnd, LiveMessage, ResumeAnswer, ResumeRequest } from '@ronghu/contract';
import type { Clock } from '../clock';
import type { Config } from '../config/config';
import type { Log } from '../log';
import type { Scope } from '../identity/scope';
import type { SessionService } from '../identity/session.service';
import { frontOf, sessionToken } from '../http/front';
import type { Signals } from '../cache';
import { FanOut } from './fan-out';
import type { Hub } from './hub';
import { roomsOf } from './rooms';

const CHECK_MS = 60_000, CHECKED_AT_ONCE = 16;
/** Socket.IO over the hub: who may be in which room is decided here, from the session, and again whenever rights change. */
export class LiveServer {
  private readonly io: Server;
  private readonly check: NodeJS.Timeout;
  constructor(http: HttpServer, private readonly d: { config: Pick<Config, 'http'>; hub: Hub; sessions: SessionService; signals: Signals; clock: Clock; log: Log }) {
    this.io = new Server(http, { path: '/live', serveClient: false, transports: ['websocket'], maxHttpBufferSize: 64 * 1024, pingInterval: 10000, pingTimeout: 8000, perMessageDeflate: false, cors: undefined });
    const addressOf = this.addressOf;
    this.io.use((socket, next) => {
      const front = frontOf(socket.request), origin = socket.request.headers.origin;
      if (!front || (origin && new URL(origin).host !== socket.request.headers.host)) { next(new Error('FORBIDDEN')); return; }
      d.sessions.resolve(sessionToken(socket.request.headers.cookie, front), front, addressOf(socket)).then((found) => {
        if (!found) { next(new Error('UNAUTHENTICATED')); return; }
        socket.data = { scope: found.scope, front, token: sessionToken(socket.request.headers.cookie, front) };
        next();
      }, (error: unknown) => { d.log.warn('live sign-in failed', { error }); next(new Error('DATABASE_UNAVAILABLE')); });
    });
    this.io.on('connection', (socket) => this.connected(socket));
    const fanOut = new FanOut({ members: (room) => this.io.sockets.adapter.rooms.get(room), emit: (connections, message) => { this.io.to(connections).emit('live', message); } });
    d.hub.onMessage((message) => fanOut.send(message));
    d.sessions.onChange((accountId, reason) => void this.recheckAll(accountId, reason));
    d.signals.on('live', ({ room, event }) => d.hub.here(room, event));
    d.signals.onGap(() => {
      d.hub.renew();
      for (const room of this.io.sockets.adapter.rooms.keys()) if (!this.io.sockets.sockets.has(room)) d.hub.here(room, { kind: 'reload' });
    });
    // what no signal told (a clock ran out, an account was changed by hand) is seen within a minute
    this.check = setInterval(() => void this.recheckAll(null, null), CHECK_MS);
    this.check.unref();
  }
  get connections(): number { return this.io.engine.clientsCount; }
  async close(): Promise<void> { clearInterval(this.check); await this.io.close(); }

  /** The caller's address; behind a front of ours the one it names last. */
  private readonly addressOf = (socket: Socket): string => {
    const told = this.d.config.http.trustProxy ? String(socket.handshake.headers['x-forwarded-for'] ?? '').split(',').pop()?.trim() : '';
    return told || socket.handshake.address;
  };
  private connected(socket: Socket): void {
    const { scope } = socket.data as { scope: Scope };
    for (const room of roomsOf(scope)) void socket.join(room);
    socket.on('resume', (request: unknown, answer: unknown) => { if (typeof answer === 'function') (answer as (a: ResumeAnswer) => void)(this.resume(socket, request)); });
  }
  private resume(socket: Socket, request: unknown): ResumeAnswer {
    const wanted = (request as ResumeRequest | null)?.rooms, out: ResumeAnswer = { rooms: {}, heads: this.heads(socket), serverTime: this.d.clock.now() };
    if (!wanted || typeof wanted !== 'object') return out;
    for (const [room, seen] of Object.entries(wanted).slice(0, 200)) {
      if (!socket.rooms.has(room)) { out.rooms[room] = 'left'; continue; }
      const messages: LiveMessage[] | null = seen && typeof seen.epoch === 'string' && Number.isInteger(seen.seq) ? this.d.hub.since(room, seen) : null;
      out.rooms[room] = messages ? 'resumed' : 'snapshot';
      for (const message of messages ?? []) socket.emit('live', message);
    }
    return out;
  }
  private heads(socket: Socket): ResumeAnswer['heads'] { return Object.fromEntries([...socket.rooms].filter((room) => room !== socket.id).map((room) => [room, this.d.hub.position(room)])); }
  /** Several at a time: a thousand sessions asked at once would keep everyone else from the database. */
  private async recheckAll(accountId: number | null, reason: 'signedOut' | 'rightsChanged' | null): Promise<void> {
    const sockets = [...this.io.sockets.sockets.values()].filter((socket) => accountId === null || (socket.data as { scope: Scope }).scope.accountId === accountId);
    await Promise.all(Array.from({ length: Math.min(CHECKED_AT_ONCE, sockets.length) }, async () => { for (let socket = sockets.pop(); socket; socket = sockets.pop()) if (socket.connected) await this.recheck(socket, reason); }));
  }
  private async recheck(socket: Socket, reason: 'signedOut' | 'rightsChanged' | null): Promise<void> {
    const { front, token } = socket.data as { front: FrontEnd; token: string };
    const found = await this.d.sessions.resolve(token, front, this.addressOf(socket)).catch(() => undefined); // database away: keep what was granted until it is back
    if (found === undefined) return;
    const say = (why: 'signedOut' | 'rightsChanged') => socket.emit('live', { room: 'session', seq: 0, epoch: this.d.hub.epoch, at: this.d.clock.now(), event: { kind: 'session', reason: why } } satisfies LiveMessage);
    if (!found) { say('signedOut'); socket.disconnect(true); return; }
    socket.data = { ...(socket.data as object), scope: found.scope };
    const allowed = new Set(roomsOf(found.scope));
    for (const room of socket.rooms) if (room !== socket.id && !allowed.has(room)) void socket.leave(room);
    for (const room of allowed) void socket.join(room);
    if (reason) say('rightsChanged');
  }
}
