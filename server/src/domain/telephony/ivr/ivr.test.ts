import { createIvr, stepIvr, type IvrEffect } from './ivr.rules';
import { DEFAULT_FLOW, IvrFlow } from './ivr.schema';

const facts = { number: '13812345678', called: '96000', minutes: '600', weekday: '3' };
const start = (flow: IvrFlow, more: Record<string, string> = {}) => { const state = createIvr(flow); return { state, first: stepIvr(state, { kind: 'start', at: 1, facts: { ...facts, ...more } }) }; };
const flowOf = (nodes: Record<string, unknown>, first = 'a'): IvrFlow => IvrFlow.parse({ code: 't', name: '测试', start: first, nodes });

describe('the default flow', () => {
  const walk = (key: string): IvrEffect[] => {
    const { state, first } = start(DEFAULT_FLOW);
    expect(first).toEqual([{ kind: 'play', prompt: 'greeting' }]);
    expect(stepIvr(state, { kind: 'played', at: 2 })).toEqual([{ kind: 'ask', prompt: 'menu', minDigits: 1, maxDigits: 1, terminator: 'none', timeoutMs: 6000 }]);
    return stepIvr(state, { kind: 'digits', at: 3, digits: key });
  };
  test('1 leads to repair, 2 to billing, 0 to an agent', () => {
    expect([walk('1'), walk('2'), walk('0')].map((e) => e[0])).toEqual(['repair', 'billing', 'service'].map((skillGroup) => ({ kind: 'queue', skillGroup, level: 0, priority: null })));
  });
  test('the nodes passed and the keys pressed are recorded in order (CC-43)', () => {
    const { state } = start(DEFAULT_FLOW);
    stepIvr(state, { kind: 'played', at: 2 });
    stepIvr(state, { kind: 'digits', at: 3, digits: '1' });
    expect(state.path).toEqual([{ node: 'greeting', label: '欢迎语', at: 1 }, { node: 'menu', label: '主菜单：报修', digits: '1', at: 2 }, { node: 'repair', label: '报修', at: 3 }]);
  });
  test('a wrong key is told so and asked again, three silences lead to an agent', () => {
    const { state } = start(DEFAULT_FLOW);
    stepIvr(state, { kind: 'played', at: 2 });
    expect(stepIvr(state, { kind: 'digits', at: 3, digits: '9' })).toEqual([expect.objectContaining({ kind: 'ask', prompt: 'invalid' })]);
    expect(stepIvr(state, { kind: 'digits', at: 4, digits: '' })).toEqual([expect.objectContaining({ kind: 'ask', prompt: 'menu' })]);
    expect(stepIvr(state, { kind: 'digits', at: 5, digits: '' })).toEqual([{ kind: 'queue', skillGroup: 'service', level: 0, priority: null }]);
  });
  test('late and duplicate inputs change nothing', () => {
    const { state } = start(DEFAULT_FLOW);
    expect(stepIvr(state, { kind: 'digits', at: 2, digits: '1' })).toEqual([]);
    stepIvr(state, { kind: 'played', at: 2 });
    expect(stepIvr(state, { kind: 'played', at: 3 })).toEqual([]);
    stepIvr(state, { kind: 'digits', at: 4, digits: '1' });
    expect(stepIvr(state, { kind: 'digits', at: 5, digits: '2' })).toEqual([]);
  });
});

test('a tree of 120 levels runs to its end (CC-29)', () => {
  const nodes: Record<string, unknown> = { end: { kind: 'hangUp', label: '结束' } };
  for (let i = 0; i < 120; i++) nodes[`m${i}`] = { kind: 'menu', label: `第 ${i + 1} 层`, prompt: 'menu', keys: { '1': i === 119 ? 'end' : `m${i + 1}` }, onFail: 'end' };
  const { state } = start(flowOf(nodes, 'm0'));
  let effects: IvrEffect[] = [];
  for (let i = 0; i < 120; i++) effects = stepIvr(state, { kind: 'digits', at: i, digits: '1' });
  expect(effects).toEqual([{ kind: 'hangUp', prompt: null, served: true }]);
  expect(state.path).toHaveLength(121);
});

