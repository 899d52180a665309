import { randomUUID } from 'node:crypto';
import { SWITCH } from '@ronghu/contract';
import { agentLeg, customerLeg } from '../call/call-model.rules';
import type { CallEffect, CallModel, Leg } from '../call/call.types';
import type { DistributorEffect } from '../distributor/distributor.types';
import type { Core } from './core';
import type { Inbound } from './inbound';
import type { LiveAgent } from './agents';
import { KEPT } from './switch-moves';

type Effect<K extends DistributorEffect['kind']> = Extract<DistributorEffect, { kind: K }>;
const REFUSED = new Set(['CALL_REJECTED', 'USER_BUSY', 'NO_ANSWER', 'NO_USER_RESPONSE', 'ALLOTTED_TIMEOUT', 'NORMAL_CLEARING', 'PROGRESS_TIMEOUT']);
/** Cause of a ring that could not be ordered, or whose fate is unknown. */
export const LINK_AWAY = 'SWITCH_UNAVAILABLE';
/** A bridge is a second away when a phone was answered; a phone that stays parked longer is let go by the switch. */
const PARK_SECONDS = 3;

/** Turns what the hearts decide into commands to the switch, and what the switch did into inputs of the hearts. */
export class Flow {
  /** Told when a call is over. */
  onEnded: ((call: CallModel) => void) | null = null;
  constructor(private readonly core: Core, private readonly inbound: Inbound) {
    core.onCall = (call, effect) => this.callEffect(call, effect);
    core.onQueue = (effect, at) => this.queueEffect(effect, at);
  }

  private queueEffect(effect: DistributorEffect, at: number): void {
    const { core } = this;
    switch (effect.kind) {
      case 'offer': this.offer(effect, at); break;
      case 'cancelOffer': this.cancel(effect, at); break;
      case 'connect': this.connect(effect, at); break;
      case 'staleAnswer': {
        const leg = this.offerLeg(effect.callId, effect.agentId, effect.offerId);
        if (leg) core.quietly('stale answer', core.moves.kill(leg.uuid, 'NORMAL_CLEARING'));
        break;
      }
      case 'missed': {
        const agent = core.agents.get(effect.agentId);
        if (agent) { agent.day.missed += 1; core.agents.keep(agent, at); core.pusher.agent(effect.agentId); }
        break;
      }
      case 'moveToGroup': {
        const call = core.calls.get(effect.callId), leg = call ? customerLeg(call) : null;
        if (!call) break;
        core.feed(call, { kind: 'queued', at, skillGroupId: effect.to, priority: call.priority, text: `溢出到${core.groups.get(effect.to)?.name ?? '其他技能组'}（${{ length: '队列过长', wait: '等候过久', ring: '多次未接' }[effect.reason]}）` });
        if (leg) core.quietly('keep', core.moves.setVariables(leg.uuid, { [KEPT.group]: effect.to }));
        break;
      }
      case 'readiness': {
        const agent = core.agents.get(effect.agentId);
        if (!agent) break;
        core.agents.readiness(agent, effect.from, effect.to, at, { ...this.forced(effect.agentId, effect.cause), reason: effect.reason });
        core.pusher.agent(effect.agentId);
        core.pusher.queue();
        break;
      }
      case 'queueChanged': case 'allBusy': core.pusher.queue(); break;
      case 'refused': break;
    }
  }
  /** Who forces a state is known only while the command runs. */
  operator: { agentId: number; operatorId: number; operatorName: string } | null = null;
  private forced(agentId: number, cause: 'agent' | 'leader' | 'system'): { cause: 'agent' | 'leader' | 'system'; operatorId?: number; operatorName?: string } {
    return this.operator?.agentId === agentId ? { cause: 'leader', operatorId: this.operator.operatorId, operatorName: this.operator.operatorName } : { cause };
  }

