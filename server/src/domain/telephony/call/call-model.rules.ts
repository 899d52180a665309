import type { AgentCallState, EndReason } from '@ronghu/contract';
import { hangupText } from './hangup-text';
import type { CallEffect, CallInput, CallModel, EndedBy, Leg } from './call.types';

type Born = Pick<CallModel, 'callId' | 'direction' | 'clearNumber' | 'calledNumber' | 'startedAt'> & Partial<CallModel>;

/** A new call: inbound ones begin in the IVR, outbound ones by dialling. */
export function createCall(born: Born): CallModel {
  return {
    node: 'node1', purpose: born.direction === 'inbound' ? 'service' : 'dial', callerKey: null, orderId: null, orderCompanyId: null, legs: new Map(), phase: born.direction === 'inbound' ? 'ivr' : 'dialing', want: 'talk', agentId: null, ownerId: null, joined: false, parted: false, servedLocally: false,
    skillGroupId: null, priority: 5, blocked: false, selfService: false, repeatCount: 0, queuedAt: null, answeredAt: null, endedAt: null, talkSince: null, talkMs: 0, offeredAt: null, ringMs: 0, ivrPath: [], misses: 0, transfers: 0,
    rating: null, recordingPath: null, recording: false, endedBy: null, endReason: null, referred: false, customerName: null, companyId: null, stationId: null, ...born,
  };
}
export const customerLeg = (call: CallModel): Leg | null => { for (const leg of call.legs.values()) if (leg.role === 'customer') return leg; return null; };
export const agentLeg = (call: CallModel, agentId: number | null = call.agentId): Leg | null => { for (const leg of call.legs.values()) if (leg.role !== 'customer' && leg.agentId === agentId && leg.agentId !== null && leg.endedAt === null) return leg; return null; };
export const consultedLeg = (call: CallModel): Leg | null => { for (const leg of call.legs.values()) if (leg.role === 'consulted' && leg.endedAt === null) return leg; return null; };

/**
 * The call model: what the switch's events and the director's doings make of one call. Pure; the call is changed in place. Correlates by leg, never by
 * the order between legs (events of two channels may come in either order); an unknown leg, a duplicate and anything after the end change nothing.
 */
export function stepCall(call: CallModel, input: CallInput): CallEffect[] {
  if (call.phase === 'ended') return [];
  const out: CallEffect[] = [];
  apply(call, input, out);
  lines(call, out);
  if (out.length > 0 || input.kind === 'ivr') out.push({ kind: 'changed' });
  return out;
}

