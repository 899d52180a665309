import type { LiveEvent } from '@ronghu/contract';
import type { Log } from '../log';
import type { Cache } from './cache';
import type { Processes } from './processes';

/** What server processes tell each other. The rows are the truth; a signal says that they changed. */
export interface SignalKinds {
  /** An account's sessions ended or its rights changed; no account: everybody's rights. */
  session: { accountId: number | null; reason: 'signedOut' | 'rightsChanged'; /** Ended sessions by digest; absent: all but `keep`. */ sessionId?: string; keep?: string };
  organisation: Record<string, never>;
  setting: { code: string };
  numberSegments: Record<string, never>;
  /** Live messages for sockets that hang on other processes. */
  live: { room: string; event: LiveEvent };
  /** An event of the bus whose shared consumers are through: process-local figures follow. */
  event: { id: number; kind: string; aggregate: string; aggregateId: string; companyId: number | null; at: number; shard: string; numbers: Readonly<Record<string, number>> };
}
type Kind = keyof SignalKinds;
type Listener<K extends Kind> = (data: SignalKinds[K]) => void;
const CHANNEL = 'signals', GATHER_MS = 4, LARGEST = 500;

/**
 * Signals of one moment travel as one broadcast. While this is the only server process nothing is sent at all; a process that starts counts as listening when
 * every other one must have seen it (`Processes.settled`).
 */
export class Signals {
  private readonly listeners = new Map<Kind, Listener<never>[]>();
  private readonly gaps: (() => void)[] = [];
  private waiting: { kind: Kind; data: unknown }[] = [];
  private sending: Promise<void> | null = null;
  private closed = false;
  private lost = false;
  constructor(private readonly d: { cache: Cache; log: Log; processes: Pick<Processes, 'others' | 'onGap'> }) {
    d.cache.subscribe(CHANNEL, (text) => { for (const { kind, data } of JSON.parse(text) as { kind: Kind; data: never }[]) this.tell(kind, data); });
    d.cache.subscribe(`${CHANNEL}.lost`, () => this.gap());
    d.cache.onGap(() => this.gap());
    d.processes.onGap(() => this.gap());
  }
  on<K extends Kind>(kind: K, listener: Listener<K>): void { this.listeners.set(kind, [...(this.listeners.get(kind) ?? []), listener as Listener<never>]); }
  /** Something may have been missed: drop copies, read anew. */
  onGap(listener: () => void): void { this.gaps.push(listener); }
  /** To the other processes; what the sender does itself is the sender's affair. Never waits. */
  send<K extends Kind>(kind: K, data: SignalKinds[K]): void {
    if (this.d.processes.others() === 0 || this.closed) return;
    this.waiting.push({ kind, data });
    this.sending ??= this.flush().finally(() => { this.sending = null; });
  }
  async close(): Promise<void> { this.closed = true; await this.sending; }

  private async flush(): Promise<void> {
    await new Promise((r) => setTimeout(r, GATHER_MS));
    while (this.waiting.length) {
      const part = this.waiting.splice(0, LARGEST);
      try { await this.d.cache.publish(CHANNEL, JSON.stringify(part)); } catch (error) {
        // with the database away nobody can act on it; when it is back everyone's copies have ended or are read anew
        this.d.log.warn('signals were not sent', { n: part.length, error });
        this.lost = true;
      }
    }
    if (this.lost && !this.closed) { this.lost = false; setTimeout(() => void this.tellLost(), 500).unref(); }
  }
  /** The others missed something of ours: they are told so as soon as they can be. */
  private async tellLost(): Promise<void> {
    if (this.closed) return;
    try { await this.d.cache.publish(`${CHANNEL}.lost`, ''); } catch (error) { this.d.log.warn('the others do not know yet that they missed signals', { error }); setTimeout(() => void this.tellLost(), 1000).unref(); }
  }
  private gap(): void { for (const listener of this.gaps) try { listener(); } catch (error) { this.d.log.error('copies could not be dropped', { error }); } }
  private tell<K extends Kind>(kind: K, data: SignalKinds[K]): void {
    for (const listener of this.listeners.get(kind) ?? []) try { (listener as Listener<K>)(data); } catch (error) { this.d.log.error('a signal could not be taken in', { kind, error }); }
  }
}
