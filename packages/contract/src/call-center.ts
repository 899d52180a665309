import { z } from 'zod';
import { route } from './route';
import { Id, IdParams, Millis, PageQuery, PhoneNumber, requiredText, text, Uuid, type MaskedNumber, type Page } from './common';

/** Three layers of appendix 6. */
export type Presence = 'signedOut' | 'signedIn' | 'sipOnly';
export const READINESS = ['ready', 'rest', 'outbound', 'busy', 'suspended', 'wrapUp'] as const;
export type Readiness = (typeof READINESS)[number];
export type AgentCallState = 'idle' | 'ringing' | 'dialing' | 'talking' | 'held' | 'consulting' | 'conferencing';

/** One agent as everybody with the right sees it. `since`: when the shown state began. */
export interface AgentView {
  agentId: number; accountId: number; workNo: string; name: string; stationId: number; extension: string | null; phoneOnline: boolean;
  presence: Presence; readiness: Readiness | null; restReason: string | null; callState: AgentCallState; muted: boolean; callId: string | null;
  since: number; readinessSince: number; wrapUpUntil: number | null; misses: number; skillGroupIds: number[];
  today: { answered: number; missed: number; talkSeconds: number; orders: number };
}
export type CallState = 'ivr' | 'queued' | 'offered' | 'dialing' | 'talking' | 'held' | 'consulting' | 'conferencing' | 'rating' | 'ended';
export interface CallLeg { role: 'customer' | 'agent' | 'consulted'; agentId: number | null; label: string; state: 'ringing' | 'talking' | 'held' | 'muted' }
/** One call as it lives. `number` is masked on its way to a browser. */
export interface CallView {
  callId: string; direction: 'inbound' | 'outbound' | 'internal'; number: MaskedNumber; calledNumber: string; state: CallState;
  skillGroupId: number | null; skillGroupName: string | null; ivrPath: { node: string; label: string; digits?: string }[]; priority: number; position: number | null;
  startedAt: number; queuedAt: number | null; answeredAt: number | null; agentId: number | null; agentName: string | null; legs: CallLeg[]; recording: boolean;
  /** In Chinese words, what is happening: 正在咨询 8021，客户听音乐. */
  activity: string; customerName: string | null; blocked: boolean; repeatCount: number; purpose: 'service' | 'revisit' | 'dial'; orderId: number | null;
}
export type EndReason = 'completed' | 'abandonedInIvr' | 'abandonedInQueue' | 'abandonedRinging' | 'noAnswer' | 'busy' | 'failed' | 'blocked' | 'servedLocally' | 'lost' | 'selfService';
export const END_REASON_NAMES: Record<EndReason, string> = { completed: '已接通', abandonedInIvr: '导航中挂机', abandonedInQueue: '排队中放弃', abandonedRinging: '振铃中放弃', noAnswer: '无人接听', busy: '对方忙', failed: '呼叫失败', blocked: '黑名单拦截', servedLocally: '站内接听', lost: '故障中断', selfService: '自助完成' };
export interface CallRow {
  callId: string; direction: 'inbound' | 'outbound' | 'internal'; number: MaskedNumber; calledNumber: string; customerName: string | null; companyId: number | null; houseAddress: string | null;
  agentId: number | null; agentName: string | null; skillGroupName: string | null; startedAt: number; queuedAt: number | null; answeredAt: number | null; endedAt: number | null; talkSeconds: number; waitSeconds: number;
  endReason: EndReason | null; rating: number | null; recordingId: number | null; orderId: number | null; orderNo: string | null; disposition: string | null;
}
export interface CallDetail extends CallRow { ivrPath: { node: string; label: string; digits?: string; at: number }[]; events: { at: number; kind: string; text: string }[] }

