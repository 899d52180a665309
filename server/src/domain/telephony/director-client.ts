import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import WebSocket from 'ws';
import { ERRORS, type ErrorCode } from '@ronghu/contract';
import { AppError } from '../../platform/errors/app-error';
import { DIRECTOR_PATH, type AgentView, type DirectorAnswer, type DirectorEvent, type DirectorEvents, type DirectorHealth, type DirectorOp, type DirectorOps, type LiveCall, type QueueState, type SkillGroupView } from './director-protocol';

/** `url`: one, or those of every director of the group; the one with the highest epoch is listened to. */
export interface DirectorClientOptions { url: string | readonly string[]; token: string; /** Authority of the directors' certificates, for wss:// addresses: a file in PEM. */ caFile?: string; timeoutMs?: number; retryMs?: number; /** A director that has not been heard for so long is taken for dead; it beats once a second. */ silenceMs?: number }
interface Line { url: string; socket: WebSocket | null; retry: NodeJS.Timeout | null; /** What its snapshot said; null before one came. */ epoch: number | null }
interface Waiting { resolve(result: unknown): void; reject(error: AppError): void; timer: NodeJS.Timeout }

/**
 * The api process's end of the director link: reconnects by itself for ever, keeps a mirror of what the director last said, and fails requests
 * with DIRECTOR_UNAVAILABLE when the director is away or silent. A request is never sent twice by the client; retrying with the same key is safe.
 */
export class DirectorClient {
  /** What the director last said; kept while it is away (`connected` tells). */
  readonly agents = new Map<number, AgentView>();
  readonly calls = new Map<string, LiveCall>();
  queue: QueueState = { waiting: 0, longestWaitMs: 0, allBusy: false, calls: [] };
  skillGroups: SkillGroupView[] = [];
  restReasons: string[] = [];
  health: DirectorHealth | null = null;
  connected = false;
  private readonly emitter = new EventEmitter();
  private readonly waiting = new Map<number, Waiting>();
  private readonly lines: Line[];
  private active: Line | null = null;
  private sequence = 0;
  private closed = false;

  private readonly authority: Buffer | null;

  constructor(private readonly options: DirectorClientOptions) {
    this.authority = options.caFile ? readFileSync(options.caFile) : null;
    this.emitter.setMaxListeners(0);
    this.lines = (typeof options.url === 'string' ? [options.url] : options.url).map((url) => ({ url, socket: null, retry: null, epoch: null }));
  }

  /** Starts connecting; does not wait. */
  start(): void { this.closed = false; for (const line of this.lines) this.connect(line); }

