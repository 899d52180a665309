import { executeOnAnswer } from './on-answer';
import type { Core } from './core';
import type { FarEnd, Leg } from './leg';
import type { Thread } from './thread';

export type DialResult = { leg: Leg; cause: 'SUCCESS' } | { leg: null; cause: string };
interface Endpoint { variables: Map<string, string>; target: string }

/**
 * Calls one or more ends: `{all}[one]user/8001@domain,[…]user/8002@domain|sofia/gateway/pstn/138…`. Comma: at once, the first to answer wins;
 * bar: one after the other.
 * The leg that answered has no job yet: the caller gives it one.
 * @param originator the leg on whose behalf; when it hangs up, the ringing ends
 * @param waiter its thread, when it is that thread which waits
 */
export async function dial(core: Core, text: string, originator: Leg | null, waiter: Thread | null): Promise<DialResult> {
  const { variables, rest } = readVariables(text.trim(), '{', '}');
  let cause = 'NO_ROUTE_DESTINATION';
  for (const group of splitOutside(rest, '|')) {
    const ends: Endpoint[] = splitOutside(group, ',').map((end) => { const own = readVariables(end.trim(), '[', ']'); return { variables: new Map([...variables, ...own.variables]), target: own.rest }; });
    const result = await ring(core, ends, originator, waiter);
    if (result.leg) return result;
    cause = result.cause;
  }
  return { leg: null, cause };
}

function ring(core: Core, ends: readonly Endpoint[], originator: Leg | null, waiter: Thread | null): Promise<DialResult> {
  return new Promise((resolve) => {
    const legs: Leg[] = [];
    let cause = 'NO_ROUTE_DESTINATION';
    let over = false;
    let timer: NodeJS.Timeout | null = null;
    const finish = (winner: Leg | null, why: string): void => {
      if (over) return;
      over = true;
      if (timer) clearTimeout(timer);
      stopListening();
      for (const leg of legs) if (leg !== winner) core.hangUp(leg, winner ? 'LOSE_RACE' : why === 'ORIGINATOR_CANCEL' || why === 'NO_ANSWER' ? why : 'NORMAL_CLEARING');
      resolve(winner ? { leg: winner, cause: 'SUCCESS' } : { leg: null, cause: why });
      waiter?.wake();
    };
    const stopListening = core.listen((name) => name === 'CHANNEL_ANSWER' || name === 'CHANNEL_HANGUP', (event) => {
      const uuid = event.get('Unique-ID');
      if (event.name === 'CHANNEL_HANGUP' && originator && uuid === originator.uuid) { finish(null, 'ORIGINATOR_CANCEL'); return; }
      const leg = legs.find((each) => each.uuid === uuid);
      if (!leg) return;
      if (event.name === 'CHANNEL_ANSWER') { finish(leg, 'SUCCESS'); return; }
      cause = leg.hangupCause ?? cause;
      legs.splice(legs.indexOf(leg), 1);
      if (legs.length === 0) finish(null, cause);
    });
    let seconds = 60;
    for (const end of ends) {
      const opened = openLeg(core, end, originator);
      if (typeof opened === 'string') { cause = opened; continue; }
      legs.push(opened);
      seconds = Number(end.variables.get('originate_timeout') ?? end.variables.get('leg_timeout') ?? originator?.variable('call_timeout') ?? '') || 60;
    }
    if (legs.length === 0) { finish(null, cause); return; }
    timer = setTimeout(() => finish(null, 'NO_ANSWER'), seconds * 1000);
    for (const leg of [...legs]) startRinging(leg);
    void waitForOriginator(waiter, () => over, () => finish(null, 'ORIGINATOR_CANCEL'));
  });
}

/** The originator's thread looks at its messages while it waits for the ringing to end; when it ends or is moved, the ringing is cancelled. */
async function waitForOriginator(waiter: Thread | null, over: () => boolean, cancel: () => void): Promise<void> {
  if (!waiter) return;
  try { await waiter.wait(Infinity, { until: over }); } catch { cancel(); }
}

function startRinging(leg: Leg): void {
  leg.emit('CHANNEL_OUTGOING');
  leg.enter('CS_INIT');
  leg.emit('CHANNEL_CREATE');
  leg.emit('CHANNEL_ORIGINATE');
  leg.enter('CS_ROUTING'); leg.enter('CS_CONSUME_MEDIA');
  // What the wire takes to the phone and back.
  setTimeout(() => {
    if (leg.over) return;
    leg.far.ring(leg);
    if (leg.over || leg.answered) return;
    progress(leg);
  }, 2);
}

/** 180 from the far end. */
export function progress(leg: Leg): void {
  if (leg.times.progress > 0 || leg.over) return;
  leg.times.progress = leg.core.now();
  leg.emit('CHANNEL_PROGRESS');
  leg.enterCallState('RINGING');
}

/** 200 from the far end. */
export function answeredByFar(leg: Leg): void {
  if (leg.over || leg.answered) return;
  progress(leg);
  leg.markAnswered();
  leg.emit('CHANNEL_ANSWER');
  leg.set('endpoint_disposition', 'ANSWER');
  leg.enterCallState('ACTIVE');
  leg.voiceChanged();
  executeOnAnswer(leg);
}

