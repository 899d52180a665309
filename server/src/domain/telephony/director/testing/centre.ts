import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { AgentView, PhoneCommand } from '@ronghu/contract';
import { startSimulator, type Simulator } from '@ronghu/switch-simulator';
import { generateNode, installSounds } from '../../../../../../gateway-config/src/generate';
import { createIds } from '../../../../platform/database/ids';
import { AppError } from '../../../../platform/errors/app-error';
import { createLog, silentLog, type Log } from '../../../../platform/log';
import { DirectorClient } from '../../director-client';
import { DIRECTOR_PATH, type CallRecord, type LiveCall } from '../../director-protocol';
import type { GroupRules } from '../../distributor/distributor.types';
import { DEFAULT_FLOW } from '../../ivr/ivr.schema';
import { DirectorProcess } from '../director-process';
import type { DatabaseLease } from '../lease-keeper';
import { Fenced, type AgentDay, type ConfigPort, type DirectorConfig, type JournalBatch, type JournalSink, type StoredAgentState, type StoredCall } from '../ports';

const PASSWORD = 'Xk7mQ2vT9wLr4zPd8s';
export const TOKEN = 'a-link-token-of-a-test-run';
export const HOTLINE = '96777';
export const EXTENSIONS = ['8001', '8002', '8003'];
export const RULES: GroupRules = { groupId: 1, strategy: 'longestIdle', fallback: 'longestIdle', countPeriod: 'day', lastAgentWaitMs: 2000, ringMs: 1500, retryMs: 300, missesToRest: 3, quickHangupMs: 5000, restCap: 0, overflowLength: 0, overflowWaitMs: 0, overflowRings: 0, overflowGroupId: null, bestLevelFirst: false };

/** A database in memory, as far as the director knows one: it survives a director, can be stopped, and refuses an older epoch. */
export class MemoryDatabase implements ConfigPort, JournalSink {
  readonly records = new Map<string, { record: CallRecord; final: boolean; source: string }>();
  readonly events: JournalBatch['events'] = [];
  readonly agentLog: JournalBatch['agentLog'] = [];
  readonly recordings: JournalBatch['recordings'] = [];
  readonly states = new Map<number, StoredAgentState>();
  readonly blocked = new Map<string, 'prompt' | 'reject'>();
  down = false;
  epoch = 0;
  private holder: string | null = null;
  private until = 0;
  config: DirectorConfig;
  constructor(config?: Partial<DirectorConfig>) {
    this.config = {
      agents: EXTENSIONS.map((extension, i) => ({ agentId: 101 + i, accountId: 201 + i, workNo: `10${i + 1}`, name: ['张敏', '李强', '王芳'][i] ?? '', stationId: 31, companyId: 11, extension, skills: [{ groupId: 1, level: 5 }] })),
      groups: [{ rules: RULES, name: '报修组', code: 'repair', wrapUpMs: 700, rating: true, direction: 'inbound' }, { rules: { ...RULES, groupId: 2 }, name: '缴费组', code: 'billing', wrapUpMs: 0, rating: false, direction: 'inbound' }],
      accessNumbers: [{ calledNumber: HOTLINE, targetKind: 'skillGroup', skillGroupId: 1, ivrCode: null, priority: 5, companyId: null }], flows: [DEFAULT_FLOW], restReasons: ['用餐'], ...config,
    };
  }
  private check(): void { if (this.down) throw new Error('connect ECONNREFUSED (database is down)'); }
  async load(): Promise<DirectorConfig> { this.check(); return this.config; }
  async blocklist(): Promise<Map<string, 'prompt' | 'reject'>> { this.check(); return new Map(this.blocked); }
  async agentStates(): Promise<StoredAgentState[]> { this.check(); return [...this.states.values()]; }
  async calls(ids: readonly string[]): Promise<StoredCall[]> {
    this.check();
    return ids.flatMap((id) => { const known = this.records.get(id)?.record; return known ? [{ callId: id, startedAt: known.startedAt, queuedAt: known.queuedAt, answeredAt: known.answeredAt, skillGroupId: known.skillGroupId, priority: known.priority, agentId: known.agentId, ivrPath: known.ivrPath, purpose: known.purpose, orderId: known.orderId, orderCompanyId: known.orderCompanyId, repeatCount: known.repeatCount, misses: known.misses, transfers: known.transfers }] : []; });
  }
  async callers(): Promise<{ blind: string; at: number; agentId: number | null }[]> { return []; }
  async agentDays(): Promise<AgentDay[]> { return []; }
  async write(batch: JournalBatch): Promise<void> {
    this.check();
    if (batch.epoch < this.epoch) throw new Fenced('older epoch');
    for (const row of batch.calls) { const known = this.records.get(row.record.callId); if (known?.final && (row.source === 'spool' || !row.final)) continue; this.records.set(row.record.callId, row); }
    this.events.push(...batch.events.filter((e) => !this.events.some((known) => known.id === e.id)));
    this.agentLog.push(...batch.agentLog); this.recordings.push(...batch.recordings);
    for (const s of batch.agentStates) this.states.set(s.agentId, s);
  }
  lease(holder: string, ttlMs = 1500): DatabaseLease {
    return {
      take: async () => { this.check(); const now = Date.now(); if (this.holder !== holder && this.until > now) return null; if (this.holder !== holder) { this.holder = holder; this.epoch += 1; } this.until = now + ttlMs; return this.epoch; },
      release: async () => { if (this.holder === holder) this.until = 0; },
    };
  }
}

