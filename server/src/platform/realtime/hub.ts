import { randomUUID } from 'node:crypto';
import type { LiveEvent, LiveMessage } from '@ronghu/contract';
import type { Clock } from '../clock';

const KEEP = 300, KEEP_MS = 10 * 60_000;
interface Room { seq: number; kept: LiveMessage[] }

/** Rooms with a counted message stream each: what a client missed can be sent again, or it is told to load anew. Pure but for the clock. */
export class Hub {
  epoch: string = randomUUID();
  private readonly rooms = new Map<string, Room>();
  private send: (message: LiveMessage) => void = () => undefined;
  /** @param forward hands a message to the other server processes, whose hubs count it in their own epochs. */
  constructor(private readonly clock: Clock, private readonly forward: (room: string, event: LiveEvent) => void = () => undefined) {}
  onMessage(send: (message: LiveMessage) => void): void { this.send = send; }
  /** To everyone in the room, whichever process holds the connection. */
  publish(room: string, event: LiveEvent): void { this.here(room, event); this.forward(room, event); }
  /** To the connections of this process: for news that every process has by itself (from the director), or that another process forwarded. */
  here(room: string, event: LiveEvent): void {
    let state = this.rooms.get(room);
    if (!state) this.rooms.set(room, (state = { seq: 0, kept: [] }));
    const message: LiveMessage = { room, seq: ++state.seq, epoch: this.epoch, at: this.clock.now(), event };
    state.kept.push(message);
    if (state.kept.length > KEEP * 2) state.kept = state.kept.slice(-KEEP);
    this.send(message);
  }
  /** Messages may have been missed: nothing counted before is worth resuming. */
  renew(): void { this.epoch = randomUUID(); this.rooms.clear(); }
  /** Where a room stands now: a client that joins starts counting here. */
  position(room: string): { epoch: string; seq: number } { return { epoch: this.epoch, seq: this.rooms.get(room)?.seq ?? 0 }; }
  /** The messages after `seen`, or null when they are too old or of another epoch. */
  since(room: string, seen: { epoch: string; seq: number }): LiveMessage[] | null {
    if (seen.epoch !== this.epoch) return null;
    const state = this.rooms.get(room);
    if (!state || seen.seq > state.seq) return seen.seq === 0 ? [] : null;
    const missing = state.seq - seen.seq;
    if (missing === 0) return [];
    if (missing > Math.min(KEEP, state.kept.length)) return null;
    const out = state.kept.slice(-missing);
    return (out[0] as LiveMessage).at < this.clock.now() - KEEP_MS ? null : out;
  }
}
