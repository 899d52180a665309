import { randomUUID } from 'node:crypto';
import { Applications } from './applications';
import { writeCallRecord } from './call-record';
import { Conferences } from './conference';
import type { Configuration } from './configuration';
import { SimulatedEvent, eventHead, type Headers } from './event';
import { arithmetic, condition, expand } from './expand';
import { Leg, type LegOptions } from './leg';
import { Outside } from './outside';
import { Phones } from './phones';
import { Thread, type Job } from './thread';

export type EventListener = (event: SimulatedEvent) => void;
export interface CoreOptions {
  configuration: Configuration;
  /** Milliseconds until an outside number that the switch calls answers; null: somebody answers on the page. */
  outsideAnswersAfterMs: number | null;
  log: (text: string) => void;
}

/** The switch itself: its legs, variables, phones and the stream of events. */
export class Core {
  readonly coreUuid = randomUUID();
  readonly configuration: Configuration;
  readonly globals = new Map<string, string>();
  readonly legs = new Map<string, Leg>();
  readonly phones: Phones;
  readonly outside: Outside;
  readonly conferences = new Conferences(this);
  readonly startedAt = Date.now();
  sessionsEver = 0;
  private readonly clockBase = Date.now() - performance.now();
  private readonly listeners = new Set<{ wants: (name: string, subclass: string) => boolean; give: EventListener }>();
  private readonly applications = new Applications();
  private readonly clearing = new Map<string, (() => void)[]>();
  private readonly work = new Set<Promise<unknown>>();
  private sequence = 0;
  private openedThisSecond = { second: 0, count: 0 };

  constructor(readonly options: CoreOptions) {
    this.configuration = options.configuration;
    this.phones = new Phones(this);
    this.outside = new Outside(this, options.outsideAnswersAfterMs);
  }

  /** Milliseconds since 1970 with a fraction; does not go backwards. */
  now(): number { return this.clockBase + performance.now(); }
  uuid(): string { return randomUUID(); }
  nextSession(): number { return ++this.sessionsEver; }
  fault(error: unknown): void { this.options.log(`fault: ${error instanceof Error ? error.stack ?? error.message : String(error)}`); }

  listen(wants: (name: string, subclass: string) => boolean, give: EventListener): () => void {
    const entry = { wants, give };
    this.listeners.add(entry);
    return () => { this.listeners.delete(entry); };
  }

  emit(name: string, subclass: string, build: () => Headers): void {
    const sequence = ++this.sequence;
    const takers = [...this.listeners].filter((listener) => listener.wants(name, subclass));
    if (takers.length === 0) return;
    const now = this.now();
    const event = new SimulatedEvent(name, subclass, sequence, () => ({ ...eventHead(name, subclass, sequence, now, this.coreUuid, this.configuration.switchName), ...build() }));
    // Built now: a leg goes on changing, and the event tells how it was.
    void event.headers;
    for (const listener of takers) listener.give(event);
  }

  /** Value of `${…}` for a leg, or for nobody: channel variable, profile field, global variable. */
  expand(text: string, leg: Leg | null): string {
    return expand(text, (name) => (leg ? this.field(leg, name) : this.globals.get(name) ?? ''), (name, argument) => this.inlineCall(name, argument, leg));
  }

  /** A field of a dialplan condition. */
  field(leg: Leg, name: string): string {
    if (name.includes('${')) return this.expand(name, leg);
    switch (name) {
      case 'destination_number': return leg.destination;
      case 'caller_id_number': case 'ani': return leg.options.number;
      case 'caller_id_name': return leg.options.callerName;
      case 'network_addr': return '127.0.0.1';
      case 'context': return leg.context;
      case 'dialplan': return 'XML';
      case 'uuid': return leg.uuid;
      case 'call_uuid': return leg.callUuid;
      case 'domain': case 'domain_name': return this.configuration.domain;
      default: return leg.variables.get(name) ?? this.globals.get(name) ?? '';
    }
  }

