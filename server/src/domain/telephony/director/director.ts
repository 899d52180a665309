import { SWITCH } from '@ronghu/contract';
import { AppError } from '../../../platform/errors/app-error';
import type { SwitchEvent } from '../switch';
import { readLegEvent } from '../call/switch-events';
import type { DirectorHandler } from '../director-server';
import type { DirectorHealth, DirectorOp, DirectorOps, DirectorSnapshot } from '../director-protocol';
import { remember, restoreAgent } from '../distributor/distributor.rules';
import { Core, type DirectorDeps } from './core';
import { Flow } from './flow';
import { Inbound } from './inbound';
import { PhoneBar } from './phone-bar';
import { Reconciler, type Reconciled } from './reconciler';

const RECONCILE_EVERY_MS = 30_000;
/** Longer than a switch takes to write a registration into its list. */
const REGISTRATIONS_AGAIN_MS = 3_000;
const HEALTH_EVERY_MS = 2_000;

/** One active director: the hearts, the switch and the people, wired. Owns no lease: `DirectorProcess` decides whether it may be. */
export class Director implements DirectorHandler {
  readonly core: Core;
  readonly inbound: Inbound;
  readonly flow: Flow;
  readonly bar: PhoneBar;
  readonly reconciler: Reconciler;
  /** Differences repaired since the start, for the monitor. */
  repaired = 0;
  databaseConnected = true;
  /** Calls that ended in this director's sight; the oldest fall out. */
  readonly endedHere = new Set<string>();
  private readonly online = new Set<string>();
  /** Phones that signed off since the link is up: a list that lags behind does not bring them back. */
  private readonly left = new Set<string>();
  private readonly off: (() => void)[] = [];
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly startedAt: number;
  private today = '';
  private reconciling: Promise<Reconciled> | null = null;
  private upToDate = false;

  constructor(private readonly deps: DirectorDeps) {
    this.core = new Core(deps);
    this.inbound = new Inbound(this.core);
    this.flow = new Flow(this.core, this.inbound);
    this.bar = new PhoneBar(this.core, this.flow);
    this.flow.onEnded = (call) => { this.endedHere.add(call.callId); if (this.endedHere.size > 20_000) for (const old of this.endedHere) { this.endedHere.delete(old); break; } };
    this.reconciler = new Reconciler(this.core, this.inbound, this.flow);
    this.startedAt = deps.clock.now();
  }

  /** Loads the configuration and puts the agents back as the database knows them; their phones count as away until the switch tells. */
  async start(): Promise<void> {
    const { core, deps } = this;
    await this.reload();
    await this.reloadBlocklist();
    this.today = this.day();
    const midnight = startOfDay(core.now, deps.settings.timeZone);
    for (const day of await deps.config.agentDays(midnight)) { const agent = core.agents.get(day.agentId); if (agent) agent.day = day; }
    for (const caller of await deps.config.callers(core.now - 86_400_000)) { this.inbound.remember(caller.blind, caller.at); if (caller.agentId !== null) remember(core.distributor, caller.blind, caller.agentId); }
    for (const known of await deps.config.agentStates()) {
      const agent = core.agents.get(known.agentId);
      if (!agent || known.presence !== 'signedIn' || known.readiness === null) continue;
      agent.presence = 'signedIn';
      restoreAgent(core.distributor, { ...known, readiness: known.readiness, engaged: false, phoneOnline: false });
    }
    this.off.push(deps.link.onEvent((event) => this.event(event)));
    const every = (ms: number, work: () => void): void => { const timer = setInterval(work, ms); timer.unref(); this.timers.push(timer); };
    every(HEALTH_EVERY_MS, () => deps.push.push('health', this.health()));
    every(RECONCILE_EVERY_MS, () => { if (deps.link.state === 'up' && this.upToDate) this.reconcile(false).catch((error: unknown) => deps.log.warn('reconciliation failed', { error })); });
    every(60_000, () => { const day = this.day(); if (day !== this.today) { this.today = day; this.newDay(); } });
    every(3_600_000, () => this.inbound.forget(core.now));
  }
  stop(): void { for (const off of this.off.splice(0)) off(); for (const timer of this.timers.splice(0)) clearInterval(timer); this.core.stop(); }

