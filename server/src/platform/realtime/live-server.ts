import type { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'socket.io';
import type { FrontEnd, LiveMessage, ResumeAnswer, ResumeRequest } from '@ronghu/contract';
import type { Clock } from '../clock';
import type { Log } from '../log';
import type { Scope } from '../identity/scope';
import type { SessionService } from '../identity/session.service';
import { frontOf, sessionToken } from '../http/front';
import type { Hub } from './hub';
import { roomsOf } from './rooms';

const CHECK_MS = 60_000;
/** Socket.IO over the hub: who may be in which room is decided here, from the session, and again whenever rights change. */
export class LiveServer {
  private readonly io: Server;
  private readonly check: NodeJS.Timeout;
  private checking = false;
  constructor(http: HttpServer, private readonly d: { hub: Hub; sessions: SessionService; clock: Clock; log: Log }) {
    this.io = new Server(http, { path: '/live', serveClient: false, transports: ['websocket', 'polling'], maxHttpBufferSize: 64 * 1024, pingInterval: 10000, pingTimeout: 8000, perMessageDeflate: false, cors: undefined });
    this.io.use((socket, next) => {
      const front = frontOf(socket.request), origin = socket.request.headers.origin;
      if (!front || (origin && new URL(origin).host !== socket.request.headers.host)) { next(new Error('FORBIDDEN')); return; }
      d.sessions.resolve(sessionToken(socket.request.headers.cookie, front), front, socket.handshake.address).then((found) => {
        if (!found) { next(new Error('UNAUTHENTICATED')); return; }
        socket.data = { scope: found.scope, front, token: sessionToken(socket.request.headers.cookie, front) };
        next();
      }, (error: unknown) => { d.log.warn('live sign-in failed', { error }); next(new Error('DATABASE_UNAVAILABLE')); });
    });
    this.io.on('connection', (socket) => this.connected(socket));
    d.hub.onMessage((message) => { this.io.to(message.room).emit('live', message); });
    d.sessions.onChange((accountId, reason) => { for (const socket of this.io.sockets.sockets.values()) if ((socket.data as { scope: Scope }).scope.accountId === accountId) void this.recheck(socket, reason); });
    // rights taken away by another process are seen within a minute here; in this process at once
    this.check = setInterval(() => void this.recheckAll(), CHECK_MS);
    this.check.unref();
  }
  get connections(): number { return this.io.engine.clientsCount; }
  async close(): Promise<void> { clearInterval(this.check); await this.io.close(); }

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
  /** One after the other: a thousand questions at once would hold up the database for the telephone. */
  private async recheckAll(): Promise<void> {
    if (this.checking) return;
    this.checking = true;
    try { for (const socket of [...this.io.sockets.sockets.values()]) if (socket.connected) await this.recheck(socket, null); } finally { this.checking = false; }
  }
  private async recheck(socket: Socket, reason: 'signedOut' | 'rightsChanged' | null): Promise<void> {
    const { front, token } = socket.data as { front: FrontEnd; token: string };
    const found = await this.d.sessions.resolve(token, front, socket.handshake.address).catch(() => undefined); // database away: keep what was granted until it is back
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
