import { SILENCE, type Sound } from './audio';
import type { Core } from './core';
import type { Headers } from './event';
import type { Recording } from './recording';
import type { Thread } from './thread';

export type ChannelState = 'CS_NEW' | 'CS_INIT' | 'CS_ROUTING' | 'CS_SOFT_EXECUTE' | 'CS_EXECUTE' | 'CS_EXCHANGE_MEDIA' | 'CS_PARK' | 'CS_CONSUME_MEDIA' | 'CS_HANGUP' | 'CS_REPORTING' | 'CS_DESTROY';
const STATE_NUMBERS: Readonly<Record<ChannelState, number>> = { CS_NEW: 0, CS_INIT: 1, CS_ROUTING: 2, CS_SOFT_EXECUTE: 3, CS_EXECUTE: 4, CS_EXCHANGE_MEDIA: 5, CS_PARK: 6, CS_CONSUME_MEDIA: 7, CS_HANGUP: 10, CS_REPORTING: 11, CS_DESTROY: 12 };
export type CallState = 'DOWN' | 'DIALING' | 'RINGING' | 'EARLY' | 'ACTIVE' | 'HELD' | 'RING_WAIT' | 'HANGUP' | 'UNHELD';
const CALL_STATE_NUMBERS: Readonly<Record<CallState, number>> = { DOWN: 0, DIALING: 1, RINGING: 2, EARLY: 3, ACTIVE: 4, HELD: 5, RING_WAIT: 6, HANGUP: 7, UNHELD: 8 };
const Q850: Readonly<Record<string, number>> = { NORMAL_CLEARING: 16, USER_BUSY: 17, NO_USER_RESPONSE: 18, NO_ANSWER: 19, SUBSCRIBER_ABSENT: 20, CALL_REJECTED: 21, UNALLOCATED_NUMBER: 1, ORIGINATOR_CANCEL: 487, MANAGER_REQUEST: 503, LOSE_RACE: 502, NORMAL_TEMPORARY_FAILURE: 41, DESTINATION_OUT_OF_ORDER: 27, USER_NOT_REGISTERED: 606 };

/** Who is at the other end of the wire: a phone, or somebody outside. */
export interface FarEnd {
  readonly voice: Sound;
  /** The switch calls this end. */
  ring(leg: Leg): void;
  /** The leg is over, whoever ended it. */
  gone(leg: Leg): void;
  /** The switch asks the phone to pick up by itself (`uuid_phone_event talk`) or to hold. False: it cannot. */
  press(leg: Leg, key: 'talk' | 'hold'): boolean;
}

export interface LegOptions { uuid: string; direction: 'inbound' | 'outbound'; name: string; profile: string; number: string; callerName: string; destination: string; context: string; far: FarEnd; presenceId?: string; address: string }

const micros = (ms: number): string => (ms === 0 ? '0' : String(Math.floor(ms * 1000)));

/** One channel of the switch: what events say of it. What it does is its Thread. */
export class Leg {
  readonly uuid: string;
  readonly variables = new Map<string, string>();
  readonly far: FarEnd;
  readonly createdAt: number;
  thread!: Thread;
  state: ChannelState = 'CS_NEW';
  callState: CallState = 'DOWN';
  answerState: 'ringing' | 'early' | 'answered' | 'hangup' = 'ringing';
  callUuid: string;
  destination: string; context: string;
  readonly initialDestination: string;
  hangupCause: string | null = null;
  hungUpByFar = false;
  other: Leg | null = null;
  otherType: 'originator' | 'originatee' = 'originatee';
  readonly recordings = new Map<string, Recording>();
  readonly times = { answered: 0, progress: 0, progressMedia: 0, hangup: 0, bridged: 0, lastHold: 0, holdAccum: 0, transfer: 0, profile: 0 };
  application = ''; applicationData = '';
  readonly originated: string[] = [];
  /** Mute of `uuid_audio … read mute`: what this far end says is not heard by others. */
  muted = false;
  private heard: Sound = SILENCE;

  constructor(readonly core: Core, readonly options: LegOptions) {
    this.uuid = options.uuid; this.callUuid = options.uuid; this.far = options.far; this.destination = options.destination; this.initialDestination = options.destination; this.context = options.context;
    this.createdAt = core.now(); this.times.profile = this.createdAt;
    const user = options.direction === 'inbound' ? options.number : options.destination;
    for (const [name, value] of Object.entries({
      direction: options.direction, ...(options.direction === 'outbound' ? { is_outbound: 'true' } : {}), uuid: options.uuid, session_id: String(core.nextSession()), call_uuid: options.uuid, channel_name: options.name, sofia_profile_name: options.profile, recovery_profile_name: options.profile,
      sip_from_user: options.number, sip_from_host: '127.0.0.1', sip_to_user: options.destination, sip_to_host: '127.0.0.1', sip_req_user: options.destination, sip_network_ip: '127.0.0.1', sip_contact_user: user, sip_call_id: `${options.uuid.slice(0, 8)}@127.0.0.1`,
      ...(options.direction === 'inbound' ? { endpoint_disposition: core.earlyBeforeAnswer(options.profile) ? 'DELAYED NEGOTIATION' : 'RECEIVED' } : {}),
    })) this.variables.set(name, value);
  }

  get answered(): boolean { return this.answerState === 'answered'; }
  get over(): boolean { return this.hangupCause !== null; }
  variable(name: string): string { return this.variables.get(name) ?? ''; }
  truth(name: string): boolean { return /^(true|yes|on|1|t)$/i.test(this.variable(name)); }
  set(name: string, value: string): void { if (value === '') this.variables.delete(name); else this.variables.set(name, value); }