  /** Resolves when a snapshot has come; rejects with DIRECTOR_UNAVAILABLE after `ms`. */
  async ready(ms = 5000): Promise<void> {
    if (this.connected) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => { off(); reject(new AppError('DIRECTOR_UNAVAILABLE')); }, ms);
      const off = this.on('snapshot', () => { clearTimeout(timer); off(); resolve(); });
    });
  }

  /** Listens to one kind of event; the mirror is already up to date when the listener runs. Returns the way to stop. */
  on<K extends keyof DirectorEvents>(kind: K, listener: (data: DirectorEvents[K]) => void): () => void {
    this.emitter.on(kind, listener);
    return () => { this.emitter.off(kind, listener); };
  }
  /** Called with true when a snapshot has come and with false when the link is lost. */
  onLink(listener: (connected: boolean) => void): () => void {
    this.emitter.on('link', listener);
    return () => { this.emitter.off('link', listener); };
  }

  /** Asks the director. Errors: the director's own code and sentence, or DIRECTOR_UNAVAILABLE when it is away or does not answer in time. */
  request<O extends DirectorOp>(op: O, args: DirectorOps[O]['args'], key?: string): Promise<DirectorOps[O]['result']> {
    const socket = this.active?.socket;
    if (!socket || !this.connected) return Promise.reject(new AppError('DIRECTOR_UNAVAILABLE'));
    const id = ++this.sequence;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => { this.waiting.delete(id); reject(new AppError('DIRECTOR_UNAVAILABLE')); }, this.options.timeoutMs ?? 8000);
      this.waiting.set(id, { resolve: (result) => resolve(result as DirectorOps[O]['result']), reject, timer });
      socket.send(JSON.stringify({ id, op, args, ...(key ? { key } : {}) }));
    });
  }

  stop(): void {
    this.closed = true;
    for (const line of this.lines) { if (line.retry) clearTimeout(line.retry); line.retry = null; line.socket?.terminate(); }
    this.active = null;
    this.lost();
  }

  private connect(line: Line): void {
    if (this.closed) return;
    const socket = new WebSocket(line.url + (new URL(line.url).pathname === '/' ? DIRECTOR_PATH : ''), { headers: { authorization: `Bearer ${this.options.token}` }, handshakeTimeout: 3000, perMessageDeflate: false, ...(this.authority ? { ca: this.authority } : {}) });
    line.socket = socket;
    line.epoch = null;
    let heard = performance.now();
    const silenceMs = this.options.silenceMs ?? 5000, watch = setInterval(() => { if (performance.now() - heard > silenceMs) socket.terminate(); }, Math.min(1000, silenceMs / 2));
    socket.on('ping', () => { heard = performance.now(); });
    socket.on('message', (data: Buffer) => { heard = performance.now(); this.read(line, data); });
    // A refused connection ends in `close` too; the error itself says nothing more.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(watch);
      if (line.socket !== socket) return;
      line.socket = null;
      line.epoch = null;
      if (this.active === line) {
        this.active = null;
        this.lost();
        // one that was passed over for its older epoch is all there is now: it says everything anew when asked again
        for (const other of this.lines) if (other.epoch !== null) other.socket?.terminate();
      }
      if (!this.closed) line.retry = setTimeout(() => this.connect(line), this.options.retryMs ?? 250);
    });
  }
  /** True when this line is the one to listen to: the first, or one whose director has a higher epoch than the one before. */
  private rules(line: Line, epoch: number): boolean {
    line.epoch = epoch;
    if (this.active === line) return true;
    if (this.active !== null && (this.active.epoch ?? 0) >= epoch) return false;
    if (this.active !== null) this.lost();
    this.active = line;
    return true;
  }

  private lost(): void {
    for (const [id, waiting] of this.waiting) { clearTimeout(waiting.timer); waiting.reject(new AppError('DIRECTOR_UNAVAILABLE')); this.waiting.delete(id); }
    if (!this.connected) return;
    this.connected = false;
    this.emitter.emit('link', false);
  }

  private read(line: Line, data: Buffer): void {
    const frame = JSON.parse(data.toString('utf8')) as DirectorAnswer | DirectorEvent;
    if ('event' in frame) { if (frame.event === 'snapshot' ? this.rules(line, frame.data.health.epoch) : this.active === line) this.apply(line, frame); return; }
    const waiting = this.waiting.get(frame.id);
    if (!waiting) return;
    this.waiting.delete(frame.id);
    clearTimeout(waiting.timer);
    if (frame.ok) waiting.resolve(frame.result);
    else waiting.reject(new AppError(frame.error.code in ERRORS ? (frame.error.code as ErrorCode) : 'INTERNAL', frame.error.message));
  }

  private apply(line: Line, frame: DirectorEvent): void {
    switch (frame.event) {
      case 'snapshot': {
        const s = frame.data;
        this.agents.clear(); this.calls.clear();
        for (const agent of s.agents) this.agents.set(agent.agentId, agent);
        for (const call of s.calls) this.calls.set(call.callId, call);
        this.queue = s.queue; this.skillGroups = s.skillGroups; this.restReasons = s.restReasons; this.health = s.health;
        const first = !this.connected;
        this.connected = true;
        if (first) this.emitter.emit('link', true);
        break;
      }
      case 'agent': this.agents.set(frame.data.agentId, frame.data); break;
      case 'call': if (frame.data.state === 'ended') this.calls.delete(frame.data.callId); else this.calls.set(frame.data.callId, frame.data); break;
      case 'offer': this.calls.set(frame.data.call.callId, frame.data.call); break;
      case 'queue': this.queue = frame.data; break;
      case 'callEnded': this.calls.delete(frame.data.callId); break;
      case 'health': this.health = frame.data; line.epoch = frame.data.epoch; break;
    }
    this.emitter.emit(frame.event, frame.data);
  }
}
