import { SWITCH } from '@ronghu/contract';
import { createCall, customerLeg } from '../call/call-model.rules';
import type { CallModel, Want } from '../call/call.types';
import type { Core } from './core';
import { LINK_AWAY, type Flow } from './flow';
import type { Inbound } from './inbound';
import type { StoredCall } from './ports';
import { KEPT } from './switch-moves';

const V = SWITCH.variable;
/** A leg that we ordered so recently may not be listed yet. */
const YOUNG_MS = 2_000;
export interface Reconciled { adopted: number; lost: number; joined: number; killed: number; tookMs: number }

/**
 * Compares what we believe with the truth of the switch, at every (re)connection and now and then: a lost event, a cut link and a killed director are
 * all repaired here, by the same rules. Talking calls are adopted as they are; callers keep their places; a phone that merely rang is let go.
 */
export class Reconciler {
  private readonly goneLately = new Map<string, number>();
  constructor(private readonly core: Core, private readonly inbound: Inbound, private readonly flow: Flow) {}

  /** Legs whose end was told while a listing was under way are not taken for alive. */
  gone(uuid: string, at: number): void {
    this.goneLately.set(uuid, at);
    if (this.goneLately.size > 2000) for (const old of this.goneLately.keys()) { this.goneLately.delete(old); if (this.goneLately.size <= 1000) break; }
  }

  /** @param afresh true after a (re)connection: phones that rang are let go, since it is unknown what happened to them meanwhile. */
  async run(afresh: boolean): Promise<Reconciled> {
    const { core } = this, began = core.now;
    if (afresh) this.inbound.forgetAsked();
    const [channels, pairs] = await Promise.all([core.moves.channels(), core.moves.pairs()]);
    const result: Reconciled = { adopted: 0, lost: 0, joined: 0, killed: 0, tookMs: 0 };
    const alive = new Set(channels.map((c) => c.uuid));
    for (const call of [...core.calls.values()]) for (const leg of [...call.legs.values()]) {
      if (leg.endedAt !== null || alive.has(leg.uuid) || (!afresh && began - leg.createdAt < YOUNG_MS)) continue;
      result.lost += 1;
      this.flow.legGone(call, leg.uuid, 'LOST', core.now);
    }
    const strange = channels.filter((c) => !core.legs.has(c.uuid) && !this.goneLately.has(c.uuid));
    const dumps = await Promise.all(strange.map((c) => core.moves.dump(c.uuid).then((dump) => ({ uuid: c.uuid, dump }))));
    await this.adopt(dumps.flatMap(({ uuid, dump }) => (dump ? [{ uuid, dump }] : [])), pairs, result);
    for (const { a, b } of pairs) {
      const call = core.callOfLeg(a);
      if (!call || core.callOfLeg(b) !== call || call.legs.get(a)?.bridgedTo === b) continue;
      result.joined += 1;
      core.feed(call, { kind: 'bridged', at: core.now, a, b });
    }
    if (afresh) this.settleRings(result);
    this.settleAlone(pairs);
    result.tookMs = core.now - began;
    return result;
  }

  private async adopt(found: { uuid: string; dump: Record<string, string> }[], pairs: { a: string; b: string }[], result: Reconciled): Promise<void> {
    const { core } = this, of = (dump: Record<string, string>, name: string): string => dump[`variable_${name}`] ?? '';
    const ours = found.filter(({ dump }) => of(dump, V.callId) !== '' && of(dump, V.servedBy) !== 'local');
    const fresh = [...new Set(ours.map(({ dump }) => of(dump, V.callId)))].filter((id) => !core.calls.has(id));
    let stored = new Map<string, StoredCall>();
    // Without the database the channel variables alone must do.
    if (fresh.length > 0) try { stored = new Map((await core.deps.config.calls(fresh)).map((c) => [c.callId, c])); } catch (error) { core.deps.log.warn('calls are adopted without the database', { error }); }
    const customersFirst = [...ours].sort((a, b) => Number(of(b.dump, V.role) === 'customer') - Number(of(a.dump, V.role) === 'customer'));
    const returning: { call: CallModel; wanted: string }[] = [];
    for (const { uuid, dump } of customersFirst) {
      if (this.goneLately.has(uuid) || core.legs.has(uuid)) continue;
      const callId = of(dump, V.callId), role = of(dump, V.role), agentId = Number(of(dump, V.agentId)) || null, at = core.now;
      const paired = pairs.find((p) => p.a === uuid || p.b === uuid);
      let call = core.calls.get(callId);
      if (!call) {
        if (role !== 'customer' && !paired) { result.killed += 1; core.quietly('a phone without a call', core.moves.kill(uuid, 'NORMAL_CLEARING')); continue; }
        call = this.rebuild(callId, dump, stored.get(callId));
        core.calls.set(callId, call);
        returning.push({ call, wanted: of(dump, KEPT.want) });
      }
      result.adopted += 1;
      const label = role === 'customer' ? '客户' : (core.agents.get(agentId)?.config.extension ?? dump['Caller-Destination-Number'] ?? '');
      core.feed(call, { kind: 'legCreated', at, uuid, role: role === 'customer' || role === 'consulted' ? role : 'agent', agentId: role === 'customer' ? null : agentId, label });
      if (dump['Answer-State'] === 'answered') core.feed(call, { kind: 'legAnswered', at, uuid });
    }
    for (const { call, wanted } of returning) this.restore(call, pairs, wanted);
  }