  private offer(effect: Effect<'offer'>, at: number): void {
    const { core } = this, call = core.calls.get(effect.callId), group = core.groups.get(effect.groupId);
    if (!call || !group) { core.dispatch({ kind: 'callGone', at, callId: effect.callId }); return; }
    const seconds = Math.ceil(group.rules.ringMs / 1000) + 3;
    for (const agentId of effect.agentIds) {
      const agent = core.agents.get(agentId);
      if (!agent?.config.extension) { core.dispatch({ kind: 'offerUnreachable', at, callId: call.callId, agentId, offerId: effect.offerId }); continue; }
      const legUuid = randomUUID();
      core.feed(call, { kind: 'legCreated', at, uuid: legUuid, role: 'agent', agentId, label: agent.config.extension, offerId: effect.offerId });
      core.feed(call, { kind: 'offered', at, agentId });
      core.pusher.flush();
      const live = core.live(call.callId);
      if (live) core.deps.push.push('offer', { agentId, accountId: agent.config.accountId, call: live, switchAt: core.eventAt || at });
      this.ring(call, legUuid, core.moves.ringPhone({ legUuid, callId: call.callId, extension: agent.config.extension, agentId, role: 'agent', callerNumber: call.clearNumber, offerId: effect.offerId, seconds, parkSeconds: PARK_SECONDS, key: `offer:${call.callId}:${effect.offerId}:${agentId}` }));
    }
  }

  /** Waits for the end of an originate behind the events: a ring that made no channel (unregistered, no route) is known only from its job. */
  ring(call: CallModel, legUuid: string, ringing: Promise<{ ok: boolean; text: string }>): void {
    const failed = (cause: string): void => { if (call.legs.get(legUuid)?.endedAt === null) this.legGone(call, legUuid, cause, this.core.now); };
    ringing.then((reply) => { if (!reply.ok) failed(reply.text.replace(/^-ERR\s*/, '').trim() || 'NORMAL_TEMPORARY_FAILURE'); }, (error: unknown) => {
      this.core.deps.log.warn('a ring failed', { callId: call.callId, error });
      failed(LINK_AWAY);
      // It is unknown whether the switch obeyed: whatever rings must stop.
      this.core.quietly('stop the ring', this.core.moves.kill(legUuid, 'ORIGINATOR_CANCEL'));
    });
  }

  /** A leg is gone, told by an event or by a job. The offer it carried goes on to the next agent. */
  legGone(call: CallModel, uuid: string, cause: string, at: number, referred = false): void {
    const { core } = this, leg = call.legs.get(uuid);
    if (!leg || leg.endedAt !== null) return;
    const { offerId, agentId } = leg;
    const wasRinging = call.phase === 'offered' || call.phase === 'queued';
    core.feed(call, { kind: 'legGone', at, uuid, cause, ...(referred ? { referred } : {}) });
    const customer = customerLeg(call);
    // Without a rating nothing is armed on the switch, and a real one leaves the customer in the music: the call is over when the agent hangs up.
    if (call.phase === 'connected' && call.endedBy === 'agent' && leg.role === 'agent' && customer?.endedAt === null && !this.rates(call)) core.quietly('hang up', core.moves.kill(customer.uuid, 'NORMAL_CLEARING'));
    if (offerId !== null && agentId !== null && wasRinging && core.distributor.calls.get(call.callId)?.offer?.id === offerId) core.dispatch({ kind: cause === LINK_AWAY ? 'offerLost' : REFUSED.has(cause) ? 'offerRefused' : 'offerUnreachable', at, callId: call.callId, agentId, offerId });
  }

