import { lengthOf, SILENCE } from './audio';
import { Bridge } from './bridge';
import type { Leg } from './leg';
import { executeOnAnswer, startRecording } from './on-answer';
import { dial } from './originate';
import { Ended, type ApplicationRunner, type Thread } from './thread';

type Application = (thread: Thread, data: string) => Promise<void> | void;

/** The dialplan applications that the generated dialplan and the director use. An unknown one hangs up, as in the switch. */
export class Applications implements ApplicationRunner {
  private readonly known: Readonly<Record<string, Application>> = {
    answer, park, playback, bridge, hangup, transfer, set, unset, export: set, record_session: recordSession, stop_record_session: (thread, data) => { thread.leg.core.stopRecordings(thread.leg, data); },
    play_and_get_digits: playAndGetDigits, event: fireEvent, respond, ring_ready: ringReady, sleep, echo, eavesdrop, conference, pre_answer: preAnswer, log: () => undefined, info: () => undefined, reuse_caller_profile: () => undefined, sched_hangup: () => undefined,
    flush_dtmf: (thread) => { thread.digits.length = 0; }, hold: (thread) => { thread.leg.core.hold(thread.leg, true, false); }, unhold: (thread) => { thread.leg.core.hold(thread.leg, false, false); },
  };

  async run(thread: Thread, application: string, data: string): Promise<void> {
    const run = this.known[application];
    if (!run) { thread.leg.core.options.log(`no application ${application}`); thread.leg.core.hangUp(thread.leg, 'DESTINATION_OUT_OF_ORDER'); throw new Ended(); }
    await run(thread, data);
    thread.check();
  }
}

function answer({ leg }: Thread): void { answerLeg(leg); }

/** 200 towards the far end of an inbound leg. */
export function answerLeg(leg: Leg): void {
  if (leg.answered || leg.over) return;
  if (leg.core.earlyBeforeAnswer(leg.options.profile) && leg.answerState !== 'early') early(leg);
  leg.markAnswered();
  leg.emit('CHANNEL_ANSWER');
  leg.set('endpoint_disposition', 'ANSWER');
  leg.enterCallState('ACTIVE');
  leg.voiceChanged();
  executeOnAnswer(leg);
}

function early(leg: Leg): void {
  leg.answerState = 'early'; leg.set('endpoint_disposition', 'EARLY MEDIA'); leg.times.progressMedia = leg.core.now();
  leg.emit('CHANNEL_PROGRESS_MEDIA');
  leg.enterCallState('EARLY');
}

function preAnswer({ leg }: Thread): void { if (!leg.answered && leg.answerState !== 'early') early(leg); }

function ringReady({ leg }: Thread): void {
  leg.times.progress = leg.core.now();
  leg.emit('CHANNEL_PROGRESS');
}

async function park(thread: Thread): Promise<void> {
  const { leg } = thread;
  const limit = leg.variable('park_timeout');
  // The switch forgets both when the parking begins.
  if (limit !== '') { leg.set('park_timeout', ''); leg.set('park_after_bridge', ''); }
  leg.emit('CHANNEL_PARK');
  leg.hear(SILENCE);
  try {
    const [seconds = '', cause = 'NORMAL_CLEARING'] = limit.split(':');
    if ((await thread.wait(limit === '' ? Infinity : Number(seconds) * 1000)) === 'timeout') leg.core.hangUp(leg, cause);
    thread.check();
  } finally { leg.emit('CHANNEL_UNPARK'); }
}

async function playback(thread: Thread, data: string): Promise<void> {
  const { leg } = thread;
  const found = lengthOf(data, leg.core.configuration.streams);
  if (!leg.answered && leg.answerState !== 'early') early(leg);
  if (!found) { leg.set('current_application_response', 'FILE NOT FOUND'); return; }
  const limit = Number(leg.variable('playback_timeout_sec')) * 1000;
  const ms = limit > 0 ? Math.min(found.ms, limit) : found.ms;
  leg.set('current_application_response', '');
  leg.emit('PLAYBACK_START', { 'Playback-File-Path': data });
  let status = 'done';
  try {
    const until = performance.now() + ms;
    for (let left = ms; ;) {
      const before = thread.digits.length;
      const ended = await thread.play(found.sound, left, { digits: true });
      if (ended === 'break') { status = 'break'; break; }
      if (ended !== 'digit') break;
      const terminators = leg.variable('playback_terminators') || '*';
      const digit = thread.digits.splice(0).at(before) ?? '';
      if (terminators !== 'none' && digit !== '' && terminators.includes(digit)) { status = 'break'; break; }
      left = ms === Infinity ? Infinity : Math.max(0, until - performance.now());
    }
  } catch (error) { status = 'break'; throw error; } finally {
    leg.set('current_application_response', status === 'done' ? 'FILE PLAYED' : 'PLAYBACK ERROR');
    leg.emit('PLAYBACK_STOP', { 'Playback-File-Path': data, 'Playback-Status': status });
  }
}

/** `min max tries timeout terminators file invalid variable regexp`. The answer is in the variable; the response stays `_none_`. */
async function playAndGetDigits(thread: Thread, data: string): Promise<void> {
  const { leg } = thread;
  const [least = '1', most = '1', tries = '1', timeout = '5000', terminators = '#', file = '', invalid = '', name = 'digits', expression = '.*'] = data.split(' ');
  const pattern = new RegExp(expression);
  leg.set(name, ''); leg.set('current_application_response', '');
  thread.digits.length = 0;
  for (let turn = 0; turn < Number(tries); turn++) {
    const typed = await collect(thread, file, Number(most), Number(timeout), terminators);
    if (typed.length >= Number(least) && pattern.test(typed)) { leg.set(name, typed); return; }
    await prompt(thread, invalid, false);
  }
}