function openLeg(core: Core, end: Endpoint, originator: Leg | null): Leg | string {
  const resolved = resolve(core, end.target);
  if (typeof resolved === 'string') return resolved;
  const wanted = end.variables.get('origination_uuid');
  if (wanted !== undefined && core.legs.has(wanted)) return 'DESTINATION_OUT_OF_ORDER';
  if (!core.admits()) return 'SWITCH_CONGESTION';
  const number = end.variables.get('origination_caller_id_number') ?? originator?.variable('effective_caller_id_number') ?? '';
  const leg = core.open({
    uuid: wanted ?? core.uuid(), direction: 'outbound', name: resolved.channelName, profile: resolved.profile, number: number !== '' ? number : originator?.options.number ?? '0000000000',
    callerName: end.variables.get('origination_caller_id_name') ?? originator?.options.callerName ?? '', destination: resolved.number, context: 'default', far: resolved.far, ...(resolved.presenceId ? { presenceId: resolved.presenceId } : {}), address: '127.0.0.1',
  });
  for (const [name, value] of resolved.variables) leg.set(name, value);
  for (const [name, value] of end.variables) leg.set(name, value);
  if (originator) {
    leg.other = originator; leg.otherType = 'originator';
    leg.set('originator', originator.uuid);
    originator.originated.push(`${leg.uuid};Outbound Call;${resolved.number}`);
    originator.set('originated_legs', originator.originated.join('|:'));
  }
  return leg;
}

interface Resolved { far: FarEnd; number: string; profile: string; channelName: string; presenceId: string | null; variables: ReadonlyMap<string, string> }

/** Who is called, or the cause why nobody can be. */
function resolve(core: Core, target: string): Resolved | string {
  const user = /^user\/([^@]+)(?:@(.+))?$/.exec(target);
  if (user) {
    const [, extension = ''] = user;
    const account = core.configuration.users.get(extension);
    if (!account) return 'SUBSCRIBER_ABSENT';
    const phone = core.phones.get(extension);
    if (!phone?.registered) return 'USER_NOT_REGISTERED';
    return { far: phone, number: extension, profile: phone.profile, channelName: `sofia/${phone.profile}/${extension}@127.0.0.1:${phone.port}`, presenceId: `${extension}@${account.domain}`, variables: new Map([['dialed_user', extension], ['dialed_domain', account.domain], ...account.variables]) };
  }
  const gateway = /^sofia\/gateway\/([^/]+)\/(.+)$/.exec(target);
  if (gateway) {
    const known = core.configuration.gateways.get(gateway[1] ?? '');
    if (!known) return 'INVALID_GATEWAY';
    if (!core.outside.trunkUp) return 'GATEWAY_DOWN';
    return { far: core.outside, number: gateway[2] ?? '', profile: known.profile, channelName: `sofia/${known.profile}/${gateway[2]}`, presenceId: null, variables: new Map([['sip_gateway_name', known.name]]) };
  }
  const direct = /^sofia\/([^/]+)\/(?:sip:)?([^@]+)@(.+)$/.exec(target);
  if (direct && core.configuration.profiles.has(direct[1] ?? '')) {
    const phone = core.phones.get(direct[2] ?? '');
    return { far: phone?.registered ? phone : core.outside, number: direct[2] ?? '', profile: direct[1] ?? '', channelName: `sofia/${direct[1]}/${direct[2]}@${direct[3]}`, presenceId: null, variables: new Map() };
  }
  return target.startsWith('error/') ? target.slice(6).toUpperCase() : 'CHAN_NOT_IMPLEMENTED';
}

/** Reads `{a=1,b='two, three'}` at the beginning of a text. */
export function readVariables(text: string, open: string, close: string): { variables: Map<string, string>; rest: string } {
  const variables = new Map<string, string>();
  if (!text.startsWith(open)) return { variables, rest: text };
  let quoted = false; let at = 1; let part = '';
  const put = (): void => { const equal = part.indexOf('='); if (equal > 0) variables.set(part.slice(0, equal).trim(), part.slice(equal + 1)); part = ''; };
  for (; at < text.length; at++) {
    const sign = text[at] ?? '';
    if (sign === "'") { quoted = !quoted; continue; }
    if (!quoted && sign === close) break;
    if (!quoted && sign === ',') { put(); continue; }
    part += sign;
  }
  put();
  return { variables, rest: text.slice(at + 1).trim() };
}

/** Splits at a sign that stands outside brackets and quotes. */
export function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = []; let depth = 0; let quoted = false; let part = '';
  for (const sign of text) {
    if (sign === "'") quoted = !quoted;
    if (!quoted && '[{('.includes(sign)) depth++;
    if (!quoted && ']})'.includes(sign)) depth--;
    if (sign === separator && depth === 0 && !quoted) { parts.push(part); part = ''; } else part += sign;
  }
  parts.push(part);
  return parts.filter((each) => each.trim() !== '');
}
