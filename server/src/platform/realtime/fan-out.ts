import type { LiveMessage } from '@ronghu/contract';

/** Connections told in one go: some milliseconds of work. */
const SLICE = 64;
export interface FanOutPort {
  /** Connections in a room now. */
  members(room: string): ReadonlySet<string> | undefined;
  /** Encodes once and writes to all of them. */
  emit(connections: string | string[], message: LiveMessage): void;
}

/**
 * Tells a room. A large one (the queue, which everybody hears) is told slice by slice with other work between them, so that a ringing call's pop does not wait until
 * a thousand pages have heard how many callers wait (SC-01). Within a room the order stays; whoever leaves meanwhile hears no more, and whoever joins meanwhile
 * may hear what it already knows and drops it by its number.
 */
export class FanOut {
  /** Rooms being told, each with what is told next. */
  private readonly busy = new Map<string, LiveMessage[]>();
  constructor(private readonly port: FanOutPort, private readonly slice = SLICE) {}

  send(message: LiveMessage): void {
    const next = this.busy.get(message.room);
    if (next) { next.push(message); return; }
    if ((this.port.members(message.room)?.size ?? 0) <= this.slice) { this.port.emit(message.room, message); return; }
    const queue = [message];
    this.busy.set(message.room, queue);
    this.tell(message.room, queue, [...(this.port.members(message.room) ?? [])]);
  }

  /** One slice now, the rest after whatever else waits. @param rest connections that have not heard the first of `queue`. */
  private tell(room: string, queue: LiveMessage[], rest: string[]): void {
    const now = this.port.members(room), here = rest.splice(0, this.slice).filter((connection) => now?.has(connection));
    if (here.length) this.port.emit(here, queue[0] as LiveMessage);
    if (rest.length === 0) {
      queue.shift();
      if (queue.length === 0) { this.busy.delete(room); return; }
      rest = [...(now ?? [])];
    }
    setImmediate(() => this.tell(room, queue, rest));
  }
}