  private rebuild(callId: string, dump: Record<string, string>, stored: StoredCall | undefined): CallModel {
    const { core } = this, of = (name: string): string => dump[`variable_${name}`] ?? '', number = (name: string): number | null => (of(name) === '' ? null : Number(of(name)));
    const direction = of(V.direction) === 'outbound' ? 'outbound' : of(V.direction) === 'internal' ? 'internal' : 'inbound';
    const clearNumber = direction === 'inbound' ? (dump['Caller-Caller-ID-Number'] ?? '') : (of(KEPT.number) || dump['Caller-Destination-Number'] || '');
    const createdMs = Math.floor(Number(dump['Caller-Channel-Created-Time'] ?? 0) / 1000);
    const startedAt = stored?.startedAt ?? (createdMs > 0 ? createdMs : core.now);
    return createCall({
      callId, direction, clearNumber, calledNumber: of(V.hotline) || dump['Caller-Destination-Number'] || '', startedAt, node: core.deps.settings.node, callerKey: clearNumber ? core.deps.blind(clearNumber) : null,
      purpose: stored?.purpose ?? (of(KEPT.purpose) === 'revisit' ? 'revisit' : direction === 'inbound' ? 'service' : 'dial'), orderId: stored?.orderId ?? number(KEPT.orderId), orderCompanyId: stored?.orderCompanyId ?? number(KEPT.orderCompanyId),
      skillGroupId: number(KEPT.group) ?? stored?.skillGroupId ?? null, queuedAt: number(KEPT.queuedAt) ?? stored?.queuedAt ?? null, priority: number(KEPT.priority) ?? stored?.priority ?? 5, answeredAt: stored?.answeredAt ?? null, ivrPath: stored?.ivrPath ?? [],
      repeatCount: stored?.repeatCount ?? 0, misses: stored?.misses ?? 0, transfers: stored?.transfers ?? 0, recordingPath: of(V.recording) || null, recording: of(V.recording) !== '',
    });
  }

  /** Puts an adopted call into the state that its legs and the variables say. */
  private restore(call: CallModel, pairs: { a: string; b: string }[], wanted: string): void {
    const { core } = this, at = core.now, customer = customerLeg(call);
    const talking = [...call.legs.values()].filter((leg) => leg.role !== 'customer' && leg.answeredAt !== null);
    const partner = customer ? pairs.map((p) => (p.a === customer.uuid ? p.b : p.b === customer.uuid ? p.a : null)).find((uuid) => uuid !== null) : undefined;
    const joined = partner ? call.legs.get(partner) : undefined;
    core.feed(call, { kind: 'note', at, event: 'adopted', text: '调度恢复后接管' });
    const owner = joined ?? talking.find((leg) => leg.role === 'agent') ?? talking[0];
    if (customer && owner && (joined || call.direction === 'inbound')) {
      const answeredAt = call.answeredAt ?? at;
      core.feed(call, { kind: 'connected', at, agentId: owner.agentId ?? 0, legUuid: owner.uuid });
      call.answeredAt = answeredAt; call.talkSince = answeredAt;
      for (const leg of talking) if (leg.agentId !== null) core.dispatch({ kind: 'agentEngaged', at, agentId: leg.agentId });
      if (joined) core.feed(call, { kind: 'bridged', at, a: customer.uuid, b: joined.uuid });
      else if (call.legs.size > 1) { call.joined = true; core.feed(call, { kind: 'wants', at, want: this.wanted(call), by: owner.agentId }); }
    } else if (customer && !owner && wanted === 'talk' && call.direction === 'inbound') {
      // Talked, and the agent is gone: the customer is being asked for the rating by the node itself.
      call.answeredAt ??= at;
      core.feed(call, { kind: 'rating', at });
    } else if (customer && !owner && call.skillGroupId !== null) core.feed(call, { kind: 'queued', at, skillGroupId: call.skillGroupId, priority: call.priority, text: '恢复排队' });
    else if (!customer && owner) { call.agentId = owner.agentId; call.ownerId = owner.agentId; }
  }
  private wanted(call: CallModel): Want { return [...call.legs.values()].some((leg) => leg.role === 'consulted') ? 'consult' : 'hold'; }

  /** Phones that were ringing, or answered without anybody knowing, are let go; their callers are offered to the next agent at once. */
  private settleRings(result: Reconciled): void {
    const { core } = this;
    for (const call of [...core.calls.values()]) {
      for (const leg of [...call.legs.values()]) {
        if (leg.role === 'customer' || leg.endedAt !== null || leg.bridgedTo !== null || call.phase === 'connected' || call.phase === 'rating' || (call.phase === 'dialing' && core.deps.link.state === 'up' && leg.answeredAt === null)) continue;
        result.killed += 1;
        core.quietly('let go', core.moves.kill(leg.uuid, 'ORIGINATOR_CANCEL'));
        this.flow.legGone(call, leg.uuid, LINK_AWAY, core.now);
      }
    }
  }

  /** Callers whom nobody is looking after: into the queue where they were, or through the menu again. */
  private settleAlone(pairs: { a: string; b: string }[]): void {
    const { core } = this, at = core.now;
    for (const call of [...core.calls.values()]) {
      const customer = customerLeg(call);
      if (!customer || customer.endedAt !== null || call.direction !== 'inbound' || call.blocked || call.servedLocally || pairs.some((p) => p.a === customer.uuid || p.b === customer.uuid)) continue;
      if (call.phase === 'queued' && !core.distributor.calls.has(call.callId) && call.skillGroupId !== null) this.inbound.queue(call, call.skillGroupId, call.priority, 0, at, { text: '恢复排队' });
      else if (call.phase === 'ivr' && !this.inbound.listening(call.callId)) this.inbound.begin(call, at);
      else if (call.phase === 'connected' && ![...call.legs.values()].some((leg) => leg.role !== 'customer' && leg.endedAt === null)) this.flow.requeue(call, at);
    }
  }
}
