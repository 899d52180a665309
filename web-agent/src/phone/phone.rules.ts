import type { AgentCallState, AgentView, CallView, PhoneCommand, Readiness } from '@ronghu/contract';

/** Buttons of the bar, in the order in which they always stand. */
export const PHONE_ACTIONS = ['answer', 'hold', 'mute', 'transfer', 'consult', 'conference', 'keypad', 'help', 'hangUp'] as const;
export type PhoneAction = (typeof PHONE_ACTIONS)[number];
/** `label` and `reason` are keys of the locale below `phone.`; `reason` says why not, null when it may be pressed. */
export interface ActionState { enabled: boolean; label: string; reason: string | null; active: boolean }
export interface PhoneNow { agent: AgentView | null; call: CallView | null; /** A command is on its way. */ sending: boolean; connected: boolean }

const ON_LINE: AgentCallState[] = ['talking', 'held', 'consulting', 'conferencing'];

/** Why nothing at all can be done now, or null. */
function blockedBy(now: PhoneNow): string | null {
  if (now.agent === null) return 'loading';
  if (!now.connected) return 'disconnected';
  if (now.agent.presence === 'signedOut') return 'signedOut';
  return null;
}

/** What each button does, says and why it cannot be pressed (CC-78, SC-28). Labels follow the state: hold becomes resume, consult becomes retrieve. */
export function phoneActions(now: PhoneNow): Record<PhoneAction, ActionState> {
  const state: AgentCallState = now.agent?.callState ?? 'idle';
  const blocked = blockedBy(now);
  const make = (label: string, possible: boolean, why: string, active = false): ActionState => {
    const reason = blocked ?? (possible ? (now.sending ? 'sending' : null) : why);
    return { enabled: reason === null, label, reason, active };
  };
  const consulting = state === 'consulting';
  const reached = now.call?.legs.some((leg) => leg.role === 'consulted' && leg.state !== 'ringing') ?? false;
  const idleWhy = state === 'ringing' ? 'answerFirst' : state === 'dialing' ? 'notConnected' : 'noCall';
  return {
    answer: make('answer', state === 'ringing', ON_LINE.includes(state) ? 'alreadyTalking' : state === 'dialing' ? 'youDial' : 'nothingRings'),
    hold: state === 'held' ? make('resume', true, '', true) : make('hold', state === 'talking', consulting ? 'heldByConsult' : state === 'conferencing' ? 'inConference' : idleWhy),
    mute: make(now.agent?.muted === true ? 'unmute' : 'mute', ['talking', 'consulting', 'conferencing'].includes(state), state === 'held' ? 'heldHearsNothing' : idleWhy, now.agent?.muted === true),
    transfer: consulting ? make('completeTransfer', reached, 'consultRings') : make('transfer', state === 'talking' || state === 'held', state === 'conferencing' ? 'inConference' : idleWhy),
    consult: consulting ? make('retrieve', true, '', true) : make('consult', state === 'talking' || state === 'held', state === 'conferencing' ? 'inConference' : idleWhy),
    conference: make('conference', consulting && reached, consulting ? 'consultRings' : state === 'conferencing' ? 'inConference' : 'consultFirst', state === 'conferencing'),
    keypad: state === 'idle' ? make('dial', mayDial(now.agent), dialWhy(now.agent)) : make('keypad', ['talking', 'consulting', 'conferencing'].includes(state), state === 'held' ? 'heldHearsNothing' : idleWhy),
    help: make('help', state === 'talking' || state === 'held', consulting ? 'heldByConsult' : state === 'conferencing' ? 'inConference' : idleWhy),
    hangUp: state === 'ringing' ? make('refuse', true, '') : make('hangUp', state !== 'idle', 'noCall'),
  };
}

/** Whether the readiness allows dialling out (appendix 6). */
export function mayDial(agent: AgentView | null): boolean {
  if (agent === null || !agent.phoneOnline || agent.callState !== 'idle') return false;
  return agent.presence === 'sipOnly' || (agent.presence === 'signedIn' && agent.readiness !== 'rest' && agent.readiness !== 'suspended');
}
export function dialWhy(agent: AgentView | null): string {
  if (agent === null) return 'loading';
  if (!agent.phoneOnline) return 'phoneOffline';
  if (agent.callState !== 'idle') return 'alreadyTalking';
  return agent.readiness === 'rest' ? 'resting' : agent.readiness === 'suspended' ? 'suspended' : 'signedOut';
}

/** One entry of the menu of next states. */
export interface NextState { key: string; tone: string; command: PhoneCommand; label: string; restReason?: string; disabled: string | null; current: boolean }
const TONES: Record<Exclude<Readiness, 'wrapUp'>, string> = { ready: 'ready', rest: 'rest', busy: 'busy', outbound: 'talking', suspended: 'offline' };

/** The menu behind the agent's own state (CC-61): what comes next, rest with its sub-states, and why an entry is closed. */
export function nextStates(agent: AgentView, restReasons: string[]): NextState[] {
  if (agent.presence !== 'signedIn') return [{ key: 'signIn', tone: 'ready', command: { command: 'signIn' }, label: 'signIn', disabled: agent.phoneOnline ? null : 'phoneOffline', current: false }];
  const inCall = agent.callState !== 'idle' ? 'duringCall' : null;
  const plain = (['ready', 'busy', 'outbound', 'suspended'] as const).map((readiness): NextState => ({
    key: readiness, tone: TONES[readiness], label: readiness, current: agent.readiness === readiness,
    command: agent.readiness === 'wrapUp' && readiness === 'ready' ? { command: 'endWrapUp' } : { command: 'setReadiness', readiness },
    disabled: agent.readiness === readiness ? 'isNow' : inCall ?? (readiness === 'ready' && !agent.phoneOnline ? 'phoneOffline' : null),
  }));
  const rests = restReasons.map((restReason): NextState => ({
    key: `rest:${restReason}`, tone: 'rest', label: 'rest', restReason, command: { command: 'setReadiness', readiness: 'rest', restReason },
    current: agent.readiness === 'rest' && agent.restReason === restReason, disabled: agent.readiness === 'rest' && agent.restReason === restReason ? 'isNow' : inCall,
  }));
  const ready = plain.slice(0, 1);
  return [...ready, ...rests, ...plain.slice(1), { key: 'signOut', tone: 'offline', command: { command: 'signOut' }, label: 'signOut', disabled: inCall, current: false }];
}

/** Whether an answer's state may be shown: not when live messages were heard between asking and answering, for those are newer. */
export function answerCounts(heardWhenAsked: number, heardNow: number): boolean { return heardWhenAsked === heardNow; }