describe('conditions', () => {
  const flow = flowOf({
    a: { kind: 'condition', label: '时间', branches: [{ all: [{ test: 'weekday', days: [1, 2, 3, 4, 5] }, { test: 'minutes', from: 480, to: 1080 }], next: 'day' }, { all: [{ test: 'minutes', from: 1320, to: 360 }], next: 'night' }], otherwise: 'else' },
    day: { kind: 'queue', label: '白天', skillGroup: 'day' }, night: { kind: 'queue', label: '夜间', skillGroup: 'night' }, else: { kind: 'queue', label: '其他', skillGroup: 'else' },
  });
  const at = (minutes: number, weekday: number) => { const [e] = start(flow, { minutes: String(minutes), weekday: String(weekday) }).first; return e?.kind === 'queue' ? e.skillGroup : null; };
  test('weekday and hour must both hold; a period may run over midnight (CC-31)', () => {
    expect([at(600, 3), at(600, 6), at(1380, 3), at(100, 7), at(360, 7), at(1080, 1)]).toEqual(['day', 'else', 'night', 'night', 'else', 'else']);
  });
  test('what the caller keyed decides', () => {
    const keyed = flowOf({
      a: { kind: 'collect', label: '卡号', prompt: 'card', variable: 'card', minDigits: 4, maxDigits: 8, next: 'b', onFail: 'no' },
      b: { kind: 'condition', label: '会员', branches: [{ all: [{ test: 'matches', variable: 'card', prefix: '88' }], next: 'vip' }], otherwise: 'no' },
      vip: { kind: 'queue', label: '会员', skillGroup: 'vip', priority: 1, level: 7 }, no: { kind: 'hangUp', label: '结束', prompt: 'bye' },
    });
    const { state, first } = start(keyed);
    expect(first).toEqual([{ kind: 'ask', prompt: 'card', minDigits: 4, maxDigits: 8, terminator: '#', timeoutMs: 5000 }]);
    expect(stepIvr(state, { kind: 'digits', at: 2, digits: '12' })).toEqual([expect.objectContaining({ kind: 'ask' })]);
    expect(stepIvr(state, { kind: 'digits', at: 3, digits: '8812' })).toEqual([{ kind: 'queue', skillGroup: 'vip', level: 7, priority: 1 }]);
    expect(state.path[0]?.digits).toBe('8812');
  });
  test('a secret is not written into the path', () => {
    const { state } = start(flowOf({ a: { kind: 'collect', label: '密码', prompt: 'pin', variable: 'pin', minDigits: 6, maxDigits: 6, secret: true, next: 'b', onFail: 'b' }, b: { kind: 'hangUp', label: '结束' } }));
    stepIvr(state, { kind: 'digits', at: 2, digits: '123' });
    expect(state.path[0]?.digits).toBe('***');
    stepIvr(state, { kind: 'digits', at: 2, digits: '123456' });
    expect(state.path[0]?.digits).toBe('******');
  });
  test('a flow that goes in circles without asking ends instead of hanging', () => {
    const { first } = start(flowOf({ a: { kind: 'condition', label: '甲', branches: [], otherwise: 'b' }, b: { kind: 'condition', label: '乙', branches: [], otherwise: 'a' } }));
    expect(first).toEqual([{ kind: 'hangUp', prompt: null, served: false }]);
  });
});

test('a flow with a missing target, a bad prompt or too long a wait is refused', () => {
  const bad = (nodes: Record<string, unknown>) => IvrFlow.safeParse({ code: 't', name: '测试', start: 'a', nodes }).success;
  expect(bad({ a: { kind: 'prompt', label: '甲', prompt: 'x', next: 'nowhere' } })).toBe(false);
  expect(bad({ a: { kind: 'hangUp', label: '甲', prompt: '../../etc/passwd' } })).toBe(false);
  expect(bad({ a: { kind: 'menu', label: '甲', prompt: 'x', keys: {}, timeoutMs: 10_000, onFail: 'a' } })).toBe(false);
  expect(bad({ a: { kind: 'hangUp', label: '甲', extra: 1 } })).toBe(false);
});
