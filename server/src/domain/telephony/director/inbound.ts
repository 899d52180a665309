import { SWITCH } from '@ronghu/contract';
import { createCall, customerLeg } from '../call/call-model.rules';
import type { CallModel } from '../call/call.types';
import { createIvr, stepIvr, type IvrEffect, type IvrState } from '../ivr/ivr.rules';
import { DEFAULT_FLOW } from '../ivr/ivr.schema';
import type { Core } from './core';
import { KEPT } from './switch-moves';

interface Asked { callId: string; kind: 'played' | 'digits' | 'goodbye'; variable: string }
const DAY_MS = 86_400_000;

/** Callers on their way in: blocklist, repeat count, voice menu, queue. */
export class Inbound {
  blocked: ReadonlyMap<string, 'prompt' | 'reject'> = new Map();
  private readonly menus = new Map<string, IvrState>();
  private readonly asked = new Map<string, Asked>();
  private readonly callers = new Map<string, number[]>();
  constructor(private readonly core: Core) {}

  /** Callers of the time before this process, so that the repeat count goes on. */
  remember(blind: string, at: number): void { const times = this.callers.get(blind) ?? []; times.push(at); this.callers.set(blind, times); }
  /** Drops what is older than the window; once an hour. */
  forget(now: number): void {
    for (const [blind, times] of this.callers) { const fresh = times.filter((at) => now - at < Math.max(this.core.deps.settings.repeatWindowMs, DAY_MS)); if (fresh.length === 0) this.callers.delete(blind); else this.callers.set(blind, fresh); }
  }

  /** A caller whom the node answered and put into the waiting room. A second report of the same leg changes nothing. */
  arrive(legUuid: string, number: string, hotline: string, recording: string | null, at: number): CallModel {
    const known = this.core.callOfLeg(legUuid);
    if (known) return known;
    const { settings } = this.core.deps, callerKey = number ? this.core.deps.blind(number) : null;
    const times = callerKey ? (this.callers.get(callerKey) ?? []).filter((t) => at - t < settings.repeatWindowMs) : [];
    const access = this.core.config.accessNumbers.find((a) => a.calledNumber === hotline);
    const call = createCall({ callId: legUuid, direction: 'inbound', clearNumber: number, calledNumber: hotline, startedAt: at, node: settings.node, callerKey, repeatCount: times.length, priority: access?.priority ?? 5, recordingPath: recording, recording: recording !== null, companyId: access?.companyId ?? null });
    if (callerKey) this.remember(callerKey, at);
    this.core.calls.set(call.callId, call);
    this.core.feed(call, { kind: 'legCreated', at, uuid: legUuid, role: 'customer', label: '客户' });
    this.core.feed(call, { kind: 'legAnswered', at, uuid: legUuid });
    const treatment = callerKey ? this.blocked.get(callerKey) : undefined;
    if (treatment) {
      this.core.feed(call, { kind: 'blocked', at });
      this.core.quietly('blocked', treatment === 'reject' ? this.core.moves.kill(legUuid, 'CALL_REJECTED') : this.core.moves.transfer(legUuid, SWITCH.extension.blocked));
      return call;
    }
    this.core.deps.journal.call({ record: this.core.record(call), final: false, source: 'director' });
    this.begin(call, at);
    return call;
  }

  /** Starts the menu of the dialled number, or queues at once where the number belongs to a group. */
  begin(call: CallModel, at: number): void {
    const access = this.core.config.accessNumbers.find((a) => a.calledNumber === call.calledNumber);
    if (access?.targetKind === 'skillGroup' && access.skillGroupId !== null && this.core.groups.has(access.skillGroupId)) { this.queue(call, access.skillGroupId, call.priority, 0, at); return; }
    const flows = this.core.config.flows;
    const flow = flows.find((f) => f.code === access?.ivrCode) ?? flows.find((f) => f.code === 'main') ?? flows[0] ?? DEFAULT_FLOW;
    const state = createIvr(flow);
    this.menus.set(call.callId, state);
    this.obey(call, state, stepIvr(state, { kind: 'start', at, facts: { number: call.clearNumber, called: call.calledNumber, repeat: String(call.repeatCount), ...localTime(at, this.core.deps.settings.timeZone) } }), at);
  }

  /** The end of a prompt or of a question; `tag` is ours or nobody's. */
  executed(tag: string, at: number): void {
    const asked = this.asked.get(tag);
    if (!asked) return;
    this.asked.delete(tag);
    const call = this.core.calls.get(asked.callId), state = this.menus.get(asked.callId);
    if (!call || !state) return;
    if (asked.kind === 'goodbye') { this.core.quietly('hang up', this.core.moves.kill(asked.callId, 'NORMAL_CLEARING')); return; }
    if (asked.kind === 'played') { this.obey(call, state, stepIvr(state, { kind: 'played', at }), at); return; }
    const leg = customerLeg(call);
    if (!leg) return;
    // `Application-Response` says _none_: the digits are in the variable, which a time-out leaves unset.
    this.core.moves.variable(leg.uuid, asked.variable).then((digits) => this.obey(call, state, stepIvr(state, { kind: 'digits', at: this.core.now, digits: digits ?? '' }), this.core.now), (error: unknown) => this.fallback(call, error));
  }
  /** The caller stands in a menu that waits for him. After a broken link the menu begins again, for its end may have been missed. */
  listening(callId: string): boolean { for (const asked of this.asked.values()) if (asked.callId === callId) return true; return false; }
  /** The link was away: ends of prompts may have been missed, so nobody counts as waiting for one. */
  forgetAsked(): void { this.asked.clear(); }
  /** The call is over. */
  leave(callId: string): void { this.menus.delete(callId); for (const [tag, asked] of this.asked) if (asked.callId === callId) this.asked.delete(tag); }