  private inlineCall(name: string, argument: string, leg: Leg | null): string {
    switch (name) {
      case 'strepoch': return String(Math.floor(this.now() / 1000));
      case 'cond': return condition(argument);
      case 'expr': return arithmetic(argument);
      case 'create_uuid': return this.uuid();
      case 'global_getvar': return this.globals.get(argument.trim()) ?? '';
      case 'sofia_contact': return this.phones.contact(argument.trim());
      case 'hostname': return this.configuration.switchName;
      case 'toupper': return argument.toUpperCase();
      case 'tolower': return argument.toLowerCase();
      default: void leg; return '-ERR';
    }
  }

  /** Whether one more leg may be made: the limits of switch.conf. */
  admits(): boolean {
    const second = Math.floor(this.now() / 1000);
    if (this.openedThisSecond.second !== second) this.openedThisSecond = { second, count: 0 };
    return this.legs.size < this.configuration.maxSessions && ++this.openedThisSecond.count <= this.configuration.sessionsPerSecond;
  }

  /** Late negotiation shows itself as early media before every answer. */
  earlyBeforeAnswer(profile: string): boolean { return this.configuration.profiles.get(profile)?.earlyBeforeAnswer !== false; }

  open(options: LegOptions): Leg {
    const leg = new Leg(this, options);
    leg.thread = new Thread(leg, this.applications);
    this.legs.set(leg.uuid, leg);
    return leg;
  }

  /** A call comes in from outside or from a phone: the leg exists when this returns. */
  callIn(options: Omit<LegOptions, 'uuid' | 'direction'> & { uuid?: string; variables?: Readonly<Record<string, string>> }): Leg | null {
    if (!this.admits()) return null;
    const leg = this.open({ ...options, uuid: options.uuid ?? this.uuid(), direction: 'inbound' });
    for (const [name, value] of Object.entries(options.variables ?? {})) leg.set(name, value);
    leg.emit('CHANNEL_STATE');
    leg.enter('CS_INIT');
    leg.emit('CHANNEL_CREATE');
    leg.state = 'CS_ROUTING';
    leg.enterCallState('RINGING');
    const job: Job = { kind: 'dialplan', destination: options.destination, context: options.context, transferred: false };
    leg.thread.start(job);
    return leg;
  }

  /** Ends a leg, once. @param byFar the far end hung up, not the switch */
  hangUp(leg: Leg, cause: string, byFar = false): void {
    if (leg.over) return;
    leg.hangupCause = cause; leg.hungUpByFar = byFar;
    leg.times.hangup = this.now();
    leg.state = 'CS_HANGUP'; leg.answerState = 'hangup';
    leg.set('hangup_cause', cause); leg.set('hangup_cause_q850', leg.q850());
    leg.emit('CHANNEL_HANGUP', { 'Hangup-Cause': cause });
    leg.thread.bridge?.leave(leg);
    leg.thread.wake();
    leg.thread.ensure();
    leg.far.gone(leg);
  }

  /** Resolves when the leg has told its CHANNEL_HANGUP_COMPLETE. */
  cleared(leg: Leg): Promise<void> {
    if (!this.legs.has(leg.uuid) || leg.state === 'CS_REPORTING' || leg.state === 'CS_DESTROY') return Promise.resolve();
    return new Promise((resolve) => { const list = this.clearing.get(leg.uuid) ?? []; list.push(resolve); this.clearing.set(leg.uuid, list); });
  }