function apply(call: CallModel, input: CallInput, out: CallEffect[]): void {
  const say = (event: string, text: string, agentId: number | null = null): void => { out.push({ kind: 'journal', at: input.at, event, text, agentId }); };
  switch (input.kind) {
    case 'legCreated': {
      if (call.legs.has(input.uuid)) return;
      call.legs.set(input.uuid, { uuid: input.uuid, role: input.role, agentId: input.agentId ?? null, label: input.label ?? '', offerId: input.offerId ?? null, createdAt: input.at, ringing: false, answeredAt: null, parked: false, bridgedTo: null, phoneHeld: false, muted: false, endedAt: null, cause: null, line: null });
      say(`leg.${input.role}`, input.role === 'customer' ? '客户侧建立' : `呼叫 ${input.label ?? ''}`.trim(), input.agentId ?? null);
      return;
    }
    case 'ivr': call.ivrPath = input.path; return;
    case 'queued':
      call.phase = 'queued'; call.want = 'talk'; call.skillGroupId = input.skillGroupId; call.priority = input.priority; call.queuedAt ??= input.at; call.agentId = null;
      say('queued', input.text ?? '进入排队');
      return;
    case 'offered': call.phase = 'offered'; call.offeredAt = input.at; call.agentId = input.agentId; say('offered', '分配坐席振铃', input.agentId); return;
    case 'unoffered':
      if (call.phase !== 'offered') return;
      if (call.offeredAt !== null) call.ringMs += input.at - call.offeredAt;
      call.phase = 'queued'; call.offeredAt = null; call.agentId = null;
      if (input.missed) call.misses += 1;
      say(input.missed ? 'missed' : 'unoffered', input.missed ? '坐席未接，转给下一位' : '分配撤回', input.agentId);
      return;
    case 'connected':
      if (call.offeredAt !== null) call.ringMs += input.at - call.offeredAt;
      call.phase = 'connected'; call.want = 'talk'; call.agentId = input.agentId; call.offeredAt = null; call.referred = false; call.joined = false; call.ownerId = input.agentId;
      call.answeredAt ??= input.at; call.talkSince ??= input.at;
      { const leg = call.legs.get(input.legUuid); if (leg) leg.role = 'agent'; }
      say('answered', '坐席接听', input.agentId);
      return;
    case 'wants': if (call.phase !== 'connected' || call.want === input.want) return; call.want = input.want; call.parted = false; say(input.want, { talk: '恢复通话', hold: '保持', consult: '咨询', conference: '三方会议' }[input.want], input.by); return;
    case 'muted': { const leg = call.legs.get(input.uuid); if (!leg || leg.muted === input.muted) return; leg.muted = input.muted; say(input.muted ? 'muted' : 'unmuted', input.muted ? '静音' : '取消静音', leg.agentId); return; }
    case 'transferred': closeTalk(call, input.at); call.transfers += 1; call.want = 'talk'; say('transferred', `转接到 ${input.to}`, call.agentId); call.agentId = null; return;
    case 'blocked': call.blocked = true; say('blocked', '黑名单拦截'); return;
    case 'served': call.selfService = true; return;
    case 'local': if (call.servedLocally === input.on) return; call.servedLocally = input.on; say(input.on ? 'servedLocally' : 'returned', input.on ? '中心失联，转由站内接听' : '中心恢复，来电收回'); return;
    case 'rating': if (call.phase === 'rating') return; closeTalk(call, input.at); call.phase = 'rating'; call.want = 'talk'; say('rating', '引导客户评价'); return;
    case 'rated': if (call.rating !== null) return; call.rating = input.value; say('rated', `客户评价 ${input.value}`); return;
    case 'recordStarted': call.recording = true; call.recordingPath ??= input.path; return;
    case 'recordStopped': call.recording = false; return;
    case 'note': say(input.event, input.text, input.agentId ?? null); return;
    default: onLeg(call, input, out, say);
  }
}

type LegInput = Extract<CallInput, { kind: 'legRinging' | 'legAnswered' | 'legParked' | 'bridged' | 'unbridged' | 'legHeld' | 'legUnheld' | 'legGone' }>;
function onLeg(call: CallModel, input: LegInput, out: CallEffect[], say: (event: string, text: string, agentId?: number | null) => void): void {
  if (input.kind === 'bridged' || input.kind === 'unbridged') {
    const a = call.legs.get(input.a), b = call.legs.get(input.b);
    if (!a || !b) return;
    if (input.kind === 'bridged') { join(call, a, b, input.at, say); return; }
    if (a.role === 'customer' || b.role === 'customer') call.parted = true;
    // A late unbridge must not undo a newer bridge (att_xfer, quick consult and back).
    if (a.bridgedTo === b.uuid) a.bridgedTo = null;
    if (b.bridgedTo === a.uuid) b.bridgedTo = null;
    return;
  }
  const leg = call.legs.get(input.uuid);
  if (!leg || leg.endedAt !== null) return;
  switch (input.kind) {
    case 'legRinging': leg.ringing = true; return;
    case 'legAnswered':
      if (leg.answeredAt !== null) return;
      leg.answeredAt = input.at; leg.ringing = false;
      // An outbound call is answered when the customer is: coloured ring-back tones are early media, not an answer (CC-27).
      if (call.direction !== 'inbound' && leg.role === 'customer') { call.phase = 'connected'; call.answeredAt ??= input.at; call.talkSince ??= input.at; say('answered', '客户接听'); }
      return;
    case 'legParked': leg.parked = true; return;
    case 'legHeld': if (leg.phoneHeld) return; leg.phoneHeld = true; say('phoneHold', '话机按键保持', leg.agentId); return;
    case 'legUnheld': if (!leg.phoneHeld) return; leg.phoneHeld = false; say('phoneUnhold', '话机按键恢复', leg.agentId); return;
    case 'legGone': gone(call, leg, input, out, say); return;
  }
}

