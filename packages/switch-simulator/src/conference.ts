import { SILENCE } from './audio';
import type { Core } from './core';
import type { Leg } from './leg';

/** Conference rooms: who is in, and the events of coming and going. `Member-ID` counts over all rooms, as in the switch. */
export class Conferences {
  private readonly rooms = new Map<string, Map<Leg, number>>();
  private members = 0;

  constructor(private readonly core: Core) {}

  join(leg: Leg, name: string): void {
    const room = this.rooms.get(name) ?? new Map<Leg, number>();
    if (!this.rooms.has(name)) { this.rooms.set(name, room); this.tell(name, 'conference-create', null, 0); }
    room.set(leg, ++this.members);
    this.tell(name, 'add-member', leg, this.members);
    this.mix(room);
  }

  leave(leg: Leg): void {
    for (const [name, room] of this.rooms) {
      const member = room.get(leg);
      if (member === undefined) continue;
      room.delete(leg);
      this.tell(name, 'del-member', leg, member);
      this.mix(room);
      if (room.size === 0) { this.rooms.delete(name); this.tell(name, 'conference-destroy', null, 0); }
    }
  }

  list(): { name: string; members: number }[] { return [...this.rooms].map(([name, room]) => ({ name, members: room.size })); }

  /** Each hears one of the others: enough to tell in a recording that it was not silent. */
  private mix(room: Map<Leg, number>): void {
    for (const leg of room.keys()) leg.hear([...room.keys()].find((other) => other !== leg)?.voice ?? SILENCE);
  }

  private tell(name: string, action: string, leg: Leg | null, member: number): void {
    this.core.emit('CUSTOM', 'conference::maintenance', () => ({ ...(leg ? leg.headers(true) : {}), 'Conference-Name': name, 'Conference-Size': String(this.rooms.get(name)?.size ?? 0), Action: action, ...(leg ? { 'Member-ID': String(member) } : {}) }));
  }
}