type Leg = NonNullable<ReturnType<Simulator['core']['outside']['call']>>;
export interface Centre {
  simulator: Simulator; database: MemoryDatabase; process: DirectorProcess; client: DirectorClient; ended: CallRecord[]; offers: { agentId: number; call: LiveCall; switchAt: number }[]; lost: string[];
  phone(agentId: number, command: PhoneCommand, key?: string, clearNumber?: string): Promise<{ agent: AgentView; call: LiveCall | null }>;
  ready(...agentIds: number[]): Promise<void>;
  agent(agentId: number): AgentView;
  call(): LiveCall | undefined;
  desk(extension: string): NonNullable<ReturnType<Simulator['core']['phones']['get']>>;
  /** A resident calls the hotline. */
  dialIn(from?: string): Leg;
  /** A caller who talks to agent 101. */
  talk(from?: string): Promise<Leg>;
  startDirector(): Promise<void>;
  /** As kill -9 leaves it: no lease given back, nothing flushed in order. */
  killDirector(): Promise<void>;
  stop(): Promise<void>;
}

/** Waits until `check` gives something; says what it waited for when it does not come. */
export async function until<T>(what: string, check: () => T | undefined | null | false, ms = 6000): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const found = check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The code with which a command is refused, or `accepted`. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try { await work; return 'accepted'; } catch (error) { return error instanceof AppError ? error.code : String(error); }
}