function join(call: CallModel, a: Leg, b: Leg, at: number, say: (event: string, text: string, agentId?: number | null) => void): void {
  for (const other of call.legs.values()) if (other.bridgedTo === a.uuid || other.bridgedTo === b.uuid) other.bridgedTo = null;
  a.bridgedTo = b.uuid; b.bridgedTo = a.uuid; a.parked = false; b.parked = false;
  const customer = a.role === 'customer' ? a : b.role === 'customer' ? b : null;
  if (!customer) return;
  const other = customer === a ? b : a;
  call.joined = true;
  if (call.referred || (other.role === 'consulted' && call.want !== 'conference')) {
    // The customer talks to the one consulted, or to whom the phone referred him: that leg owns the call now.
    if (call.want === 'consult') call.transfers += 1;
    call.referred = false; other.role = 'agent'; call.phase = 'connected'; call.want = 'talk'; call.agentId = other.agentId; call.ownerId = other.agentId ?? call.ownerId; call.talkSince ??= at; call.answeredAt ??= at;
    say('joined', `与 ${other.label} 通话`, other.agentId);
    return;
  }
  // The event of the first bridge may come after the wish to hold: it does not undo that.
  if (call.phase === 'connected' && call.want !== 'talk' && call.parted) call.want = 'talk';
  say('bridged', '双方通话', other.agentId);
}

function gone(call: CallModel, leg: Leg, input: Extract<CallInput, { kind: 'legGone' }>, out: CallEffect[], say: (event: string, text: string, agentId?: number | null) => void): void {
  leg.endedAt = input.at; leg.cause = input.cause;
  const peer = leg.bridgedTo ? call.legs.get(leg.bridgedTo) : undefined;
  leg.bridgedTo = null;
  if (peer?.bridgedTo === leg.uuid) peer.bridgedTo = null;
  say('hangup', hangupText(leg.role === 'customer' ? '客户' : leg.label, input.cause), leg.agentId);
  if (leg.role === 'customer') { end(call, input.at, call.endedBy ?? 'customer', input.cause, out); return; }
  const customer = customerLeg(call);
  const customerAlive = customer !== null && customer.endedAt === null;
  const owner = leg.role === 'agent' && leg.agentId === call.agentId && call.phase !== 'queued' && call.phase !== 'offered';
  if (!owner) {
    if (leg.role === 'consulted' && call.want === 'consult') {
      call.want = 'talk';
      const agent = agentLeg(call);
      if (agent && customerAlive) out.push({ kind: 'reconnect', customer: customer.uuid, agent: agent.uuid });
    }
    // A number the customer was sent to: nobody else is on the way.
    if (leg.role === 'consulted' && call.phase === 'connected' && customerAlive && !agentLeg(call)) out.push({ kind: 'requeue' });
    if (!customerAlive && ![...call.legs.values()].some((other) => other.endedAt === null)) end(call, input.at, call.endedBy ?? 'system', input.cause, out);
    return;
  }
  if (input.referred) { call.referred = true; call.transfers += 1; say('referred', '话机转接', leg.agentId); return; }
  if (!customerAlive) { end(call, input.at, 'agent', input.cause, out); return; }
  if (call.phase === 'dialing') { call.endedBy = 'agent'; out.push({ kind: 'kill', uuid: customer.uuid, cause: 'ORIGINATOR_CANCEL' }); return; }
  if (call.phase !== 'connected') return;
  call.endedBy = 'agent';
  const consulted = consultedLeg(call);
  if (call.want === 'conference' && consulted) { call.want = 'talk'; call.ownerId = consulted.agentId ?? call.ownerId; call.agentId = consulted.agentId; consulted.role = 'agent'; call.endedBy = null; return; }
  closeTalk(call, input.at);
  if (call.want === 'consult') { call.endedBy = null; if (consulted) out.push({ kind: 'kill', uuid: consulted.uuid, cause: 'NORMAL_CLEARING' }); out.push({ kind: 'requeue' }); return; }
  // Answered and gone again before the bridge stood: the caller never had anybody.
  if (!call.joined) { call.endedBy = null; out.push({ kind: 'requeue' }); return; }
  // A bridged customer is led on by the switch itself (transfer_after_bridge); one on hold hears music for ever unless we act.
  if (call.want === 'hold' || !peer) out.push({ kind: 'toRating', customer: customer.uuid });
}

