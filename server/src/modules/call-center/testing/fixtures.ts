import { DEFAULT_ROLE_PERMISSIONS, type AgentView, type Permission, type RoleCode, type SkillGroupView } from '@ronghu/contract';
import { DirectorClient } from '../../../domain/telephony/director-client';
import type { CallRecord, DirectorEvents, DirectorOp, DirectorOps, DirectorSnapshot, LiveCall } from '../../../domain/telephony/director-protocol';
import { DirectorServer } from '../../../domain/telephony/director-server';
import type { Sql } from '../../../platform/database/db';
import { CryptoBox } from '../../../platform/crypto';
import { AppError } from '../../../platform/errors/app-error';
import { OrgDirectory } from '../../../platform/identity/org.store';
import type { Scope } from '../../../platform/identity/scope';
import { systemScope } from '../../../platform/identity/scopes';
import { freePort } from '../../../platform/testing/database';

/** One group: division 2 with companies 11 (stations 101, 102) and 12 (station 103). */
export const ORG = { group: 1, division: 2, company11: 11, company12: 12, station101: 101, station102: 102, station103: 103 } as const;
const NODES = [[1, null, 'group', '集团', null, '/1/'], [2, 1, 'division', '供热事业部', null, '/1/2/'], [11, 2, 'company', '东区公司', 11, '/1/2/11/'], [12, 2, 'company', '西区公司', 12, '/1/2/12/'], [101, 11, 'station', '一站', 11, '/1/2/11/101/'], [102, 11, 'station', '二站', 11, '/1/2/11/102/'], [103, 12, 'station', '三站', 12, '/1/2/12/103/']] as const;
export async function seedOrganisation(sql: Sql): Promise<OrgDirectory> {
  await sql.insertMany('org_node', NODES.map(([id, parent, kind, name, company, path]) => ({ id, parent_id: parent, kind, name, code: `N${id}`, path, company_id: company, sort_no: id, org_status: 'active' })));
  await sql.insertMany('agent', [[1, 1001, '8001', '赵一', 101], [2, 1002, '8002', '钱二', 101], [3, 1003, '8003', '孙三', 103]].map(([agent_id, account_id, work_no, name, station_id]) => ({ agent_id, account_id, work_no, name, station_id, company_id: station_id === 103 ? 12 : 11, active: true, independent_sip: false, version: 1 })));
  await sql.insertMany('skill_group', [{ skill_group_id: 1, name: '报修组', code: 'repair', direction: 'inbound', strategy: 'longestIdle' }]);
  const orgs = new OrgDirectory(sql);
  await orgs.reload();
  return orgs;
}
/** A scope as the session middleware would build it. */
export function scopeOf(orgs: OrgDirectory, role: RoleCode, rootId: number, over: Partial<Scope> & { permissions?: ReadonlySet<Permission> } = {}): Scope {
  const nodes = orgs.below(rootId), stations = nodes.filter((node) => node.kind === 'station');
  return {
    ...systemScope('test'), system: false, accountId: 1000, personName: '测试员', login: 'tester', frontEnd: 'admin', sessionId: `session-${role}-${rootId}`, address: '10.0.0.8', roles: [role], permissions: new Set(DEFAULT_ROLE_PERMISSIONS[role]),
    orgRootIds: [rootId], orgIds: new Set(nodes.map((node) => node.id)), companyIds: new Set(nodes.map((node) => node.companyId).filter((id): id is number => id !== null)), stationIds: new Set(stations.map((node) => node.id)),
    wholeCompany: orgs.get(rootId)?.kind !== 'station', agentId: null, stationId: null, ...over,
  };
}
export const agentScope = (orgs: OrgDirectory, agentId: number, rootId: number = ORG.group, over: Partial<Scope> = {}): Scope => scopeOf(orgs, 'agent', rootId, { accountId: 1000 + agentId, personName: `坐席${agentId}`, agentId, frontEnd: 'agent', sessionId: `session-agent-${agentId}`, ...over });
export const testCrypto = (): CryptoBox => new CryptoBox({ data: [{ id: 'k1', master: Buffer.alloc(32, 7).toString('base64') }], blind: Buffer.alloc(32, 9).toString('base64') } as ConstructorParameters<typeof CryptoBox>[0]);