  private obey(call: CallModel, state: IvrState, effects: IvrEffect[], at: number): void {
    if (call.phase !== 'ivr') return;
    this.core.feed(call, { kind: 'ivr', at, path: state.path });
    const leg = customerLeg(call);
    if (!leg) return;
    for (const effect of effects) {
      const tag = `${SWITCH.executeTag}${call.callId.slice(0, 8)}-${this.core.deps.ids.next()}`;
      switch (effect.kind) {
        case 'play':
          this.asked.set(tag, { callId: call.callId, kind: 'played', variable: '' });
          this.core.moves.play(leg.uuid, effect.prompt, tag).catch((error: unknown) => this.fallback(call, error));
          break;
        case 'ask': {
          // A variable of its own a question: an old answer cannot be taken for a new one.
          const variable = `ronghu_keys_${this.core.deps.ids.next() % 1_000_000}`;
          this.asked.set(tag, { callId: call.callId, kind: 'digits', variable });
          this.core.moves.ask(leg.uuid, { prompt: effect.prompt, minDigits: effect.minDigits, maxDigits: effect.maxDigits, terminator: effect.terminator, timeoutMs: effect.timeoutMs, variable }, tag).catch((error: unknown) => this.fallback(call, error));
          break;
        }
        case 'queue': {
          const group = [...this.core.groups.values()].find((g) => g.code === effect.skillGroup) ?? this.core.groups.values().next().value;
          if (group) this.queue(call, group.rules.groupId, effect.priority ?? call.priority, effect.level, at);
          else this.core.quietly('no group', this.core.moves.transfer(leg.uuid, SWITCH.extension.busy));
          break;
        }
        case 'hangUp':
          if (effect.served) this.core.feed(call, { kind: 'served', at });
          if (effect.prompt === null) this.core.quietly('hang up', this.core.moves.kill(leg.uuid, 'NORMAL_CLEARING'));
          else { this.asked.set(tag, { callId: call.callId, kind: 'goodbye', variable: '' }); this.core.moves.play(leg.uuid, effect.prompt, tag).catch(() => this.core.quietly('hang up', this.core.moves.kill(leg.uuid, 'NORMAL_CLEARING'))); }
          break;
      }
    }
  }
  /** A menu that cannot be played must not strand the caller: the queue is the way out. While the link is down the reconciliation does it. */
  private fallback(call: CallModel, error: unknown): void {
    this.core.deps.log.warn('the voice menu failed, the caller is queued', { callId: call.callId, error });
    const group = this.core.groups.values().next().value;
    if (call.phase === 'ivr' && group && this.core.deps.link.state === 'up') this.queue(call, group.rules.groupId, call.priority, 0, this.core.now);
  }

  /** Into the queue of a group; the place is the time of the first queueing, whatever happened in between. */
  queue(call: CallModel, groupId: number, priority: number, level: number, at: number, more: { preferredAgentId?: number; triedAgentId?: number; text?: string } = {}): void {
    this.menus.delete(call.callId);
    const queuedAt = call.queuedAt ?? at;
    this.core.feed(call, { kind: 'queued', at, skillGroupId: groupId, priority, text: more.text ?? `进入${this.core.groups.get(groupId)?.name ?? '队列'}` });
    const leg = customerLeg(call);
    if (leg && leg.endedAt === null) this.core.quietly('keep', this.core.moves.setVariables(leg.uuid, { [KEPT.group]: groupId, [KEPT.queuedAt]: queuedAt, [KEPT.priority]: priority, [KEPT.want]: 'queue', transfer_after_bridge: null }));
    this.core.deps.journal.call({ record: this.core.record(call), final: false, source: 'director' });
    this.core.dispatch({ kind: 'callQueued', at, callId: call.callId, groupId, level, priority, queuedAt, callerKey: call.callerKey, preferredAgentId: more.preferredAgentId ?? null, triedAgentId: more.triedAgentId ?? null });
    if (!this.core.distributor.calls.has(call.callId) && call.phase === 'queued' && leg) this.core.deps.log.error('the queue did not take a call', { callId: call.callId, groupId });
  }
}

/** Making one takes a hundred times as long as using it. */
const formats = new Map<string, Intl.DateTimeFormat>();
function localTime(at: number, timeZone: string): { minutes: string; weekday: string } {
  let format = formats.get(timeZone);
  if (!format) formats.set(timeZone, (format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', weekday: 'short', hourCycle: 'h23' })));
  const parts = format.formatToParts(at);
  const part = (type: string): string => parts.find((p) => p.type === type)?.value ?? '0';
  return { minutes: String(Number(part('hour')) * 60 + Number(part('minute'))), weekday: String(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(part('weekday')) + 1) };
}