function closeTalk(call: CallModel, at: number): void {
  if (call.talkSince === null) return;
  call.talkMs += at - call.talkSince; call.talkSince = null;
}

function end(call: CallModel, at: number, by: EndedBy, cause: string, out: CallEffect[]): void {
  closeTalk(call, at);
  if (call.offeredAt !== null) { call.ringMs += at - call.offeredAt; call.offeredAt = null; }
  call.endReason = reasonOf(call, cause);
  call.endedBy = by; call.endedAt = at; call.recording = false;
  for (const leg of call.legs.values()) if (leg.endedAt === null) out.push({ kind: 'kill', uuid: leg.uuid, cause: leg.answeredAt === null ? 'ORIGINATOR_CANCEL' : 'NORMAL_CLEARING' });
  call.phase = 'ended';
  out.push({ kind: 'journal', at, event: 'ended', text: '通话结束', agentId: call.agentId }, { kind: 'ended' });
}

const BUSY = new Set(['USER_BUSY']);
const UNANSWERED = new Set(['NO_ANSWER', 'NO_USER_RESPONSE', 'ORIGINATOR_CANCEL', 'ALLOTTED_TIMEOUT', 'RECOVERY_ON_TIMER_EXPIRE', 'NORMAL_CLEARING', 'PROGRESS_TIMEOUT']);
function reasonOf(call: CallModel, cause: string): EndReason {
  if (call.blocked) return 'blocked';
  if (call.servedLocally) return 'servedLocally';
  if (call.answeredAt !== null) return 'completed';
  if (call.direction !== 'inbound') return BUSY.has(cause) ? 'busy' : UNANSWERED.has(cause) ? 'noAnswer' : 'failed';
  if (call.selfService) return 'selfService';
  return call.phase === 'offered' ? 'abandonedRinging' : call.phase === 'queued' ? 'abandonedInQueue' : 'abandonedInIvr';
}

/** What the line of each agent in the call shows; told when it changes. */
function lines(call: CallModel, out: CallEffect[]): void {
  for (const leg of call.legs.values()) {
    if (leg.role === 'customer' || leg.agentId === null) continue;
    const now = leg.endedAt !== null || call.phase === 'ended' ? null : lineOf(call, leg);
    if (now === leg.line && !out.some((e) => e.kind === 'journal' && (e.event === 'muted' || e.event === 'unmuted'))) continue;
    if (now === null && leg.line === null) continue;
    leg.line = now;
    out.push({ kind: 'line', agentId: leg.agentId, uuid: leg.uuid, state: now, muted: leg.muted });
  }
}
function lineOf(call: CallModel, leg: Leg): AgentCallState {
  if (leg.answeredAt === null) return call.direction !== 'inbound' && leg.role === 'agent' && call.phase === 'dialing' ? 'dialing' : 'ringing';
  if (leg.role === 'consulted') return call.want === 'conference' ? 'conferencing' : 'talking';
  if (call.want === 'conference') return 'conferencing';
  if (call.want === 'consult') return 'consulting';
  if (call.phase === 'dialing') return 'dialing';
// The phone is off the hook but the claim is not confirmed: the call is still being offered.
  if (call.phase === 'ivr' || call.phase === 'offered' || call.phase === 'queued') return 'ringing';
  return call.want === 'hold' || leg.phoneHeld ? 'held' : 'talking';
}
