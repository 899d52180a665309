import { SWITCH } from '@ronghu/contract';
import { channelVariables, type SwitchLink, type SwitchReply } from '../switch';

/** Variables that let the next director know what this one was doing; set on the customer's leg. */
export const KEPT = { group: 'ronghu_group', queuedAt: 'ronghu_queued_at', priority: 'ronghu_priority', want: 'ronghu_want', offer: 'ronghu_offer', epoch: 'ronghu_epoch', orderId: 'ronghu_order_id', orderCompanyId: 'ronghu_order_company', purpose: 'ronghu_purpose', number: 'ronghu_number' } as const;
const V = SWITCH.variable;
const room = (extension: string): string => `${extension}/XML/${SWITCH.context.public}`;

export interface RingOrder { legUuid: string; callId: string; extension: string; agentId: number | null; role: 'agent' | 'consulted' | 'customer'; callerNumber: string; offerId?: number; seconds: number; parkSeconds: number; key: string; more?: Record<string, string | number> }

/** The control moves, in the forms proved on a real switch (esl/moves.md). Each has a timeout and, where a repeat would ring twice, a key. */
export class SwitchMoves {
  constructor(private readonly link: SwitchLink, private readonly settings: { recordingsDir: string; trunk: string; promptsDir: string; epoch: () => number }) {}

  /** Rings a phone of ours; resolves when the phone answered or the ring ended. `+OK` may come before the leg's park. */
  ringPhone(o: RingOrder): Promise<SwitchReply> {
    return this.link.bgapi(`originate ${channelVariables({ ...this.legVariables(o), ignore_early_media: true, sip_auto_answer: false, process_cdr: false })}user/${o.extension}@${SWITCH.domain} &park()`, { key: o.key, timeoutMs: (o.seconds + 10) * 1000 });
  }
  /** Rings a number through the trunk, or a colleague's phone when `internal`. Early media comes through, so the caller hears the real ring-back tone. */
  ringNumber(o: RingOrder & { number: string; record: boolean; internal: boolean }): Promise<SwitchReply> {
    const target = o.internal ? `user/${o.extension}@${SWITCH.domain}` : `sofia/gateway/${this.settings.trunk}/${o.number}`;
    const file = `${this.settings.recordingsDir}/${o.callId}.wav`;
    const recording: Record<string, string | number | boolean> = o.record ? { RECORD_STEREO: true, RECORD_ANSWER_REQ: true, enable_file_write_buffering: false, [V.recording]: file, execute_on_answer: `record_session ${file}`, process_cdr: true } : { process_cdr: false };
    return this.link.bgapi(`originate ${channelVariables({ ...this.legVariables(o), ...recording, hold_music: SWITCH.music })}${target} &park()`, { key: o.key, timeoutMs: (o.seconds + 10) * 1000 });
  }
  private legVariables(o: RingOrder): Record<string, string | number> {
    return {
      origination_uuid: o.legUuid, [V.callId]: o.callId, [V.role]: o.role, ...(o.agentId === null ? {} : { [V.agentId]: o.agentId }), ...(o.offerId ? { [KEPT.offer]: o.offerId } : {}), [KEPT.epoch]: this.settings.epoch(),
      originate_timeout: o.seconds, park_timeout: o.parkSeconds, origination_caller_id_number: o.callerNumber, origination_caller_id_name: o.callerNumber, max_session_transfers: 1000000, ...o.more,
    };
  }

  bridge(a: string, b: string, key?: string): Promise<SwitchReply> { return this.link.bgapi(`uuid_bridge ${a} ${b}`, { key, timeoutMs: 5000 }); }
  kill(uuid: string, cause: string): Promise<SwitchReply> { return this.link.api(`uuid_kill ${uuid} ${cause}`); }
  transfer(uuid: string, extension: string): Promise<SwitchReply> { return this.link.api(`uuid_transfer ${uuid} ${extension} XML ${SWITCH.context.public}`); }
  /** Customer to the self-rescuing music, agent to silence; one command, so that neither is ever alone. */
  hold(customer: string): Promise<SwitchReply> { return this.link.api(`uuid_dual_transfer ${customer} ${room(SWITCH.extension.wait)} ${room(SWITCH.extension.agentHold)}`); }
  conference(pair: string, third: string, name: string): Promise<SwitchReply> {
    return this.link.api(`uuid_transfer ${pair} -both conference:${name}@default inline`).then((reply) => reply.ok ? this.link.api(`uuid_transfer ${third} conference:${name}@default inline`) : reply);
  }
  mute(uuid: string, on: boolean): Promise<SwitchReply> { return this.link.api(on ? `uuid_audio ${uuid} start read mute 1` : `uuid_audio ${uuid} stop`); }
  /** Asks the phone to answer by NOTIFY (talk); phones that do not know it go on ringing and are answered by hand. */
  answerPhone(uuid: string): Promise<SwitchReply> { return this.link.api(`uuid_phone_event ${uuid} talk`); }
  sendDigits(uuid: string, digits: string): Promise<SwitchReply> { return this.link.api(`uuid_send_dtmf ${uuid} ${digits}`); }
  setVariables(uuid: string, values: Record<string, string | number | null>): Promise<SwitchReply> {
    const text = Object.entries(values).map(([name, value]) => `${name}=${value === null ? '' : String(value).replace(/[;\s]/g, '')}`).join(';');
    return this.link.api(`uuid_setvar_multi ${uuid} ${text}`);
  }
  /** The ring-back tone for an agent whose customer's line only signals ringing. */
  ringback(uuid: string): Promise<SwitchReply> { return this.link.api(`uuid_broadcast ${uuid} tone_stream://%(1000,4000,450);loops=15 aleg`); }
  stopSounds(uuid: string): Promise<SwitchReply> { return this.link.api(`uuid_break ${uuid} all`); }