  /** The link is up and ours: take the truth of the switch, then let the phones back in, so that nobody who talks is offered a call. */
  async linkUp(): Promise<Reconciled> {
    const result = await this.reconcile(true);
    for (const extension of await this.core.moves.registrations()) if (!this.left.has(extension)) this.online.add(extension);
    for (const agent of this.core.agents.byId.values()) if (agent.config.extension) this.phone(agent.config.extension, this.online.has(agent.config.extension));
    this.upToDate = true;
    this.timers.push(setTimeout(() => this.latecomers().catch((error: unknown) => this.deps.log.warn('registrations could not be read again', { error })), REGISTRATIONS_AGAIN_MS).unref());
    this.deps.push.push('health', this.health());
    this.core.pusher.queue();
    return result;
  }
  /** A real switch lists a registration up to a second after its event: one that fell between the listening and the list is found by a second look. */
  private async latecomers(): Promise<void> {
    if (!this.upToDate || this.deps.link.state !== 'up') return;
    const registered = await this.core.moves.registrations();
    for (const extension of registered) if (this.upToDate && !this.online.has(extension) && !this.left.has(extension)) { this.online.add(extension); this.phone(extension, true); }
  }
  /** Without the link nobody can be rung: offers are taken back without counting as misses, callers keep their places. */
  linkDown(): void {
    this.upToDate = false;
    for (const extension of [...this.online]) this.phone(extension, false);
    this.online.clear(); this.left.clear();
    this.deps.push.push('health', this.health());
  }
  private async reconcile(afresh: boolean): Promise<Reconciled> {
    if (this.reconciling && !afresh) return this.reconciling;
    const run = this.reconciler.run(afresh);
    this.reconciling = run;
    try {
      const result = await run;
      this.repaired += result.lost + result.joined + (afresh ? 0 : result.adopted);
      if (result.lost + result.joined + result.adopted + result.killed > 0) this.deps.log.info('reconciled with the switch', { ...result, afresh });
      return result;
    } finally { if (this.reconciling === run) this.reconciling = null; }
  }

  /** One event of the switch. Never throws, never waits. */
  event(event: SwitchEvent): void {
    const { core } = this, at = core.now;
    core.eventAt = at;
    try {
      if (event.name === 'CUSTOM') { this.custom(event, at); return; }
      if (event.name === 'CHANNEL_EXECUTE_COMPLETE') { const tag = event.get('Application-UUID') ?? event.get('variable_event_uuid'); if (tag) this.inbound.executed(tag, at); return; }
      if (event.name === 'CHANNEL_CREATE') { this.created(event, at); return; }
      const input = readLegEvent(event, at);
      if (!input) return;
      if (input.kind === 'legGone') {
        this.reconciler.gone(input.uuid, at);
        const call = core.callOfLeg(input.uuid);
        if (call) this.flow.legGone(call, input.uuid, input.cause, at, input.referred ?? false);
        return;
      }
      const call = core.callOfLeg('uuid' in input ? input.uuid : 'a' in input ? input.a : event.uuid);
      if (!call) return;
      core.feed(call, input);
      if (input.kind === 'legParked') { const leg = call.legs.get(input.uuid); if (leg && leg.bridgedTo === null) this.flow.parked(call, leg, at); }
    } catch (error) { this.deps.log.error('an event of the switch could not be handled', { event: event.name, uuid: event.uuid, error }); } finally { core.eventAt = 0; }
  }
  /** A leg that the switch made on its own for a call of ours: the transfer key of a desk phone. */
  private created(event: SwitchEvent, at: number): void {
    const { core } = this;
    if (core.legs.has(event.uuid) || event.get('Call-Direction') !== 'outbound') return;
    const call = core.callOfLeg(event.variable('originator') ?? event.get('Other-Leg-Unique-ID') ?? '');
    if (!call) return;
    const extension = event.get('Caller-Destination-Number') ?? '', agent = core.agents.ofExtension(extension);
    core.feed(call, { kind: 'legCreated', at, uuid: event.uuid, role: 'agent', agentId: agent?.config.agentId ?? null, label: agent?.config.name ?? extension });
  }
  private custom(event: SwitchEvent, at: number): void {
    const { core } = this;
    if (event.subclass === SWITCH.stageEvent) {
      const stage = event.get(SWITCH.stageHeader), call = core.callOfLeg(event.uuid);
      if (stage === SWITCH.stage.waiting) this.inbound.arrive(event.uuid, event.get('Caller-Caller-ID-Number') ?? '', event.variable(SWITCH.variable.hotline) ?? event.get('Caller-Destination-Number') ?? '', event.variable(SWITCH.variable.recording) ?? null, at);
      else if (stage === SWITCH.stage.local && call) { core.dispatch({ kind: 'callGone', at, callId: call.callId }); core.feed(call, { kind: 'local', at, on: true }); }
      else if (stage === SWITCH.stage.returned) {
        if (!call) { this.inbound.arrive(event.uuid, event.get('Caller-Caller-ID-Number') ?? '', event.variable(SWITCH.variable.hotline) ?? '', event.variable(SWITCH.variable.recording) ?? null, at); return; }
        core.feed(call, { kind: 'local', at, on: false });
        if (call.skillGroupId !== null) this.inbound.queue(call, call.skillGroupId, call.priority, 0, at, { text: '中心恢复，回到队列' }); else this.inbound.begin(call, at);
      } else if (stage === SWITCH.stage.rating && call) core.feed(call, { kind: 'rating', at });
      else if (stage === SWITCH.stage.rated && call) { const value = Number(event.get('Ronghu-Rating') ?? event.variable(SWITCH.variable.rating)); if (value >= 1 && value <= 5) core.feed(call, { kind: 'rated', at, value }); }
      return;
    }
    if (event.subclass === 'sofia::register' || event.subclass === 'sofia::unregister' || event.subclass === 'sofia::expire') {
      const extension = event.get('from-user') ?? event.get('username') ?? event.get('user');
      if (extension) { const on = event.subclass === 'sofia::register'; if (on) { this.online.add(extension); this.left.delete(extension); } else { this.online.delete(extension); this.left.add(extension); } if (this.upToDate) this.phone(extension, on); }
    }
  }
  private phone(extension: string, online: boolean): void {
    const { core } = this, agent = core.agents.ofExtension(extension);
    if (!agent) return;
    if (agent.phoneOnline !== online) core.deps.journal.phone({ extension, online, at: core.now });
    agent.phoneOnline = online;
    core.dispatch({ kind: 'phoneChanged', at: core.now, agentId: agent.config.agentId, online });
    core.pusher.agent(agent.config.agentId);
  }

