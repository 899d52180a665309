import type { Sound } from './audio';
import type { Bridge } from './bridge';
import { walkDialplan, type DialplanAction } from './dialplan';
import type { Leg } from './leg';

/** The leg was sent elsewhere: what it was doing is dropped. */
export class Moved extends Error {}
/** The leg is hung up. */
export class Ended extends Error {}

export type Job =
  | { kind: 'dialplan'; destination: string; context: string; transferred: boolean }
  | { kind: 'inline'; actions: readonly DialplanAction[] }
  | { kind: 'park' }
  | { kind: 'bridge'; bridge: Bridge };

export interface Message { application: string; data: string; uuid: string; locked: boolean; hangup?: string }
/** A playback that runs; `uuid_break` marks it. */
export interface Playing { broken: boolean }

export interface ApplicationRunner { run(thread: Thread, application: string, data: string): Promise<void> }

/**
 * What a session thread of the switch does: it runs one job at a time (a dialplan walk, a bridge, a parking), looks at messages and digits
 * while it waits, and is thrown out of any wait when the leg is moved or ends.
 */
export class Thread {
  bridge: Bridge | null = null;
  readonly digits: string[] = [];
  private next: Job | null = null;
  private readonly messages: Message[] = [];
  private readonly playings: Playing[] = [];
  private locked = 0;
  private wakeUp: (() => void) | null = null;
  private running: Promise<void> | null = null;

  constructor(readonly leg: Leg, private readonly applications: ApplicationRunner) {}

  /** Gives the leg its job, whether or not its thread runs already. */
  start(job: Job): void { if (this.running) this.move(job); else { this.next = job; this.running = this.live(); } }
  /** A leg that ends before it had anything to do still has to be buried. */
  ensure(): void { this.running ??= this.live(); }
  get moving(): boolean { return this.next !== null; }

  /** Sends the leg elsewhere; it leaves what it does at once. */
  move(job: Job): void {
    if (this.leg.over) return;
    this.next = job;
    this.messages.length = 0;
    this.bridge?.leave(this.leg);
    this.wake();
  }

  send(message: Message): void { this.messages.push(message); this.wake(); }
  digit(digit: string): void { this.digits.push(digit); this.wake(); }
  wake(): void { const { wakeUp } = this; this.wakeUp = null; wakeUp?.(); }

  break(all: boolean): boolean {
    if (this.playings.length === 0) return false;
    if (all) { this.messages.length = 0; for (const playing of this.playings) playing.broken = true; } else { const last = this.playings.at(-1); if (last) last.broken = true; }
    this.wake();
    return true;
  }

  /** @throws Moved, Ended */
  check(): void {
    if (this.leg.over) throw new Ended();
    if (this.next) throw new Moved();
  }

  /**
   * Waits while the leg lives and stays. Messages are executed meanwhile, and their time does not count.
   * @returns why it ended: time, a digit (when asked for), or a break of the playback
   * @throws Moved, Ended
   */
  async wait(ms: number, options: { digits?: boolean; playing?: Playing; until?: () => boolean } = {}): Promise<'timeout' | 'digit' | 'break' | 'until'> {
    let left = ms;
    for (;;) {
      this.check();
      if (options.playing?.broken) return 'break';
      if (options.until?.()) return 'until';
      if (options.digits && this.digits.length > 0) return 'digit';
      const message = this.locked > 0 ? undefined : this.messages.shift();
      if (message) { await this.perform(message); continue; }
      if (left <= 0) return 'timeout';
      const before = performance.now();
      await this.sleep(left);
      left -= performance.now() - before;
      if (left < 1) left = 0;
    }
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === Infinity ? null : setTimeout(() => { this.wakeUp = null; resolve(); }, Math.min(ms, 2_000_000_000));
      this.wakeUp = () => { if (timer) clearTimeout(timer); resolve(); };
    });
  }

  /** Plays a sound to the leg for a time; inside another playback it takes its place and gives it back. */
  async play(sound: Sound, ms: number, options: { digits?: boolean } = {}): Promise<'timeout' | 'digit' | 'break' | 'until'> {
    const playing: Playing = { broken: false };
    const before = this.leg.hearing;
    this.playings.push(playing);
    this.leg.hear(sound);
    try { return await this.wait(ms, { ...options, playing }); } finally {
      this.playings.splice(this.playings.indexOf(playing), 1);
      this.leg.hear(before);
    }
  }

  private async perform(message: Message): Promise<void> {
    if (message.hangup !== undefined) { this.leg.core.hangUp(this.leg, message.hangup); return; }
    if (message.locked) this.locked++;
    try { await this.execute(message.application, message.data, message.uuid); } finally { if (message.locked) this.locked--; }
  }

  /** Runs one application with its CHANNEL_EXECUTE and CHANNEL_EXECUTE_COMPLETE. */
  async execute(application: string, data: string, uuid = this.leg.core.uuid()): Promise<void> {
    const { leg } = this;
    this.check();
    const expanded = leg.core.expand(data, leg);
    leg.application = application; leg.applicationData = expanded;
    leg.set('current_application', application); leg.set('current_application_data', expanded);
    const headers = { Application: application, ...(expanded === '' ? {} : { 'Application-Data': expanded }), 'Application-UUID': uuid };
    leg.emit('CHANNEL_EXECUTE', headers);
    try { await this.applications.run(this, application, expanded); } finally {
      leg.emit('CHANNEL_EXECUTE_COMPLETE', { ...headers, 'Application-Response': leg.variable('current_application_response') || '_none_' });
    }
  }

  private async live(): Promise<void> {
    const { leg } = this;
    // The thread starts after the caller of `start` has said what it has to say of the new leg.
    await Promise.resolve();
    while (!leg.over) {
      const job = this.next;
      this.next = null;
      try {
        if (!job) { leg.core.hangUp(leg, 'NORMAL_CLEARING'); break; }
        await this.run(job);
      } catch (error) {
        if (error instanceof Moved || error instanceof Ended) continue;
        leg.core.fault(error);
        leg.core.hangUp(leg, 'NORMAL_TEMPORARY_FAILURE');
      }
    }
    await leg.core.bury(leg);
  }

  private async run(job: Job): Promise<void> {
    const { leg } = this;
    switch (job.kind) {
      case 'dialplan': return this.walk(job);
      case 'inline': leg.enter('CS_EXECUTE'); for (const action of job.actions) await this.execute(action.application, action.data); return;
      case 'park': leg.enter('CS_EXECUTE'); return this.applications.run(this, 'park', '');
      case 'bridge': return job.bridge.run(leg);
    }
  }

  private async walk(job: { destination: string; context: string; transferred: boolean }): Promise<void> {
    const { leg } = this;
    const { core } = leg;
    leg.destination = job.destination; leg.context = job.context; leg.times.profile = core.now();
    leg.enter('CS_ROUTING');
    if (job.transferred && leg.options.direction === 'inbound') { leg.enterCallState('RINGING'); }
    const context = core.configuration.contexts.get(job.context);
    const match = context ? walkDialplan(context, (field) => core.field(leg, field)) : null;
    if (!match) { core.hangUp(leg, 'NO_ROUTE_DESTINATION'); throw new Ended(); }
    leg.enter('CS_EXECUTE');
    if (job.transferred && leg.options.direction === 'inbound' && leg.answered) leg.enterCallState('ACTIVE');
    for (const action of match.actions) await this.execute(action.application, action.data);
  }
}
