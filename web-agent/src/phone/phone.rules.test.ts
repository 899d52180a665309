import type { AgentCallState, AgentView, CallView } from '@ronghu/contract';
import { answerCounts, mayDial, nextStates, PHONE_ACTIONS, phoneActions, type PhoneAction } from './phone.rules';

const agent = (over: Partial<AgentView> = {}): AgentView => ({
  agentId: 1, accountId: 1, workNo: '8001', name: '王丽', stationId: 3, extension: '8001', phoneOnline: true, presence: 'signedIn', readiness: 'ready', restReason: null, callState: 'idle', muted: false, callId: null,
  since: 0, readinessSince: 0, wrapUpUntil: null, misses: 0, skillGroupIds: [1], today: { answered: 0, missed: 0, talkSeconds: 0, orders: 0 }, ...over,
});
const call = (consulted: 'ringing' | 'talking' | null = null): CallView => ({
  callId: 'c', direction: 'inbound', number: { masked: '138****5678', ref: 'r' }, calledNumber: '96000', state: 'talking', skillGroupId: 1, skillGroupName: '报修', ivrPath: [], priority: 0, position: null, startedAt: 0, queuedAt: 0, answeredAt: 1,
  agentId: 1, agentName: '王丽', legs: consulted === null ? [] : [{ role: 'consulted', agentId: 2, label: '8021', state: consulted }], recording: true, activity: '', customerName: null, blocked: false, repeatCount: 0, purpose: 'service', orderId: null,
});
const possible = (callState: AgentCallState, consulted: 'ringing' | 'talking' | null = null): PhoneAction[] => {
  const actions = phoneActions({ agent: agent({ callState }), call: call(consulted), sending: false, connected: true });
  return PHONE_ACTIONS.filter((a) => actions[a].enabled);
};

test.each<[AgentCallState, PhoneAction[]]>([
  ['idle', ['keypad']],
  ['ringing', ['answer', 'hangUp']],
  ['dialing', ['hangUp']],
  ['talking', ['hold', 'mute', 'transfer', 'consult', 'keypad', 'help', 'hangUp']],
  ['held', ['hold', 'transfer', 'consult', 'help', 'hangUp']],
  ['conferencing', ['mute', 'keypad', 'hangUp']],
])('while %s exactly these buttons can be pressed', (state, expected) => {
  expect(possible(state)).toEqual(expected);
});

test('a consultation can be taken back while it rings, and completed or joined only once the colleague has answered', () => {
  expect(possible('consulting', 'ringing')).toEqual(['mute', 'consult', 'keypad', 'hangUp']);
  expect(possible('consulting', 'talking')).toEqual(['mute', 'transfer', 'consult', 'conference', 'keypad', 'hangUp']);
});

test('every closed button says why', () => {
  for (const callState of ['idle', 'ringing', 'dialing', 'talking', 'held', 'consulting', 'conferencing'] as const) {
    const actions = phoneActions({ agent: agent({ callState }), call: call(), sending: false, connected: true });
    for (const a of PHONE_ACTIONS) expect(actions[a].enabled).toBe(actions[a].reason === null);
    for (const a of PHONE_ACTIONS) if (!actions[a].enabled) expect(actions[a].reason).not.toBe('');
  }
});

test('labels follow the state: hold becomes resume, hang up becomes refuse, consult becomes retrieve', () => {
  expect(phoneActions({ agent: agent({ callState: 'held' }), call: call(), sending: false, connected: true }).hold.label).toBe('resume');
  expect(phoneActions({ agent: agent({ callState: 'ringing' }), call: call(), sending: false, connected: true }).hangUp.label).toBe('refuse');
  expect(phoneActions({ agent: agent({ callState: 'consulting' }), call: call('talking'), sending: false, connected: true }).consult.label).toBe('retrieve');
  expect(phoneActions({ agent: agent({ callState: 'talking', muted: true }), call: call(), sending: false, connected: true }).mute).toMatchObject({ label: 'unmute', active: true });
});

test('nothing can be pressed while a command is on its way, the live connection is gone or the agent is signed out', () => {
  const closed = (over: Partial<Parameters<typeof phoneActions>[0]>): string[] => Object.values(phoneActions({ agent: agent({ callState: 'talking' }), call: call(), sending: false, connected: true, ...over })).filter((a) => a.enabled).map((a) => a.label);
  expect(closed({ sending: true })).toEqual([]);
  expect(closed({ connected: false })).toEqual([]);
  expect(closed({ agent: agent({ presence: 'signedOut' }) })).toEqual([]);
  expect(closed({ agent: null })).toEqual([]);
});

test('a resting or suspended agent and one without a phone may not dial', () => {
  expect(mayDial(agent())).toBe(true);
  expect(mayDial(agent({ readiness: 'busy' }))).toBe(true);
  expect(mayDial(agent({ presence: 'sipOnly', readiness: null }))).toBe(true);
  for (const over of [{ readiness: 'rest' as const }, { readiness: 'suspended' as const }, { phoneOnline: false }, { presence: 'signedOut' as const }, { callState: 'talking' as const }]) expect(mayDial(agent(over))).toBe(false);
});

test('signed out there is one next state; signed in there are all, with the rest reasons of the settings', () => {
  expect(nextStates(agent({ presence: 'signedOut', readiness: null }), ['用餐']).map((s) => s.key)).toEqual(['signIn']);
  expect(nextStates(agent({ presence: 'signedOut', readiness: null, phoneOnline: false }), [])[0]?.disabled).toBe('phoneOffline');
  expect(nextStates(agent(), ['用餐', '培训']).map((s) => s.key)).toEqual(['ready', 'rest:用餐', 'rest:培训', 'busy', 'outbound', 'suspended', 'signOut']);
});

test('in wrap-up going ready ends the wrap-up, and in a call no state can be chosen', () => {
  expect(nextStates(agent({ readiness: 'wrapUp' }), [])[0]?.command).toEqual({ command: 'endWrapUp' });
  expect(nextStates(agent({ callState: 'talking', readiness: 'ready' }), ['用餐']).every((s) => s.disabled !== null)).toBe(true);
});

test('an answer that a live message has overtaken is not shown', () => {
  expect(answerCounts(4, 4)).toBe(true);
  expect(answerCounts(4, 5)).toBe(false);
});
