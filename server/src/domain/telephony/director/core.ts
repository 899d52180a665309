import type { Clock } from '../../../platform/clock';
import type { Ids } from '../../../platform/database/ids';
import type { Log } from '../../../platform/log';
import type { SwitchLink } from '../switch';
import { stepCall } from '../call/call-model.rules';
import { liveCall, recordOf, type Names } from '../call/call-view';
import type { CallEffect, CallInput, CallModel, Leg } from '../call/call.types';
import type { CallRecord, DirectorHealth, LiveCall, QueueState } from '../director-protocol';
import { step } from '../distributor/distributor.rules';
import { createDistributor, nextDueAt, orderedQueue, positionOf } from '../distributor/distributor.state';
import type { DistributorEffect, DistributorInput } from '../distributor/distributor.types';
import { Agents } from './agents';
import type { Journal } from './journal';
import type { ConfigPort, DirectorConfig, GroupConfig } from './ports';
import { SwitchMoves } from './switch-moves';
import { ViewPusher, type PushPort } from './view-pusher';

export interface DirectorSettings { node: string; recordingsDir: string; promptsDir: string; trunk: string; displayNumber: string; timeZone: string; dialSeconds: number; repeatWindowMs: number; signInReadiness: 'ready' | 'busy' }
export type JournalPort = Pick<Journal, 'call' | 'event' | 'agentLog' | 'agentState' | 'recording' | 'phone' | 'waiting'>;
export interface DirectorDeps {
  link: SwitchLink; config: ConfigPort; journal: JournalPort; ids: Ids; clock: Clock; blind(number: string): string; push: PushPort; settings: DirectorSettings; epoch(): number; log: Log;
  /** Told when a call with a recording is over; the file is measured and catalogued behind its back. */
  recorded(callId: string, path: string): void;
  /** What the process says of itself and of its nodes beside the telephone's own figures. */
  figures?(): Pick<DirectorHealth, 'process' | 'nodes'>;
}
/** What all rooms of the director share: the hearts with their states, who is where, and the one way to feed them. */
export class Core {
  readonly distributor = createDistributor(1);
  readonly agents: Agents;
  readonly calls = new Map<string, CallModel>();
  /** Leg → call, for every leg not yet gone. */
  readonly legs = new Map<string, string>();
  readonly groups = new Map<number, GroupConfig>();
  readonly moves: SwitchMoves;
  readonly pusher: ViewPusher;
  config: DirectorConfig = { agents: [], groups: [], accessNumbers: [], flows: [], restReasons: [] };
  /** When the switch's event in hand was read; 0 between events. */
  eventAt = 0;
  /** What the rooms do with the effects that are theirs. */
  onCall: (call: CallModel, effect: CallEffect) => void = () => undefined;
  onQueue: (effect: DistributorEffect, at: number) => void = () => undefined;
  private readonly inputs: DistributorInput[] = [];
  private draining = false;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(readonly deps: DirectorDeps) {
    this.agents = new Agents(() => this.distributor, deps.journal, deps.ids);
    this.moves = new SwitchMoves(deps.link, { ...deps.settings, epoch: deps.epoch });
    this.pusher = new ViewPusher(deps.push, { call: (id) => this.live(id), agent: (id) => { const agent = this.agents.get(id); return agent ? this.agents.view(agent) : null; }, queue: () => this.queueState() });
  }
  get now(): number { return this.deps.clock.now(); }
  readonly names: Names = {
    agent: (id) => { const agent = this.agents.get(id); return agent ? { name: agent.config.name, extension: agent.config.extension, stationId: agent.config.stationId } : null; },
    skillGroup: (id) => (id === null ? null : (this.groups.get(id)?.name ?? null)),
  };

  callOfLeg(uuid: string): CallModel | undefined { const id = this.legs.get(uuid); return id === undefined ? undefined : this.calls.get(id); }
  live(callId: string): LiveCall | null { const call = this.calls.get(callId); return call ? liveCall(call, this.names, positionOf(this.distributor, callId)) : null; }
  record(call: CallModel): CallRecord { return recordOf(call, this.names, call.ownerId, this.now); }
  queueState(): QueueState {
    const now = this.now, calls: LiveCall[] = [];
    let longest = 0;
    for (const groupId of this.groups.keys()) orderedQueue(this.distributor, groupId).forEach((slot, i) => { const call = this.calls.get(slot.callId); if (call) { calls.push(liveCall(call, this.names, i + 1)); longest = Math.max(longest, now - slot.queuedAt); } });
    return { waiting: calls.length, longestWaitMs: longest, allBusy: this.distributor.busyGroups > 0, calls };
  }

  /** One input into the call's model; its journal and views follow at once, the rest goes to the rooms. */
  feed(call: CallModel, input: CallInput): void {
    if (input.kind === 'legCreated') this.legs.set(input.uuid, call.callId);
    const effects = stepCall(call, input);
    if (input.kind === 'legGone') this.legs.delete(input.uuid);
    for (const effect of effects) {
      if (effect.kind === 'journal') this.deps.journal.event({ id: this.deps.ids.next(), callId: call.callId, at: effect.at, event: effect.event, agentId: effect.agentId, text: effect.text });
      else if (effect.kind === 'changed') this.pusher.call(call.callId);
      else this.onCall(call, effect);
    }
  }
  /** Feeds a leg's input to whatever call has it. */
  feedLeg(uuid: string, input: CallInput): CallModel | undefined {
    const call = this.callOfLeg(uuid);
    if (call) this.feed(call, input);
    return call;
  }
  legOf(call: CallModel, uuid: string): Leg | undefined { return call.legs.get(uuid); }

  /** One input into the distributor. Inputs that effects give rise to wait their turn, so the heart is never entered twice. Returns the effects of this input when it ran at once. */
  dispatch(input: DistributorInput): DistributorEffect[] {
    this.inputs.push(input);
    if (this.draining) return [];
    this.draining = true;
    let own: DistributorEffect[] | null = null;
    try {
      for (let next = this.inputs.shift(); next !== undefined; next = this.inputs.shift()) {
        const effects = step(this.distributor, next);
        own ??= effects;
        for (const effect of effects) this.onQueue(effect, next.at);
      }
    } finally { this.draining = false; }
    this.plan();
    return own ?? [];
  }
  /** Wakes the distributor when something is due; a stopped or paused process looks at the clock when it wakes. */
  private plan(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const due = nextDueAt(this.distributor);
    if (due === null || this.stopped) return;
    this.timer = setTimeout(() => { this.timer = null; this.dispatch({ kind: 'tick', at: this.now }); }, Math.max(1, Math.min(60_000, due - this.now)));
  }
  stop(): void { this.stopped = true; if (this.timer) clearTimeout(this.timer); this.pusher.stop(); }

  /** A command whose outcome the events will tell: a failure is logged, never thrown into an event handler. */
  quietly(what: string, command: Promise<unknown>): void { command.catch((error: unknown) => this.deps.log.warn(`switch command failed: ${what}`, { error })); }
}