  async handle<O extends DirectorOp>(op: O, args: DirectorOps[O]['args'], key: string | null): Promise<DirectorOps[O]['result']> {
    const answers: { [K in DirectorOp]: (args: DirectorOps[K]['args']) => Promise<DirectorOps[K]['result']> } = {
      phone: (a) => this.bar.command(a.agentId, a.command, key ?? '', a.clearNumber),
      agentForce: async (a) => this.bar.force(a),
      snapshot: async () => this.snapshot(),
      reload: () => this.reload(),
      blocklist: () => this.reloadBlocklist(),
      customer: async (a) => {
        const call = this.core.calls.get(a.callId);
        if (!call) return { ok: false };
        call.customerName = a.customerName; call.companyId = a.companyId; call.stationId = a.stationId;
        this.core.pusher.call(a.callId);
        return { ok: true };
      },
    };
    const answer = answers[op];
    if (!answer) throw new AppError('BAD_INPUT');
    return answer(args);
  }

  async reload(): Promise<{ agents: number; skillGroups: number }> {
    const { core } = this, at = core.now, config = await this.deps.config.load();
    core.config = config;
    core.groups.clear();
    for (const group of config.groups) { core.groups.set(group.rules.groupId, group); core.dispatch({ kind: 'groupSet', at, rules: group.rules }); }
    const gone = core.agents.configure(config.agents, at, this.online);
    for (const agentId of gone) core.dispatch({ kind: 'agentRemoved', at, agentId });
    for (const agent of core.agents.byId.values()) {
      core.dispatch({ kind: 'agentSet', at, agentId: agent.config.agentId, skills: agent.config.skills.filter((s) => core.groups.get(s.groupId)?.direction === 'inbound') });
      core.dispatch({ kind: 'phoneChanged', at, agentId: agent.config.agentId, online: agent.phoneOnline });
    }
    this.deps.push.push('snapshot', this.snapshot());
    return { agents: config.agents.length, skillGroups: config.groups.length };
  }
  async reloadBlocklist(): Promise<{ entries: number }> { this.inbound.blocked = await this.deps.config.blocklist(); return { entries: this.inbound.blocked.size }; }

  snapshot(): DirectorSnapshot {
    const { core } = this, now = core.now;
    return {
      at: now, health: this.health(), agents: [...core.agents.byId.values()].map((agent) => core.agents.view(agent)), calls: [...core.calls.keys()].flatMap((id) => core.live(id) ?? []), queue: core.queueState(), restReasons: core.config.restReasons,
      skillGroups: [...core.groups.values()].map((group) => {
        const slot = core.distributor.groups.get(group.rules.groupId), waiting = [...core.distributor.calls.values()].filter((c) => c.group === slot), members = slot?.members ?? [];
        return { id: group.rules.groupId, name: group.name, code: group.code, strategy: group.rules.strategy, waiting: waiting.length, longestWaitMs: waiting.reduce((most, c) => Math.max(most, now - c.queuedAt), 0), ready: slot?.availableCount ?? 0, talking: members.filter((m) => m.agent.engaged).length, signedIn: members.filter((m) => m.agent.signedIn).length };
      }),
    };
  }
  health(): DirectorHealth {
    return { epoch: this.deps.epoch(), active: true, switchConnected: this.deps.link.state === 'up' && this.upToDate, databaseConnected: this.databaseConnected, callsInProgress: this.core.calls.size, phonesOnline: this.online.size, journalWaiting: this.deps.journal.waiting, startedAt: this.startedAt, ...this.deps.figures?.() };
  }
  private day(): string { return new Intl.DateTimeFormat('en-CA', { timeZone: this.deps.settings.timeZone }).format(this.core.now); }
  private newDay(): void {
    this.core.dispatch({ kind: 'newDay', at: this.core.now });
    for (const agent of this.core.agents.byId.values()) { agent.day = { agentId: agent.config.agentId, answered: 0, missed: 0, talkSeconds: 0 }; this.core.pusher.agent(agent.config.agentId); }
  }
}

/** Beginning of the local day of a zone, ms UTC. */
export function startOfDay(now: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).formatToParts(now);
  const part = (type: string): number => Number(parts.find((p) => p.type === type)?.value ?? 0);
  return now - ((part('hour') * 60 + part('minute')) * 60 + part('second')) * 1000 - (now % 1000);
}