  private offerLeg(callId: string, agentId: number, offerId: number): Leg | undefined {
    const call = this.core.calls.get(callId);
    return call ? [...call.legs.values()].find((leg) => leg.agentId === agentId && leg.offerId === offerId && leg.endedAt === null) : undefined;
  }
  private cancel(effect: Effect<'cancelOffer'>, at: number): void {
    const { core } = this, call = core.calls.get(effect.callId), leg = this.offerLeg(effect.callId, effect.agentId, effect.offerId);
    if (call && effect.reason !== 'answeredElsewhere' && effect.reason !== 'callerGone' && core.distributor.calls.get(effect.callId)?.offer?.id !== effect.offerId) core.feed(call, { kind: 'unoffered', at, missed: effect.reason === 'timeout' || effect.reason === 'refused' || effect.reason === 'unreachable', agentId: effect.agentId });
    if (!call || !leg) return;
    core.quietly('cancel ring', core.moves.kill(leg.uuid, effect.reason === 'answeredElsewhere' ? 'LOSE_RACE' : 'ORIGINATOR_CANCEL'));
    // The claim is off now; the hang-up event only confirms it. The phone may be offered the next call meanwhile.
    core.feed(call, { kind: 'legGone', at, uuid: leg.uuid, cause: effect.reason === 'timeout' ? 'NO_ANSWER' : 'ORIGINATOR_CANCEL' });
  }

  /** The agent's phone was answered and stands parked: the distributor decides whether the claim still holds. */
  parked(call: CallModel, leg: Leg, at: number): void {
    const { core } = this;
    if (leg.offerId !== null && leg.agentId !== null && leg.role === 'agent' && (call.phase === 'offered' || call.phase === 'queued')) { core.dispatch({ kind: 'offerAnswered', at, callId: call.callId, agentId: leg.agentId, offerId: leg.offerId }); return; }
    this.onParked?.(call, leg, at);
  }
  /** Parked legs of dialling, consulting and transfers: the phone bar's. */
  onParked: ((call: CallModel, leg: Leg, at: number) => void) | null = null;

  private connect(effect: Effect<'connect'>, at: number): void {
    const { core } = this, call = core.calls.get(effect.callId), leg = this.offerLeg(effect.callId, effect.agentId, effect.offerId), customer = call ? customerLeg(call) : null;
    const agent = core.agents.get(effect.agentId);
    if (!call || !leg || !customer || !agent) { core.dispatch({ kind: 'agentFreed', at, agentId: effect.agentId, wrapUpMs: 0 }); return; }
    const first = call.answeredAt === null;
    core.feed(call, { kind: 'connected', at, agentId: effect.agentId, legUuid: leg.uuid });
    if (first || call.ownerId === effect.agentId) agent.day.answered += 1;
    this.join(call, customer, leg, `bridge:${call.callId}:${effect.offerId}`);
    core.agents.keep(agent, at);
    core.deps.journal.call({ record: core.record(call), final: false, source: 'director' });
  }
  /** Customer and agent together; the rating is armed so that the switch leads the customer on by itself when the agent hangs up first. */
  join(call: CallModel, customer: Leg, leg: Leg, key?: string): void {
    const { core } = this;
    core.quietly('keep', core.moves.setVariables(customer.uuid, { [SWITCH.variable.agentId]: leg.agentId, [KEPT.want]: 'talk', transfer_after_bridge: this.rates(call) ? `${SWITCH.extension.rating}:XML:${SWITCH.context.public}` : null }));
    core.moves.bridge(customer.uuid, leg.uuid, key).then((reply) => {
      // A race with a hang-up: the events tell it. A phone that is left over must not wait for its park to end.
      if (!reply.ok && call.phase === 'connected' && leg.bridgedTo === null && leg.endedAt === null) core.quietly('unbridged phone', core.moves.kill(leg.uuid, 'NORMAL_TEMPORARY_FAILURE'));
    }, (error: unknown) => core.deps.log.warn('a bridge failed', { callId: call.callId, error }));
  }
  private rates(call: CallModel): boolean { return call.direction === 'inbound' && (call.skillGroupId !== null && (this.core.groups.get(call.skillGroupId)?.rating ?? false)); }