async function collect(thread: Thread, file: string, most: number, timeoutMs: number, terminators: string): Promise<string> {
  let typed = '';
  const take = (): boolean => {
    for (let digit = thread.digits.shift(); digit !== undefined; digit = thread.digits.shift()) {
      if (terminators.includes(digit)) return true;
      typed += digit;
      if (typed.length >= most) return true;
    }
    return false;
  };
  await prompt(thread, file, true);
  while (!take()) if ((await thread.wait(timeoutMs, { digits: true })) !== 'digit') break;
  return typed;
}

async function prompt(thread: Thread, file: string, digits: boolean): Promise<void> {
  const found = file === '' || file === 'silence' ? null : lengthOf(file, thread.leg.core.configuration.streams);
  if (!found) return;
  thread.leg.emit('PLAYBACK_START', { 'Playback-File-Path': file });
  let status = 'break';
  try { status = (await thread.play(found.sound, found.ms, { digits })) === 'timeout' ? 'done' : 'break'; } finally { thread.leg.emit('PLAYBACK_STOP', { 'Playback-File-Path': file, 'Playback-Status': status }); }
}

function set(thread: Thread, data: string): void {
  const [name = '', ...rest] = data.split('=');
  thread.leg.set(name.trim(), rest.join('='));
}

function unset(thread: Thread, data: string): void { thread.leg.set(data.trim(), ''); }

function hangup({ leg }: Thread, data: string): void { leg.core.hangUp(leg, data === '' ? 'NORMAL_CLEARING' : data); }

function respond({ leg }: Thread, data: string): void {
  const causes: Readonly<Record<string, string>> = { 403: 'CALL_REJECTED', 404: 'UNALLOCATED_NUMBER', 480: 'NO_USER_RESPONSE', 486: 'USER_BUSY', 503: 'NORMAL_TEMPORARY_FAILURE' };
  leg.core.hangUp(leg, causes[data.split(' ')[0] ?? ''] ?? 'NORMAL_CLEARING');
}

/** `extension [XML context]`; the rest of the dialplan is dropped when the application is over, so its execute is complete before the move. */
function transfer(thread: Thread, data: string): void {
  const [destination = '', , context = thread.leg.context] = data.split(' ');
  const { leg } = thread;
  leg.set('transfer_source', `${Math.floor(leg.core.now() / 1000)}:${leg.uuid}:bl_xfer:${destination}/${context}/XML`);
  leg.set('transfer_history', [leg.variable('transfer_history'), leg.variable('transfer_source')].filter((part) => part !== '').join('|:'));
  thread.move({ kind: 'dialplan', destination, context, transferred: true });
}

async function sleep(thread: Thread, data: string): Promise<void> { await thread.wait(Number(data) || 0); }

async function echo(thread: Thread): Promise<void> { await thread.play(thread.leg.far.voice, Infinity); }

function recordSession(thread: Thread, data: string): void {
  const { leg } = thread;
  const path = data.split(' ')[0] ?? '';
  startRecording(leg, path);
}


function fireEvent({ leg }: Thread, data: string): void {
  const headers: Record<string, string> = {};
  for (const part of data.split(',')) { const at = part.indexOf('='); if (at > 0) headers[part.slice(0, at).trim()] = part.slice(at + 1).trim(); }
  const { 'Event-Name': name = 'CHANNEL_APPLICATION', 'Event-Subclass': subclass = '', ...rest } = headers;
  leg.emit(name, rest, subclass);
}

async function bridge(thread: Thread, data: string): Promise<void> {
  const { leg } = thread;
  if (leg.callState === 'ACTIVE') leg.enterCallState('RING_WAIT');
  const ringback = leg.answered ? lengthOf(leg.variable('transfer_ringback') || leg.variable('ringback'), leg.core.configuration.streams) : null;
  if (ringback) leg.hear(ringback.sound);
  const result = await dial(leg.core, data, leg, thread);
  leg.hear(SILENCE);
  if (leg.callState === 'RING_WAIT' && !leg.over) leg.enterCallState('ACTIVE');
  thread.check();
  if (!result.leg) {
    leg.set('originate_disposition', result.cause); leg.set('DIALSTATUS', result.cause);
    if (!leg.truth('continue_on_fail')) { leg.core.hangUp(leg, result.cause); thread.check(); }
    return;
  }
  leg.set('originate_disposition', 'SUCCESS');
  answerLeg(leg);
  const pair = new Bridge(leg, result.leg, false);
  result.leg.thread.start({ kind: 'bridge', bridge: pair });
  await pair.run(leg);
}

async function eavesdrop(thread: Thread, data: string): Promise<void> {
  const target = thread.leg.core.legs.get(data);
  if (!target) return;
  thread.leg.hear(target.far.voice);
  while (!target.over) await thread.wait(500, { until: () => target.over });
}

async function conference(thread: Thread, data: string): Promise<void> {
  const { leg } = thread;
  answerLeg(leg);
  leg.core.conferences.join(leg, data.split('@')[0] ?? data);
  try { await thread.wait(Infinity); } finally { leg.core.conferences.leave(leg); }
}
