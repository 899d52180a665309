import { tone, type Sound } from './audio';
import type { Core } from './core';
import type { FarEnd, Leg } from './leg';
import { answeredByFar, progress } from './originate';

/** What a phone does by itself. All times in milliseconds. */
export interface PhoneBehaviour {
  /** Picks up after so long; null: waits for a hand. */
  answerAfterMs: number | null;
  /** Hangs up after talking so long; null: never. */
  hangUpAfterMs: number | null;
  /** Refuses a call with this cause (486 is USER_BUSY) instead of ringing. */
  rejectWith: string | null;
}
export const BY_HAND: PhoneBehaviour = { answerAfterMs: null, hangUpAfterMs: null, rejectWith: null };
export type PhoneState = 'offline' | 'idle' | 'ringing' | 'talking' | 'held';

/** One desk phone: one line, one call at a time, as the provisioning files set it. */
export class Phone implements FarEnd {
  registered = false;
  behaviour: PhoneBehaviour = { ...BY_HAND };
  readonly voice: Sound;
  leg: Leg | null = null;
  private ringing: NodeJS.Timeout | null = null;
  private talking: NodeJS.Timeout | null = null;

  constructor(private readonly core: Core, readonly extension: string, readonly profile: string, readonly port: number, index: number) {
    this.voice = tone(700 + (index % 10) * 20);
  }

  get state(): PhoneState {
    if (!this.registered) return 'offline';
    if (!this.leg) return 'idle';
    if (this.leg.callState === 'HELD') return 'held';
    return this.leg.answered ? 'talking' : 'ringing';
  }

  ring(leg: Leg): void {
    const { behaviour } = this;
    if (behaviour.rejectWith !== null) { this.core.hangUp(leg, behaviour.rejectWith, true); return; }
    if (this.leg && !this.leg.over) { this.core.hangUp(leg, 'USER_BUSY', true); return; }
    this.leg = leg;
    progress(leg);
    if (behaviour.answerAfterMs !== null) this.ringing = setTimeout(() => this.answer(), behaviour.answerAfterMs);
  }

  gone(leg: Leg): void {
    if (this.leg !== leg) return;
    this.leg = null;
    if (this.ringing) clearTimeout(this.ringing);
    if (this.talking) clearTimeout(this.talking);
    this.ringing = null; this.talking = null;
  }

  press(leg: Leg, key: 'talk' | 'hold'): boolean { return this.leg === leg && (key === 'talk' ? (leg.callState === 'HELD' ? this.hold(false) : this.answer()) : this.hold(true)); }

  answer(): boolean {
    const { leg } = this;
    if (!leg || leg.answered || leg.over) return false;
    if (this.ringing) clearTimeout(this.ringing);
    this.ringing = null;
    answeredByFar(leg);
    if (this.behaviour.hangUpAfterMs !== null) this.talking = setTimeout(() => this.hangUp(), this.behaviour.hangUpAfterMs);
    return true;
  }

  /** Puts down the receiver, or refuses a ringing call. */
  hangUp(): boolean {
    const { leg } = this;
    if (!leg) return false;
    this.core.hangUp(leg, leg.answered ? 'NORMAL_CLEARING' : 'CALL_REJECTED', true);
    return true;
  }

  hold(on: boolean): boolean { return this.leg ? this.core.hold(this.leg, on, true) : false; }

  digit(digit: string): boolean {
    if (!this.leg?.answered) return false;
    this.core.digit(this.leg, digit);
    return true;
  }

  /** Somebody dials on the phone itself. */
  dial(number: string): Leg | null {
    if (!this.registered || this.leg) return null;
    const account = this.core.configuration.users.get(this.extension);
    const leg = this.core.callIn({
      name: `sofia/${this.profile}/${this.extension}@127.0.0.1:${this.port}`, profile: this.profile, number: this.extension, callerName: account?.variables.get('effective_caller_id_name') ?? this.extension, destination: number,
      context: this.core.configuration.profiles.get(this.profile)?.context ?? 'default', far: this, presenceId: `${this.extension}@${account?.domain ?? ''}`, address: '127.0.0.1', variables: Object.fromEntries(account?.variables ?? []),
    });
    this.leg = leg;
    return leg;
  }
}

/** All phones of the directory; they register by themselves when the simulator starts. */
export class Phones {
  private readonly all = new Map<string, Phone>();

  constructor(private readonly core: Core) {
    const profile = [...core.configuration.profiles.values()].find((each) => each.needsPassword)?.name ?? [...core.configuration.profiles.keys()][0] ?? 'internal';
    let index = 0;
    for (const id of core.configuration.users.keys()) this.all.set(id, new Phone(core, id, profile, 40_000 + index, index++));
  }

  get(extension: string): Phone | undefined { return this.all.get(extension); }
  list(): Phone[] { return [...this.all.values()]; }

  register(phone: Phone, on: boolean): void {
    if (phone.registered === on) return;
    phone.registered = on;
    const { configuration } = this.core;
    const account = configuration.users.get(phone.extension);
    const contact = `"" <sip:${phone.extension}@127.0.0.1:${phone.port}>`;
    this.core.emit('CUSTOM', on ? 'sofia::register' : 'sofia::unregister', () => ({
      'profile-name': phone.profile, 'from-user': phone.extension, 'from-host': configuration.domain, 'presence-hosts': 'n/a', contact, 'call-id': `reg-${phone.extension}@127.0.0.1`, rpid: 'unknown', status: 'Registered(UDP)', expires: on ? '300' : '0',
      'to-user': phone.extension, 'to-host': configuration.domain, 'network-ip': '127.0.0.1', 'network-port': String(phone.port), username: phone.extension, realm: configuration.domain, 'user-agent': 'Ronghu simulated phone', ...Object.fromEntries(account?.variables ?? []), user_name: phone.extension, domain_name: configuration.domain,
    }));
    if (!on && phone.leg) phone.hangUp();
  }

  /** `sofia_contact`: `profile/8001@domain`. */
  contact(text: string): string {
    const extension = /(?:^|\/)([^/@]+)@/.exec(text)?.[1] ?? text;
    const phone = this.all.get(extension);
    return phone?.registered ? `sofia/${phone.profile}/sip:${extension}@127.0.0.1:${phone.port}` : 'error/user_not_registered';
  }
}