/** A whole small centre on real sockets: the simulated switch with the generated dialplan, a director, and an api's client. */
export async function startCentre(options: { config?: Partial<DirectorConfig>; outsideAnswersAfterMs?: number | null; log?: Log; signInReadiness?: 'ready' | 'busy' } = {}): Promise<Centre> {
  const dir = mkdtempSync(join(tmpdir(), 'ronghu-centre-'));
  const directories = { recordings: join(dir, 'recordings'), spool: join(dir, 'spool'), prompts: join(dir, 'prompts'), music: join(dir, 'music') };
  const { node } = generateNode({
    name: 'node1', listen: { address: '127.0.0.1' }, eventSocket: { address: '127.0.0.1', port: 8021, password: PASSWORD }, directories, phones: EXTENSIONS.map((extension, i) => ({ extension, password: `Wd5${i}nTq8zRf3kLp`, name: '' })), phonesFrom: ['127.0.0.0/8'],
    trunks: [{ name: 'trunk1', address: '127.0.0.1', port: 5090, allowFrom: ['127.0.0.0/8'] }], hotlines: [HOTLINE], localHuntGroup: EXTENSIONS, turnSeconds: 2, limits: { sessions: 2000, sessionsPerSecond: 500 },
  }, join(dir, 'switch'));
  installSounds(node);
  const simulator = await startSimulator({ config: join(dir, 'switch'), eventPort: 0, outsideAnswersAfterMs: options.outsideAnswersAfterMs === undefined ? 200 : options.outsideAnswersAfterMs, log: () => undefined });
  const database = new MemoryDatabase(options.config);
  const centre: Partial<Centre> & { ended: CallRecord[]; offers: Centre['offers']; lost: string[] } = { simulator, database, ended: [], offers: [], lost: [] };
  let client: DirectorClient | null = null;
  const listen = (port: number): DirectorClient => {
    const made = new DirectorClient({ url: `ws://127.0.0.1:${port}${DIRECTOR_PATH}`, token: TOKEN, retryMs: 50, timeoutMs: 5000 });
    made.on('callEnded', (record) => centre.ended.push(record));
    made.on('offer', (offer) => centre.offers.push(offer));
    made.start();
    return made;
  };
  const startDirector = async (): Promise<void> => {
    const started = new DirectorProcess({
      node: { name: 'node1', host: '127.0.0.1', port: simulator.eventPort, password: PASSWORD }, link: { host: '127.0.0.1', port: 0, token: TOKEN }, spoolDir: directories.spool, dataDir: dir, config: database, sink: database, lease: database.lease(randomUUID()), blind: (n) => `blind:${n}`, ids: createIds(Math.floor(Math.random() * 200), Date.now), clock: { now: Date.now }, log: options.log ?? (process.env.RONGHU_TEST_LOG ? createLog({}) : silentLog),
      settings: { node: 'node1', recordingsDir: directories.recordings, promptsDir: directories.prompts, trunk: 'trunk1', displayNumber: HOTLINE, timeZone: 'Asia/Shanghai', dialSeconds: 10, repeatWindowMs: 86_400_000, signInReadiness: options.signInReadiness ?? 'ready' },
      onLost: (why) => { centre.lost.push(why); }, leaseEveryMs: 200, spoolEveryMs: 300,
    });
    if (!(await started.start())) throw new Error('the director did not start');
    client?.stop();
    client = listen(started.port);
    centre.process = started; centre.client = client;
    await client.ready();
    await until('the switch is served', () => client?.health?.switchConnected);
  };
  await startDirector();
  const agent = (agentId: number): AgentView => { const found = client?.agents.get(agentId); if (!found) throw new Error(`no agent ${agentId}`); return found; };
  const desk = (extension: string): ReturnType<Centre['desk']> => { const phone = simulator.core.phones.get(extension); if (!phone) throw new Error(`no phone ${extension}`); return phone; };
  const dialIn = (from = '13800001111'): Leg => { const leg = simulator.core.outside.call(from, HOTLINE); if (!leg) throw new Error('the switch is full'); return leg; };
  return Object.assign(centre, {
    agent, desk, dialIn,
    talk: async (from?: string) => {
      const leg = dialIn(from);
      await until('the phone rings', () => desk('8001').state === 'ringing');
      desk('8001').answer();
      await until('agent 101 talks', () => agent(101).callState === 'talking' && leg.thread.bridge);
      return leg;
    },
    phone: (agentId: number, command: PhoneCommand, key: string = randomUUID(), clearNumber?: string) => (client as DirectorClient).request('phone', { agentId, command, ...(clearNumber ? { clearNumber } : {}) }, key),
    ready: async (...agentIds: number[]) => { for (const agentId of agentIds) { await (client as DirectorClient).request('phone', { agentId, command: { command: 'signIn' } }, randomUUID()); await (client as DirectorClient).request('phone', { agentId, command: { command: 'setReadiness', readiness: 'ready' } }, randomUUID()); } },
    call: () => [...(client?.calls.values() ?? [])][0],
    startDirector,
    killDirector: async () => {
      // What kill -9 does to the world outside: the sockets close, nothing is said any more, the leases lapse by themselves.
      const dying = centre.process as unknown as { keeper: { timer: NodeJS.Timeout; lost: boolean }; link: { close(): Promise<void> }; director: { stop(): void }; server: { close(): Promise<void> }; journal: { timer: NodeJS.Timeout; stopped: boolean }; spoolTimer: NodeJS.Timeout; stopping: boolean };
      dying.stopping = true; dying.keeper.lost = true; clearInterval(dying.keeper.timer); clearInterval(dying.spoolTimer); clearInterval(dying.journal.timer); dying.journal.stopped = true; dying.director.stop();
      await dying.link.close(); await dying.server.close();
    },
    stop: async () => { client?.stop(); await centre.process?.stop(); await simulator.stop(); rmSync(dir, { recursive: true, force: true }); },
  }) as Centre;
}