  /** Plays a prompt to a caller in the waiting room; the end comes as CHANNEL_EXECUTE_COMPLETE with this tag. The turn's limit would cut it off, so it is emptied first. */
  async play(uuid: string, prompt: string, tag: string): Promise<void> {
    await this.link.api(`uuid_setvar ${uuid} playback_timeout_sec`);
    await this.link.sendmsg(uuid, { 'call-command': 'execute', 'execute-app-name': 'playback', 'execute-app-arg': this.sound(prompt), 'event-uuid': tag }, undefined, { key: tag });
  }
  async ask(uuid: string, o: { prompt: string; minDigits: number; maxDigits: number; terminator: string; timeoutMs: number; variable: string }, tag: string): Promise<void> {
    await this.link.api(`uuid_setvar ${uuid} playback_timeout_sec`);
    // One try a question: the interpreter counts tries itself. The silence is the sound of a wrong key, which the interpreter answers with a prompt of its own.
    const arg = `${o.minDigits} ${o.maxDigits} 1 ${o.timeoutMs} ${o.terminator} ${this.sound(o.prompt)} silence_stream://50 ${o.variable} \\d+`;
    await this.link.sendmsg(uuid, { 'call-command': 'execute', 'execute-app-name': 'play_and_get_digits', 'execute-app-arg': arg, 'event-uuid': tag }, undefined, { key: tag });
  }
  async variable(uuid: string, name: string): Promise<string | null> {
    const reply = await this.link.api(`uuid_getvar ${uuid} ${name}`, { unfenced: true });
    return reply.text === '_undef_' || reply.text.startsWith('-ERR') ? null : reply.text;
  }

  async channels(): Promise<{ uuid: string; direction: string; dest: string; callstate: string }[]> { return rowsOf((await this.link.api('show channels as json', { unfenced: true, timeoutMs: 5000 })).text).map((r) => ({ uuid: textOf(r.uuid), direction: textOf(r.direction), dest: textOf(r.dest), callstate: textOf(r.callstate) })); }
  /** Bridged pairs; `show calls` lists single legs too, which have no b_uuid. */
  async pairs(): Promise<{ a: string; b: string }[]> { return rowsOf((await this.link.api('show calls as json', { unfenced: true, timeoutMs: 5000 })).text).map((r) => ({ a: textOf(r.uuid), b: textOf(r.b_uuid) })).filter((p) => p.a !== '' && p.b !== ''); }
  async dump(uuid: string): Promise<Record<string, string> | null> {
    const reply = await this.link.api(`uuid_dump ${uuid} json`, { unfenced: true, timeoutMs: 5000 });
    if (reply.text.startsWith('-ERR') || reply.text === '') return null;
    return Object.fromEntries(Object.entries(JSON.parse(reply.text) as Record<string, unknown>).map(([k, v]) => [k, Array.isArray(v) ? String(v[0]) : String(v)]));
  }
  async registrations(): Promise<Set<string>> { return new Set(rowsOf((await this.link.api('show registrations as json', { unfenced: true, timeoutMs: 5000 })).text).map((r) => textOf(r.reg_user))); }

  private sound(prompt: string): string { return `${this.settings.promptsDir}/${prompt}.wav`; }
}

function rowsOf(text: string): Record<string, unknown>[] {
  if (!text.startsWith('{')) return [];
  const value = JSON.parse(text) as { rows?: Record<string, unknown>[] };
  return value.rows ?? [];
}
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
