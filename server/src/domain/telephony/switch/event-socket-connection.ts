import { connect, type Socket } from 'node:net';
import { AppError } from '../../../platform/errors/app-error';
import { FrameReader, MalformedFrame, type Frame } from './frame-reader';

/** Reason of a close when the switch refused the password: waiting does not cure it. */
export const WRONG_PASSWORD = 'wrong password';

interface Waiting { resolve: (frame: Frame) => void; reject: (error: Error) => void; timer: NodeJS.Timeout; deadline: number; given: boolean }
export interface ConnectionOptions { host: string; port: number; password: string; connectTimeoutMs: number; onEvent: (body: Buffer) => void; onClose: (reason: string) => void }

/** How long the oldest command may stay unanswered before the connection counts as dead: a switch answers in order, so everything behind it waits. */
const HEAD_OF_LINE_MS = 10_000;

/**
 * One authenticated connection to the event socket. Commands are pipelined; answers come in order. An answer that comes after its
 * command timed out is thrown away, never given to the next command.
 */
export class EventSocketConnection {
  private readonly reader = new FrameReader();
  private readonly waiting: Waiting[] = [];
  private socket: Socket | null = null;
  private greeted: ((error: Error | null) => void) | null = null;
  private closedFor: string | null = null;
  private authenticating = false;
  /** Milliseconds of the process's monotonic clock when something last came. */
  lastHeardAt = performance.now();

  constructor(private readonly options: ConnectionOptions) {}

  /** Connects, waits for the greeting and gives the password. Rejects with the reason, after `onClose` told it. */
  async open(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const socket = connect({ host: this.options.host, port: this.options.port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 5_000 });
      this.socket = socket;
      const timer = setTimeout(() => this.finish('connect timeout'), this.options.connectTimeoutMs);
      this.greeted = (error) => { this.greeted = null; clearTimeout(timer); if (error) reject(error); else resolve(); };
      socket.on('data', (chunk: Buffer) => this.take(chunk));
      socket.on('error', (error) => this.finish(error.message));
      socket.on('close', () => this.finish('closed by the switch'));
    });
    this.authenticating = true;
    await this.send(`auth ${this.options.password}\n\n`, this.options.connectTimeoutMs);
  }

  get closed(): boolean { return this.closedFor !== null; }

  /** Sends text that is already whole (with its empty line). Rejects with AppError SWITCH_UNAVAILABLE. */
  send(text: string, timeoutMs: number): Promise<Frame> {
    return new Promise((resolve, reject) => {
      const { socket } = this;
      if (!socket || this.closedFor !== null) { reject(unavailable(this.closedFor ?? 'not connected')); return; }
      const now = performance.now();
      const entry: Waiting = {
        resolve, reject, deadline: now + Math.max(timeoutMs, HEAD_OF_LINE_MS), given: false,
        timer: setTimeout(() => { entry.given = true; reject(unavailable('command timeout')); this.checkHeadOfLine(); }, timeoutMs),
      };
      this.waiting.push(entry);
      socket.write(text);
      this.checkHeadOfLine();
    });
  }

  close(reason = 'closed by us'): void { this.finish(reason); }

  private checkHeadOfLine(): void {
    const oldest = this.waiting[0];
    if (oldest && performance.now() > oldest.deadline) this.finish('the switch stopped answering');
  }

  private take(chunk: Buffer): void {
    if (this.closedFor !== null) return;
    this.lastHeardAt = performance.now();
    let frames: Frame[];
    try { frames = this.reader.push(chunk); } catch (error) { this.finish(`malformed frame: ${(error as Error).message}`); return; }
    for (const frame of frames) {
      if (this.closedFor !== null) return;
      this.handle(frame);
    }
  }

  private handle(frame: Frame): void {
    switch (frame.contentType) {
      case 'text/event-json':
        try { this.options.onEvent(frame.body); } catch (error) {
          if (error instanceof MalformedFrame) this.finish(`malformed event: ${error.message}`); else throw error;
        }
        return;
      case 'command/reply': case 'api/response': {
        // Judged here and not by the awaiting caller: the switch's goodbye can stand in the same packet.
        if (this.authenticating) { this.authenticating = false; if (!replyText(frame).startsWith('+OK')) { this.finish(WRONG_PASSWORD); return; } }
        const entry = this.waiting.shift();
        if (!entry) { this.finish('an answer that nobody asked for'); return; }
        clearTimeout(entry.timer);
        if (!entry.given) entry.resolve(frame);
        return;
      }
      case 'auth/request': if (this.greeted) this.greeted(null); else this.finish('a second greeting'); return;
      case 'text/rude-rejection': this.finish('refused by the access list of the switch'); return;
      case 'text/disconnect-notice': this.finish('the switch says goodbye'); return;
      case 'log/data': return;
      default: this.finish(`unknown content type ${frame.contentType.slice(0, 40)}`);
    }
  }

  private finish(reason: string): void {
    if (this.closedFor !== null) return;
    this.closedFor = reason;
    const { socket } = this;
    if (socket) { socket.removeAllListeners('data'); socket.on('error', () => undefined); socket.destroy(); }
    this.greeted?.(new Error(reason));
    for (const entry of this.waiting.splice(0)) { clearTimeout(entry.timer); if (!entry.given) entry.reject(unavailable(reason)); }
    this.options.onClose(reason);
  }
}

/** Text of an answer: body of an api call, Reply-Text of any other command. */
export function replyText(frame: Frame): string {
  return (frame.contentType === 'api/response' ? frame.body.toString('utf8') : frame.headers.get('reply-text') ?? '').replace(/\s+$/, '');
}

export function unavailable(reason: string): AppError { return new AppError('SWITCH_UNAVAILABLE', undefined, undefined, new Error(reason)); }
