import type { LiveMessage, ResumeRequest } from '@ronghu/contract';

export type Verdict = 'next' | 'duplicate' | 'gap' | 'newEpoch';

/** What this page has seen of each room of the live connection. Pure book-keeping, no socket. */
export class RoomLedger {
  private readonly seen = new Map<string, { epoch: string; seq: number }>();

  /** Judges a message and, unless it is a duplicate or leaves a gap, takes it into the book. A room's first message is its base. */
  take(message: Pick<LiveMessage, 'room' | 'seq' | 'epoch'>): Verdict {
    const last = this.seen.get(message.room);
    if (last === undefined) { this.put(message.room, message); return 'next'; }
    if (last.epoch !== message.epoch) { this.put(message.room, message); return 'newEpoch'; }
    if (message.seq <= last.seq) return 'duplicate';
    if (message.seq > last.seq + 1) return 'gap';
    this.put(message.room, message);
    return 'next';
  }

  /** Sets the base of a room to where the server stands, so that a message lost before the first one is noticed too. */
  put(room: string, at: { epoch: string; seq: number }): void { this.seen.set(room, { epoch: at.epoch, seq: at.seq }); }
  forget(room: string): void { this.seen.delete(room); }
  has(room: string): boolean { return this.seen.has(room); }
  request(): ResumeRequest { return { rooms: Object.fromEntries([...this.seen].map(([room, at]) => [room, { ...at }])) }; }
}
