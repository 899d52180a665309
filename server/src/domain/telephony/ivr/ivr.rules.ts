import type { Condition, IvrFlow, IvrNode } from './ivr.schema';

/** Where one caller stands in a flow. Everything that the interpreter knows. */
export interface IvrState {
  flow: IvrFlow; nodeId: string; tries: number; variables: Record<string, string>;
  path: { node: string; label: string; digits?: string; at: number }[];
  /** What the caller hears now: a menu or collect waits for `digits`, a prompt for `played`. */
  waitsFor: 'digits' | 'played' | 'nothing';
  done: boolean;
}
/** `facts` of a start: number, called number, and the local time as `minutes` (0..1439) and `weekday` (1..7). */
export type IvrInput =
  | { kind: 'start'; at: number; facts: Record<string, string> }
  /** Keys pressed, without the terminator; '' after a timeout with nothing pressed. */
  | { kind: 'digits'; at: number; digits: string }
  | { kind: 'played'; at: number };
export type IvrEffect =
  | { kind: 'play'; prompt: string }
  | { kind: 'ask'; prompt: string; minDigits: number; maxDigits: number; terminator: '#' | '*' | 'none'; timeoutMs: number }
  | { kind: 'queue'; skillGroup: string; level: number; priority: number | null }
  /** `served`: the flow came to its own end, so the caller was served without an agent. */
  | { kind: 'hangUp'; prompt: string | null; served: boolean };

export const createIvr = (flow: IvrFlow): IvrState => ({ flow, nodeId: flow.start, tries: 0, variables: {}, path: [], waitsFor: 'nothing', done: false });

/** Nodes that ask nothing of the caller, one after another; more means a flow that goes in circles. */
const MAX_SILENT_STEPS = 1000;

/**
 * The IVR interpreter, pure: an input in, what to play or ask out; the state is changed in place. An input that the state does not wait for (a late
 * digit, a duplicate) changes nothing. A flow that goes in circles without asking ends with hangUp. (CC-29, CC-31, CC-34, CC-43)
 */
export function stepIvr(state: IvrState, input: IvrInput): IvrEffect[] {
  if (state.done) return [];
  if (input.kind === 'start') { state.variables = { ...input.facts }; return enter(state, state.flow.start, input.at); }
  const node = state.flow.nodes[state.nodeId];
  if (!node || input.kind !== state.waitsFor) return [];
  state.waitsFor = 'nothing';
  if (input.kind === 'played') {
    if (node.kind === 'prompt') return enter(state, node.next, input.at);
    if (node.kind === 'queue') return finish(state, { kind: 'queue', skillGroup: node.skillGroup, level: node.level ?? 0, priority: node.priority ?? null });
    return [];
  }
  if (node.kind === 'menu') {
    const target = node.keys[input.digits];
    if (!target) return again(state, node, input.digits, input.at);
    trace(state, input.digits, node.labels?.[input.digits]);
    return enter(state, target, input.at);
  }
  if (node.kind === 'collect') {
    if (input.digits.length < node.minDigits || input.digits.length > node.maxDigits) return again(state, node, input.digits, input.at);
    state.variables[node.variable] = input.digits;
    // A password never lands in the call record (CC-38).
    trace(state, node.secret ? '*'.repeat(input.digits.length) : input.digits, undefined);
    return enter(state, node.next, input.at);
  }
  return [];
}

type Asking = Extract<IvrNode, { kind: 'menu' | 'collect' }>;
function again(state: IvrState, node: Asking, digits: string, at: number): IvrEffect[] {
  if (digits) trace(state, node.kind === 'collect' && node.secret ? '*'.repeat(digits.length) : digits, undefined);
  state.tries += 1;
  if (state.tries > node.retries) return enter(state, node.onFail, at);
  return ask(state, node, digits && node.invalidPrompt ? node.invalidPrompt : node.prompt);
}
function ask(state: IvrState, node: Asking, prompt: string): IvrEffect[] {
  state.waitsFor = 'digits';
  return [node.kind === 'menu' ? { kind: 'ask', prompt, minDigits: 1, maxDigits: 1, terminator: 'none', timeoutMs: node.timeoutMs } : { kind: 'ask', prompt, minDigits: node.minDigits, maxDigits: node.maxDigits, terminator: node.terminator, timeoutMs: node.timeoutMs }];
}
function trace(state: IvrState, digits: string, label: string | undefined): void {
  const last = state.path[state.path.length - 1];
  if (!last) return;
  last.digits = digits;
  if (label) last.label = `${last.label}：${label}`;
}
function finish(state: IvrState, effect: IvrEffect): IvrEffect[] { state.done = true; return [effect]; }

function enter(state: IvrState, first: string, at: number): IvrEffect[] {
  let id = first;
  for (let silent = 0; silent < MAX_SILENT_STEPS; silent++) {
    const node = state.flow.nodes[id];
    if (!node) break;
    state.nodeId = id; state.tries = 0;
    state.path.push({ node: id, label: node.label, at });
    switch (node.kind) {
      case 'menu': case 'collect': return ask(state, node, node.prompt);
      case 'prompt': state.waitsFor = 'played'; return [{ kind: 'play', prompt: node.prompt }];
      case 'queue':
        if (node.prompt) { state.waitsFor = 'played'; return [{ kind: 'play', prompt: node.prompt }]; }
        return finish(state, { kind: 'queue', skillGroup: node.skillGroup, level: node.level ?? 0, priority: node.priority ?? null });
      case 'hangUp': return finish(state, { kind: 'hangUp', prompt: node.prompt ?? null, served: true });
      case 'condition': id = node.branches.find((branch) => branch.all.every((condition) => holds(condition, state.variables)))?.next ?? node.otherwise; break;
    }
  }
  return finish(state, { kind: 'hangUp', prompt: null, served: false });
}

function holds(condition: Condition, variables: Record<string, string>): boolean {
  switch (condition.test) {
    case 'equals': return variables[condition.variable] === condition.value;
    case 'present': return (variables[condition.variable] ?? '') !== '';
    case 'matches': return (variables[condition.variable] ?? '').startsWith(condition.prefix);
    case 'weekday': return condition.days.includes(Number(variables.weekday));
    case 'minutes': {
      const now = Number(variables.minutes);
      return condition.from <= condition.to ? now >= condition.from && now < condition.to : now >= condition.from || now < condition.to;
    }
  }
}