  /** Last act of a leg's thread. */
  async bury(leg: Leg): Promise<void> {
    this.stopRecordings(leg);
    this.conferences.leave(leg);
    leg.enterCallState('HANGUP');
    leg.set('sip_hangup_disposition', leg.hungUpByFar ? (leg.times.answered > 0 ? 'recv_bye' : 'recv_cancel') : leg.times.answered > 0 ? 'send_bye' : leg.options.direction === 'inbound' ? 'send_refuse' : 'send_cancel');
    const seconds = (from: number, to: number): string => String(from === 0 ? 0 : Math.max(0, Math.round((to - from) / 1000)));
    leg.set('duration', seconds(leg.createdAt, leg.times.hangup)); leg.set('billsec', seconds(leg.times.answered, leg.times.hangup));
    for (const [name, at] of [['start', leg.createdAt], ['answer', leg.times.answered], ['bridge', leg.times.bridged], ['end', leg.times.hangup], ['progress', leg.times.progress]] as const) { leg.variables.set(`${name}_epoch`, String(Math.floor(at / 1000))); leg.variables.set(`${name}_uepoch`, String(Math.floor(at * 1000))); }
    leg.state = 'CS_REPORTING';
    leg.emit('CHANNEL_HANGUP_COMPLETE', { 'Hangup-Cause': leg.hangupCause ?? 'NORMAL_CLEARING' });
    for (const resolve of this.clearing.get(leg.uuid) ?? []) resolve();
    this.clearing.delete(leg.uuid);
    this.track(writeCallRecord(leg).catch((error: unknown) => this.fault(error)));
    await new Promise((resolve) => setImmediate(resolve));
    leg.state = 'CS_DESTROY';
    leg.emit('CHANNEL_DESTROY');
    this.legs.delete(leg.uuid);
  }

  /** Work that outlives a leg (files); `settled` waits for it. */
  track(work: Promise<unknown>): void { this.work.add(work); void work.finally(() => this.work.delete(work)); }
  async settled(): Promise<void> { while (this.work.size > 0) await Promise.all([...this.work]); }

  stopRecordings(leg: Leg, path?: string): boolean {
    let found = false;
    for (const [key, recording] of [...leg.recordings]) {
      if (path !== undefined && path !== 'all' && key !== path) continue;
      found = true;
      leg.recordings.delete(key);
      const now = this.now();
      leg.set('record_seconds', String(Math.round(recording.seconds(now)))); leg.set('record_ms', String(Math.round(recording.seconds(now) * 1000)));
      leg.emit('RECORD_STOP', { 'Record-File-Path': key, 'Record-Completion-Cause': leg.over ? 'success-silence' : 'success' });
      this.track(recording.finish(now).catch((error: unknown) => this.fault(error)));
    }
    return found;
  }

  /** A digit pressed at the far end of a leg. */
  digit(leg: Leg, digit: string): void {
    if (leg.over || !/^[0-9*#A-D]$/.test(digit)) return;
    leg.emit('DTMF', { 'DTMF-Digit': digit, 'DTMF-Duration': '2000', 'DTMF-Source': 'RTP' });
    leg.thread.digit(digit);
  }

  /** A phone holds the call by its own key, or takes it back. */
  hold(leg: Leg, on: boolean, byPhone: boolean): boolean {
    const peer = leg.thread.bridge?.peer(leg);
    if (leg.over || !peer || (leg.callState === 'HELD') === on) return false;
    const reinvite = (): void => { if (byPhone) leg.emit('CUSTOM', {}, 'sofia::reinvite'); };
    if (on) {
      leg.times.lastHold = this.now();
      leg.enterCallState('HELD'); leg.voiceChanged();
      leg.emit('CHANNEL_HOLD'); reinvite();
      peer.thread.send({ application: 'playback', data: leg.variable('hold_music') || peer.variable('hold_music') || 'local_stream://moh', uuid: this.uuid(), locked: false });
    } else {
      leg.times.holdAccum += this.now() - leg.times.lastHold;
      peer.thread.break(true);
      leg.enterCallState('UNHELD'); leg.emit('CHANNEL_UNHOLD'); reinvite();
      leg.enterCallState('ACTIVE'); leg.voiceChanged();
    }
    return true;
  }
}
