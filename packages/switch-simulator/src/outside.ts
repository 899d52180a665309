import { tone, type Sound } from './audio';
import type { Core } from './core';
import type { FarEnd, Leg } from './leg';
import { answeredByFar, progress } from './originate';

/** Everybody beyond the trunk: residents who call in, and numbers that are called. */
export class Outside implements FarEnd {
  readonly voice: Sound = tone(400);
  trunkUp = true;
  private readonly timers = new Map<Leg, NodeJS.Timeout>();

  constructor(private readonly core: Core, public answersAfterMs: number | null) {}

  /** A resident dials. Null: the switch is full. */
  call(from: string, to: string, uuid?: string): Leg | null {
    const profile = [...this.core.configuration.profiles.values()].find((each) => !each.needsPassword) ?? [...this.core.configuration.profiles.values()][0];
    return this.core.callIn({ ...(uuid ? { uuid } : {}), name: `sofia/${profile?.name ?? 'external'}/${from}@127.0.0.1:5066`, profile: profile?.name ?? 'external', number: from, callerName: from, destination: to, context: profile?.context ?? 'public', far: this, address: '127.0.0.1' });
  }

  ring(leg: Leg): void {
    if (this.answersAfterMs === null) return;
    // 180 first, as a real network does it.
    progress(leg);
    this.timers.set(leg, setTimeout(() => { this.timers.delete(leg); answeredByFar(leg); }, this.answersAfterMs));
  }

  gone(leg: Leg): void {
    const timer = this.timers.get(leg);
    if (timer) clearTimeout(timer);
    this.timers.delete(leg);
  }

  press(): boolean { return false; }

  answer(leg: Leg): boolean {
    if (leg.answered || leg.over || leg.options.direction !== 'outbound') return false;
    this.gone(leg);
    answeredByFar(leg);
    return true;
  }

  hangUp(leg: Leg, cause?: string): boolean {
    if (leg.over) return false;
    this.core.hangUp(leg, cause ?? (leg.answered || leg.options.direction === 'inbound' ? 'NORMAL_CLEARING' : 'USER_BUSY'), true);
    return true;
  }
}