  private callEffect(call: CallModel, effect: CallEffect): void {
    const { core } = this, at = core.now;
    switch (effect.kind) {
      case 'line': this.line(call, effect, at); break;
      case 'kill': core.quietly('end a leg', core.moves.kill(effect.uuid, effect.cause)); break;
      case 'requeue': this.requeue(call, at); break;
      case 'reconnect': {
        const customer = call.legs.get(effect.customer), agent = call.legs.get(effect.agent);
        if (customer && agent) this.join(call, customer, agent);
        break;
      }
      case 'toRating':
        if (this.rates(call)) core.quietly('rating', core.moves.transfer(effect.customer, SWITCH.extension.rating));
        else core.quietly('hang up', core.moves.kill(effect.customer, 'NORMAL_CLEARING'));
        break;
      case 'ended': this.ended(call, at); break;
      default: break;
    }
  }
  /** The caller is alone: back to his group, before everybody who came later. */
  requeue(call: CallModel, at: number, more: { preferredAgentId?: number; text?: string; groupId?: number } = {}): void {
    const customer = customerLeg(call), groupId = more.groupId ?? call.skillGroupId ?? this.core.groups.keys().next().value;
    if (!customer || customer.endedAt !== null) return;
    if (groupId === undefined || call.direction !== 'inbound') { this.core.quietly('hang up', this.core.moves.kill(customer.uuid, 'NORMAL_CLEARING')); return; }
    this.core.quietly('wait', this.core.moves.transfer(customer.uuid, SWITCH.extension.wait));
    this.inbound.queue(call, groupId, 1, 0, at, { text: more.text ?? '回到队列', ...(more.preferredAgentId ? { preferredAgentId: more.preferredAgentId } : {}) });
  }

  private line(call: CallModel, effect: Extract<CallEffect, { kind: 'line' }>, at: number): void {
    const { core } = this, agent = core.agents.get(effect.agentId);
    if (!agent) return;
    if (effect.state === null) {
      // The end of an older leg must not clear the line of a newer one.
      if (agent.legUuid !== effect.uuid) return;
      const talked = agent.callState !== 'ringing' && agent.callState !== 'dialing';
      core.agents.line(agent, 'idle', at);
      agent.callId = null; agent.legUuid = null; agent.muted = false;
      if (core.distributor.agents.get(effect.agentId)?.engaged) core.dispatch({ kind: 'agentFreed', at, agentId: effect.agentId, wrapUpMs: talked ? this.wrapUp(call, agent) : 0 });
      core.agents.keep(agent, at);
    } else {
      if (agent.legUuid !== effect.uuid && agent.legUuid !== null && effect.state === 'ringing' && agent.callState !== 'ringing') return;
      agent.callId = call.callId; agent.legUuid = effect.uuid; agent.muted = effect.muted;
      core.agents.line(agent, effect.state, at);
      // While a claim stands on the agent the distributor knows by itself that he is taken.
      if (call.phase === 'connected' || call.phase === 'dialing') core.dispatch({ kind: 'agentEngaged', at, agentId: effect.agentId });
    }
    core.pusher.agent(effect.agentId);
  }
  /** Wrap-up follows an answered inbound call, by the time of its group (CC-67); manual calls return at once (CC-68). */
  private wrapUp(call: CallModel, agent: LiveAgent): number {
    if (call.direction !== 'inbound' || call.skillGroupId === null || agentLeg(call, agent.config.agentId)?.role === 'consulted') return 0;
    return this.core.groups.get(call.skillGroupId)?.wrapUpMs ?? 0;
  }

  private ended(call: CallModel, at: number): void {
    const { core } = this;
    for (const leg of call.legs.values()) leg.endedAt ??= at;
    core.dispatch({ kind: 'callGone', at, callId: call.callId });
    this.inbound.leave(call.callId);
    for (const leg of call.legs.keys()) core.legs.delete(leg);
    const record = core.record(call), owner = core.agents.get(call.ownerId);
    if (owner) { owner.day.talkSeconds += record.talkSeconds; core.pusher.agent(owner.config.agentId); }
    core.deps.journal.call({ record, final: true, source: 'director' });
    core.pusher.call(call.callId);
    core.pusher.flush();
    core.calls.delete(call.callId);
    core.deps.push.push('callEnded', record);
    if (call.recordingPath) core.deps.recorded(call.callId, call.recordingPath);
    this.onEnded?.(call);
  }
}