  emit(name: string, extra: Headers = {}, subclass = ''): void { this.core.emit(name, subclass, () => ({ ...extra, ...this.headers(name !== 'CHANNEL_STATE' && name !== 'CHANNEL_CALLSTATE') })); }

  enter(state: ChannelState): void { if (this.state !== state) { this.state = state; this.emit('CHANNEL_STATE'); } }

  enterCallState(state: CallState): void {
    if (this.callState === state) return;
    const before = this.callState;
    this.callState = state;
    this.emit('CHANNEL_CALLSTATE', { 'Original-Channel-Call-State': before, 'Channel-Call-State-Number': String(CALL_STATE_NUMBERS[state]) });
  }

  /** What this leg's far end hears from now on; noted on every recording of the leg, and on the other leg's when it hears itself nothing new. */
  hear(sound: Sound): void {
    if (sound === this.heard) return;
    this.heard = sound;
    for (const recording of this.recordings.values()) recording.note(1, sound, this.core.now());
  }

  get hearing(): Sound { return this.heard; }
  /** What others hear of this leg's far end. */
  get voice(): Sound { return this.answered && !this.muted && this.callState !== 'HELD' ? this.far.voice : SILENCE; }

  voiceChanged(): void {
    for (const recording of this.recordings.values()) recording.note(0, this.voice, this.core.now());
    const { other } = this;
    if (other && this.thread.bridge && this.thread.bridge === other.thread.bridge) other.hear(this.voice);
  }

  markAnswered(): void {
    this.answerState = 'answered'; this.times.answered = this.core.now();
    for (const [name, value] of [['read_codec', 'PCMA'], ['read_rate', '8000'], ['write_codec', 'PCMA'], ['write_rate', '8000'], ['dtmf_type', 'rfc2833'], ['rtp_use_codec_name', 'PCMA']] as const) this.variables.set(name, value);
  }

  q850(): string { return String(Q850[this.hangupCause ?? ''] ?? 31); }

  headers(withVariables: boolean): Headers {
    const { options, times } = this;
    const headers: Headers = {
      'Channel-State': this.state, 'Channel-Call-State': this.callState, 'Channel-State-Number': String(STATE_NUMBERS[this.state]), 'Channel-Name': options.name, 'Unique-ID': this.uuid, 'Call-Direction': options.direction, 'Presence-Call-Direction': options.direction,
      'Channel-HIT-Dialplan': String(options.direction === 'inbound'), ...(options.presenceId ? { 'Channel-Presence-ID': options.presenceId } : {}), 'Channel-Call-UUID': this.callUuid, 'Answer-State': this.answerState,
      ...(this.answerState === 'ringing' ? {} : { 'Channel-Read-Codec-Name': 'PCMA', 'Channel-Read-Codec-Rate': '8000', 'Channel-Read-Codec-Bit-Rate': '64000', 'Channel-Write-Codec-Name': 'PCMA', 'Channel-Write-Codec-Rate': '8000', 'Channel-Write-Codec-Bit-Rate': '64000' }),
      ...this.profileHeaders('Caller'),
      'Caller-Profile-Created-Time': micros(times.profile), 'Caller-Channel-Created-Time': micros(this.createdAt), 'Caller-Channel-Answered-Time': micros(times.answered), 'Caller-Channel-Progress-Time': micros(times.progress), 'Caller-Channel-Progress-Media-Time': micros(times.progressMedia),
      'Caller-Channel-Hangup-Time': micros(times.hangup), 'Caller-Channel-Transfer-Time': micros(times.transfer), 'Caller-Channel-Resurrect-Time': '0', 'Caller-Channel-Bridged-Time': micros(times.bridged), 'Caller-Channel-Last-Hold': micros(times.lastHold), 'Caller-Channel-Hold-Accum': micros(times.holdAccum),
      'Caller-Screen-Bit': 'true', 'Caller-Privacy-Hide-Name': 'false', 'Caller-Privacy-Hide-Number': 'false',
      // The switch leaves the other leg standing here after a bridge ended; readers must not trust it, so neither may tests.
      ...(this.other ? { 'Other-Type': this.otherType, ...this.other.profileHeaders('Other-Leg') } : {}),
    };
    if (withVariables) for (const [name, value] of this.variables) headers[`variable_${name}`] = value;
    return headers;
  }

  profileHeaders(prefix: 'Caller' | 'Other-Leg'): Headers {
    const { options } = this;
    const inbound = options.direction === 'inbound';
    return {
      [`${prefix}-Direction`]: options.direction, [`${prefix}-Logical-Direction`]: options.direction, ...(inbound ? { [`${prefix}-Username`]: options.number, [`${prefix}-Dialplan`]: 'XML' } : {}),
      [`${prefix}-Caller-ID-Name`]: inbound ? options.callerName : this.variable('origination_caller_id_name') || options.callerName, [`${prefix}-Caller-ID-Number`]: options.number, [`${prefix}-Orig-Caller-ID-Number`]: options.number,
      ...(inbound ? {} : { [`${prefix}-Callee-ID-Name`]: 'Outbound Call', [`${prefix}-Callee-ID-Number`]: options.destination }),
      [`${prefix}-Network-Addr`]: '127.0.0.1', [`${prefix}-ANI`]: options.number, [`${prefix}-Destination-Number`]: this.destination, [`${prefix}-Unique-ID`]: this.uuid, [`${prefix}-Source`]: inbound ? 'mod_sofia' : 'src/switch_ivr_originate.c',
      [`${prefix}-Context`]: this.context, [`${prefix}-Channel-Name`]: options.name, [`${prefix}-Profile-Index`]: '1',
    };
  }
}