export const agentView = (agentId: number, over: Partial<AgentView> = {}): AgentView => ({
  agentId, accountId: 1000 + agentId, workNo: `800${agentId}`, name: `坐席${agentId}`, stationId: agentId === 3 ? 103 : 101, extension: `20${agentId}`, phoneOnline: true, presence: 'signedIn', readiness: 'ready', restReason: null, callState: 'idle', muted: false, callId: null,
  since: 0, readinessSince: 0, wrapUpUntil: null, misses: 0, skillGroupIds: [1], today: { answered: 0, missed: 0, talkSeconds: 0, orders: 0 }, ...over,
});
export const CALL_ID = '11111111-1111-4111-8111-111111111111';
export const liveCall = (over: Partial<LiveCall> = {}): LiveCall => ({
  callId: CALL_ID, direction: 'inbound', clearNumber: '13812345678', calledNumber: '96300', state: 'queued', skillGroupId: 1, skillGroupName: '报修组', ivrPath: [{ node: 'menu', label: '主菜单', digits: '1' }], priority: 5, position: 1, startedAt: 1_000, queuedAt: 2_000, answeredAt: null, agentId: null, agentName: null,
  legs: [{ role: 'customer', agentId: null, label: '客户', state: 'talking' }], recording: false, activity: '排队中', customerName: null, blocked: false, repeatCount: 0, purpose: 'service', orderId: null, stationId: null, companyId: null, ...over,
});
export const callRecord = (over: Partial<CallRecord> = {}): CallRecord => ({
  callId: CALL_ID, direction: 'inbound', purpose: 'service', clearNumber: '13812345678', calledNumber: '96300', startedAt: 1_000, queuedAt: 2_000, answeredAt: 5_000, endedAt: 60_000, talkSeconds: 55, waitSeconds: 3, ringSeconds: 2, endReason: 'completed', endedBy: 'customer', rating: null, skillGroupId: 1, agentId: 1, agentName: '赵一',
  stationId: null, companyId: null, orderId: null, orderCompanyId: null, priority: 5, repeatCount: 0, misses: 0, transfers: 0, ivrPath: [], recordingPath: null, ...over,
});
const skillGroup: SkillGroupView = { id: 1, name: '报修组', code: 'repair', waiting: 0, longestWaitMs: 0, ready: 1, talking: 0, signedIn: 1, strategy: 'longestIdle' };

/** A director that says what the test wants, over the real protocol: real server, real client, real socket. */
export class FakeDirector {
  readonly asked: { op: DirectorOp; args: DirectorOps[DirectorOp]['args']; key: string | null }[] = [];
  snapshot: DirectorSnapshot = {
    at: 0, health: { epoch: 1, active: true, switchConnected: true, databaseConnected: true, callsInProgress: 0, phonesOnline: 3, journalWaiting: 0, startedAt: 0 },
    agents: [agentView(1), agentView(2), agentView(3)], calls: [], queue: { waiting: 0, longestWaitMs: 0, allBusy: false, calls: [] }, skillGroups: [skillGroup], restReasons: ['用餐'],
  };
  refuse: AppError | null = null;
  private constructor(private server: DirectorServer, readonly client: DirectorClient, private readonly port: number) {}

  static async start(): Promise<FakeDirector> {
    const port = await freePort(), token = 'test-link-token-0123456789', holder: { self?: FakeDirector } = {};
    const server = FakeDirector.server(port, token, () => holder.self as FakeDirector);
    await server.listen();
    const client = new DirectorClient({ url: `ws://127.0.0.1:${port}`, token, timeoutMs: 2000, retryMs: 50 });
    holder.self = new FakeDirector(server, client, port);
    client.start();
    await client.ready();
    return holder.self;
  }
  private static server(port: number, token: string, self: () => FakeDirector): DirectorServer {
    return new DirectorServer({ port, token }, {
      snapshot: () => self().snapshot,
      handle: async <O extends DirectorOp>(op: O, args: DirectorOps[O]['args'], key: string | null) => { self().asked.push({ op, args, key }); if (self().refuse) throw self().refuse; return self().answer(op, args) as DirectorOps[O]['result']; },
    });
  }
  private answer(op: DirectorOp, args: DirectorOps[DirectorOp]['args']): unknown {
    switch (op) {
      case 'phone': return { agent: agentView((args as DirectorOps['phone']['args']).agentId, { callState: 'dialing', callId: CALL_ID }), call: liveCall({ state: 'dialing', direction: 'outbound' }) };
      case 'agentForce': { const { agentId, readiness } = args as DirectorOps['agentForce']['args']; return agentView(agentId, readiness === 'signedOut' ? { presence: 'signedOut', readiness: null } : { readiness }); }
      case 'blocklist': return { entries: 1 };
      case 'customer': return { ok: true };
      case 'reload': return { agents: 3, skillGroups: 1 };
      case 'snapshot': return this.snapshot;
    }
  }
  /** Pushes an event and waits until the client's mirror has it. */
  async push<K extends keyof DirectorEvents>(kind: K, data: DirectorEvents[K]): Promise<void> {
    const seen = new Promise<void>((resolve) => { const off = this.client.on(kind, () => { off(); resolve(); }); });
    this.server.push(kind, data);
    await seen;
  }
  async goAway(): Promise<void> { const gone = new Promise<void>((resolve) => { const off = this.client.onLink((up) => { if (!up) { off(); resolve(); } }); }); await this.server.close(); await gone; }
  async comeBack(): Promise<void> { this.server = FakeDirector.server(this.port, 'test-link-token-0123456789', () => this); await this.server.listen(); await this.client.ready(); }
  async stop(): Promise<void> { this.client.stop(); await this.server.close(); }
}
/** Collects what rooms were told. */
export class FakeHub {
  readonly told: { room: string; event: { kind: string } & Record<string, unknown> }[] = [];
  publish = (room: string, event: object): void => { this.told.push({ room, event: event as { kind: string } & Record<string, unknown> }); };
  of(room: string, kind?: string) { return this.told.filter((t) => t.room === room && (kind === undefined || t.event.kind === kind)); }
}