/** Commands of the phone bar. Each is keyed; the same key answers the same result. */
export const PhoneCommand = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('signIn') }), z.strictObject({ command: z.literal('signOut') }),
  z.strictObject({ command: z.literal('setReadiness'), readiness: z.enum(['ready', 'rest', 'busy', 'outbound', 'suspended']), restReason: text(30).optional() }),
  z.strictObject({ command: z.literal('extendWrapUp'), seconds: z.number().int().min(10).max(600) }), z.strictObject({ command: z.literal('endWrapUp') }),
  z.strictObject({ command: z.literal('answer') }), z.strictObject({ command: z.literal('refuse') }), z.strictObject({ command: z.literal('hangUp') }),
  z.strictObject({ command: z.literal('hold') }), z.strictObject({ command: z.literal('resume') }), z.strictObject({ command: z.literal('mute') }), z.strictObject({ command: z.literal('unmute') }),
  z.strictObject({ command: z.literal('transfer'), to: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('agent'), agentId: Id }), z.strictObject({ kind: z.literal('skillGroup'), skillGroupId: Id }), z.strictObject({ kind: z.literal('number'), number: PhoneNumber })]) }),
  z.strictObject({ command: z.literal('consult'), to: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('agent'), agentId: Id }), z.strictObject({ kind: z.literal('number'), number: PhoneNumber })]) }),
  z.strictObject({ command: z.literal('retrieve') }), z.strictObject({ command: z.literal('completeTransfer') }), z.strictObject({ command: z.literal('conference') }),
  z.strictObject({ command: z.literal('sendDigits'), digits: z.string().regex(/^[0-9*#]{1,32}$/) }),
  /** `ref` names a masked number; `number` is typed by hand. The agent's own phone rings first, then the number. */
  z.strictObject({ command: z.literal('dial'), number: PhoneNumber.optional(), ref: text(200).optional(), purpose: z.enum(['dial', 'revisit']).default('dial'), orderId: Id.optional(), companyId: Id.optional() }),
]);
export type PhoneCommand = z.infer<typeof PhoneCommand>;
export interface PhoneBarState { agent: AgentView; call: CallView | null; restReasons: string[]; waiting: number; allBusy: boolean; serverTime: number }
export interface SkillGroupView { id: number; name: string; code: string; waiting: number; longestWaitMs: number; ready: number; talking: number; signedIn: number; strategy: string }

export const callCenterRoutes = {
  phoneState: route<PhoneBarState>()({ method: 'GET', path: '/phone/state', permission: 'phone.use' }),
  phoneCommand: route<PhoneBarState>()({ method: 'POST', path: '/phone/commands', permission: 'phone.use', body: PhoneCommand, keyed: true }),
  /** Targets of a transfer or consult: agents signed in and groups, with state. */
  phoneTargets: route<{ agents: AgentView[]; skillGroups: SkillGroupView[] }>()({ method: 'GET', path: '/phone/targets', permission: 'phone.use' }),
  agents: route<AgentView[]>()({ method: 'GET', path: '/agents', permission: 'agent.watch', query: z.strictObject({ orgId: Id.optional() }) }),
  agentForce: route<AgentView>()({ method: 'POST', path: '/agents/:id/force', permission: 'agent.force', params: IdParams, body: z.strictObject({ readiness: z.enum(['ready', 'busy', 'rest', 'signedOut']), reason: requiredText(200) }), keyed: true }),
  waitingCalls: route<CallView[]>()({ method: 'GET', path: '/calls/waiting', permission: 'agent.watch' }),
  skillGroups: route<SkillGroupView[]>()({ method: 'GET', path: '/skill-groups', permission: 'session' }),
  calls: route<Page<CallRow>>()({ method: 'GET', path: '/calls', permission: 'call.read', query: PageQuery.extend({ from: Millis.optional(), to: Millis.optional(), number: text(20).optional(), agentId: Id.optional(), mine: z.coerce.boolean().optional(), missed: z.coerce.boolean().optional(), direction: z.enum(['inbound', 'outbound', 'internal']).optional(), answered: z.enum(['yes', 'no']).optional(), orgId: Id.optional() }).strict() }),
  call: route<CallDetail>()({ method: 'GET', path: '/calls/:callId', permission: 'call.read', params: z.strictObject({ callId: Uuid }) }),
  callDisposition: route<CallRow>()({ method: 'PUT', path: '/calls/:callId/disposition', permission: 'phone.use', params: z.strictObject({ callId: Uuid }), body: z.strictObject({ disposition: requiredText(60), remark: text(500).optional() }) }),
  /** audio/wav with HTTP ranges; writes an audit row. */
  recording: route<never>()({ method: 'GET', path: '/recordings/:id', permission: 'recording.read', params: IdParams, response: 'file' }),
  blocklist: route<Page<{ id: number; number: MaskedNumber; reason: string; personName: string; at: number }>>()({ method: 'GET', path: '/blocklist', permission: 'blocklist.write', query: PageQuery.strict() }),
  blocklistAdd: route<{ id: number }>()({ method: 'POST', path: '/blocklist', permission: 'blocklist.write', body: z.strictObject({ ref: text(200).optional(), number: PhoneNumber.optional(), reason: requiredText(200) }), keyed: true }),
  blocklistRemove: route<{ ok: true }>()({ method: 'DELETE', path: '/blocklist/:id', permission: 'blocklist.write', params: IdParams }),
};
