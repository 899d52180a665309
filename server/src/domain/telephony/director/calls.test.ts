import { randomUUID } from 'node:crypto';
import { type Centre, codeOf, HOTLINE, RULES, startCentre, until } from './testing/centre';

let c: Centre;
afterEach(async () => { await c?.stop(); });

describe('an inbound call', () => {
  test('of a group without rating is over when the agent hangs up', async () => {
    c = await startCentre({ config: { groups: [{ rules: RULES, name: '报修组', code: 'repair', wrapUpMs: 0, rating: false, direction: 'inbound' }] } });
    await c.ready(101);
    const leg = c.dialIn();
    await until('rings', () => c.desk('8001').state === 'ringing');
    c.desk('8001').answer();
    await until('bridged', () => leg.thread.bridge);
    c.desk('8001').hangUp();
    expect(await until('the record', () => c.ended[0], 3000)).toMatchObject({ endReason: 'completed', endedBy: 'agent', rating: null, agentId: 101 });
  });

  test('rings the phone, pops while it rings, is answered by the desk key, hung up by the agent, rated, wrapped up and recorded', async () => {
    c = await startCentre();
    await c.ready(101);
    const leg = c.dialIn();
    const offer = await until('the pop', () => c.offers[0]);
    expect(offer).toMatchObject({ agentId: 101, call: { clearNumber: '13800001111', state: 'offered', skillGroupName: '报修组' } });
    expect(Date.now() - offer.switchAt).toBeLessThan(1000);
    await until('the phone rings', () => c.desk('8001').state === 'ringing');
    expect(c.agent(101).callState).toBe('ringing');
    c.desk('8001').answer();
    await until('talking', () => c.agent(101).callState === 'talking');
    expect(c.call()).toMatchObject({ state: 'talking', agentName: '张敏', recording: true });
    await until('bridged', () => leg.thread.bridge);
    c.desk('8001').hangUp();
    await until('wrap-up on the server clock', () => c.agent(101).readiness === 'wrapUp');
    await until('the customer is asked for the rating', () => c.call()?.state === 'rating');
    await until('digits are taken', () => leg.application === 'play_and_get_digits');
    c.simulator.core.digit(leg, '1');
    const record = await until('the record', () => c.ended[0], 12_000);
    expect(record).toMatchObject({ endReason: 'completed', endedBy: 'agent', rating: 1, agentId: 101, agentName: '张敏', skillGroupId: 1, repeatCount: 0 });
    await until('wrap-up over', () => c.agent(101).readiness === 'ready');
    await until('journalled', () => c.database.records.get(record.callId)?.final);
    await until('recording catalogued', () => c.database.recordings.find((r) => r.callId === record.callId && r.sm3 !== null), 9000);
    expect(c.database.events.filter((e) => e.callId === record.callId).map((e) => e.event)).toEqual(expect.arrayContaining(['queued', 'offered', 'answered', 'bridged', 'rating', 'rated', 'ended']));
    expect(c.database.agentLog.filter((l) => l.agentId === 101 && l.layer === 'call').map((l) => l.to)).toEqual(['ringing', 'talking', 'idle']);
  }, 30_000);

  test('the answer button does the same as the key', async () => {
    c = await startCentre();
    await c.ready(101);
    c.dialIn();
    await until('ringing', () => c.agent(101).callState === 'ringing' && c.desk('8001').state === 'ringing');
    await c.phone(101, { command: 'answer' });
    await until('talking', () => c.agent(101).callState === 'talking' && c.desk('8001').state === 'talking');
  });

  test('a missed offer goes to the next agent, the caller keeps the place, the third miss sends to rest', async () => {
    c = await startCentre();
    await c.ready(101, 102);
    const leg = c.dialIn();
    await until('101 rings', () => c.desk('8001').state === 'ringing');
    const queuedAt = c.call()?.queuedAt;
    await until('102 rings', () => c.desk('8002').state === 'ringing');
    expect(c.desk('8001').state).toBe('idle');
    expect(c.call()?.queuedAt).toBe(queuedAt);
    expect(c.agent(101)).toMatchObject({ callState: 'idle', misses: 1, readiness: 'ready' });
    await until('both rest after three misses', () => c.agent(101).readiness === 'rest' && c.agent(102).readiness === 'rest', 15_000);
    expect(leg.over).toBe(false);
    expect(c.call()).toMatchObject({ state: 'queued', position: 1 });
    await c.phone(101, { command: 'setReadiness', readiness: 'ready' });
    await until('101 rings again', () => c.desk('8001').state === 'ringing');
  }, 30_000);

  test('a caller who goes while it rings stops the ring; nobody is stuck', async () => {
    c = await startCentre();
    await c.ready(101);
    const leg = c.dialIn();
    await until('rings', () => c.desk('8001').state === 'ringing');
    c.simulator.core.outside.hangUp(leg);
    await until('silent', () => c.desk('8001').state === 'idle' && c.agent(101).callState === 'idle');
    expect((await until('record', () => c.ended[0])).endReason).toBe('abandonedRinging');
    expect(c.agent(101)).toMatchObject({ readiness: 'ready', misses: 0, callId: null });
  });

  test('refusing passes the call on at once', async () => {
    c = await startCentre();
    await c.ready(101, 102);
    c.dialIn();
    await until('101 rings', () => c.desk('8001').state === 'ringing');
    await c.phone(101, { command: 'refuse' });
    await until('102 rings', () => c.desk('8002').state === 'ringing', 1200);
    expect(c.agent(101).callState).toBe('idle');
  });

  test('a blocked caller hears the prompt and reaches nobody', async () => {
    c = await startCentre();
    c.database.blocked.set('blind:13999990000', 'prompt');
    await c.client.request('blocklist', {});
    await c.ready(101);
    const leg = c.dialIn('13999990000');
    await until('the blocked prompt', () => leg.destination === 'blocked' || leg.over);
    expect((await until('record', () => c.ended[0], 10_000)).endReason).toBe('blocked');
    expect(c.offers).toEqual([]);
  }, 20_000);

  test('the voice menu: greeting, a wrong key, then 1 leads to repair, with the path in the record', async () => {
    c = await startCentre({ config: { accessNumbers: [{ calledNumber: HOTLINE, targetKind: 'ivr', skillGroupId: null, ivrCode: 'main', priority: 5, companyId: null }] } });
    await c.ready(101);
    const leg = c.dialIn();
    await until('the menu asks', () => leg.application === 'play_and_get_digits', 15_000);
    c.simulator.core.digit(leg, '1');
    await until('offered', () => c.offers[0]);
    expect(c.call()?.ivrPath).toEqual([{ node: 'greeting', label: '欢迎语' }, { node: 'menu', label: '主菜单：报修', digits: '1' }, { node: 'repair', label: '报修' }]);
  }, 30_000);
});

describe('in the call', () => {
  beforeEach(async () => { c = await startCentre(); await c.ready(101, 102); });

  test('hold gives the customer music and resume brings the talk back', async () => {
    const leg = await c.talk();
    await c.phone(101, { command: 'hold' });
    await until('held', () => c.agent(101).callState === 'held' && leg.application === 'playback');
    expect(c.call()?.activity).toContain('客户听音乐');
    expect(await codeOf(c.phone(101, { command: 'hold' }))).toBe('STATE_CONFLICT');
    await c.phone(101, { command: 'resume' });
    await until('talking', () => c.agent(101).callState === 'talking' && leg.thread.bridge);
  });

  test('mute is shown and taken back', async () => {
    await c.talk();
    await c.phone(101, { command: 'mute' });
    await until('muted', () => c.agent(101).muted && c.desk('8001').leg?.muted);
    await c.phone(101, { command: 'unmute' });
    await until('unmuted', () => !c.agent(101).muted && !c.desk('8001').leg?.muted);
  });

  test('the hold key of the desk phone shows as held', async () => {
    await c.talk();
    c.desk('8001').hold(true);
    await until('held', () => c.agent(101).callState === 'held');
    c.desk('8001').hold(false);
    await until('talking', () => c.agent(101).callState === 'talking');
  });

  test('consult and retrieve', async () => {
    const leg = await c.talk();
    await c.phone(101, { command: 'consult', to: { kind: 'agent', agentId: 102 } });
    await until('102 rings', () => c.desk('8002').state === 'ringing' && c.agent(101).callState === 'consulting');
    c.desk('8002').answer();
    await until('they talk', () => c.desk('8001').leg?.thread.bridge && c.agent(102).callState === 'talking');
    await c.phone(101, { command: 'retrieve' });
    await until('back', () => c.agent(101).callState === 'talking' && leg.thread.bridge && c.desk('8002').state === 'idle');
    await until('102 free', () => c.agent(102).callState === 'idle' && c.agent(102).readiness === 'ready');
  });

  test('the consulted one hangs up: the customer comes back by himself', async () => {
    const leg = await c.talk();
    await c.phone(101, { command: 'consult', to: { kind: 'agent', agentId: 102 } });
    await until('102 rings', () => c.desk('8002').state === 'ringing');
    c.desk('8002').answer();
    await until('they talk', () => c.desk('8001').leg?.thread.bridge);
    c.desk('8002').hangUp();
    await until('customer and agent joined', () => leg.thread.bridge && c.agent(101).callState === 'talking');
  });

  test('consult, then complete the transfer: 102 owns the call, 101 wraps up', async () => {
    const leg = await c.talk();
    await c.phone(101, { command: 'consult', to: { kind: 'agent', agentId: 102 } });
    await until('102 rings', () => c.desk('8002').state === 'ringing');
    c.desk('8002').answer();
    await until('they talk', () => c.desk('8001').leg?.thread.bridge);
    await c.phone(101, { command: 'completeTransfer' });
    await until('102 has the customer', () => leg.thread.bridge && c.desk('8001').state === 'idle' && c.call()?.agentId === 102);
    expect(c.agent(102).callState).toBe('talking');
    c.simulator.core.outside.hangUp(leg);
    expect(await until('record', () => c.ended[0])).toMatchObject({ agentId: 102, transfers: 1, endedBy: 'customer', endReason: 'completed' });
  });

  test('a conference of three', async () => {
    const leg = await c.talk();
    await c.phone(101, { command: 'consult', to: { kind: 'agent', agentId: 102 } });
    await until('102 rings', () => c.desk('8002').state === 'ringing');
    c.desk('8002').answer();
    await until('they talk', () => c.desk('8001').leg?.thread.bridge);
    await c.phone(101, { command: 'conference' });
    await until('three in the room', () => c.simulator.core.conferences.list().some((room) => room.members === 3));
    expect(c.agent(101).callState).toBe('conferencing');
    c.simulator.core.outside.hangUp(leg);
    await until('all free', () => c.desk('8001').state === 'idle' && c.desk('8002').state === 'idle');
  });

  test('a blind transfer to an agent rings that agent, and the caller is never dropped', async () => {
    const leg = await c.talk();
    await c.phone(101, { command: 'transfer', to: { kind: 'agent', agentId: 102 } });
    await until('102 rings', () => c.desk('8002').state === 'ringing');
    expect(c.desk('8001').state).toBe('idle');
    c.desk('8002').answer();
    await until('102 talks', () => c.agent(102).callState === 'talking' && leg.thread.bridge);
    c.simulator.core.outside.hangUp(leg);
    expect(await until('record', () => c.ended[0])).toMatchObject({ agentId: 102, transfers: 1 });
  });

  test('a transfer to a number goes through the trunk', async () => {
    const leg = await c.talk();
    await c.phone(101, { command: 'transfer', to: { kind: 'number', number: '13700002222' } });
    await until('joined outside', () => leg.thread.bridge && c.desk('8001').state === 'idle');
    await until('101 wraps up', () => ['wrapUp', 'ready'].includes(c.agent(101).readiness ?? ''));
  });

  test('dialling out rings the own phone first, then the number; a customer hang-up frees the agent', async () => {
    c.desk('8001').behaviour = { ...c.desk('8001').behaviour, answerAfterMs: 100 };
    await c.phone(101, { command: 'dial', number: '13600003333', purpose: 'revisit', orderId: 77, companyId: 11 });
    await until('own phone', () => c.agent(101).callState === 'dialing');
    await until('talking', () => c.agent(101).callState === 'talking' && c.desk('8001').leg?.thread.bridge, 8000);
    expect(c.call()).toMatchObject({ direction: 'outbound', purpose: 'revisit', orderId: 77, state: 'talking' });
    const far = [...c.simulator.core.legs.values()].find((leg) => leg.options.direction === 'outbound' && leg.destination === '13600003333');
    expect(far).toBeDefined();
    if (far) c.simulator.core.outside.hangUp(far);
    expect(await until('record', () => c.ended[0])).toMatchObject({ direction: 'outbound', endReason: 'completed', orderId: 77, endedBy: 'customer' });
    await until('ready at once after a manual call', () => c.agent(101).readiness === 'ready' && c.agent(101).callState === 'idle');
  });

  test('the agent hangs up a held call: the customer is asked for the rating', async () => {
    await c.talk();
    await c.phone(101, { command: 'hold' });
    await until('held', () => c.agent(101).callState === 'held');
    c.desk('8001').hangUp();
    await until('rating', () => c.call()?.state === 'rating');
    expect(c.agent(101).callState).toBe('idle');
  });

  test('sign-out is refused in a call, ready is kept for later, and commands without a call are refused', async () => {
    await c.talk();
    expect(await codeOf(c.phone(101, { command: 'signOut' }))).toBe('STATE_CONFLICT');
    expect(await codeOf(c.phone(102, { command: 'hangUp' }))).toBe('STATE_CONFLICT');
    expect(await codeOf(c.phone(102, { command: 'setReadiness', readiness: 'rest', restReason: '睡觉' }))).toBe('BAD_INPUT');
    expect(await codeOf(c.phone(999, { command: 'signIn' }))).toBe('NOT_FOUND');
  });

  test('the same key answers the same result and acts once; with other content it is refused', async () => {
    await c.talk();
    const key = randomUUID();
    const [a, b] = await Promise.all([c.phone(101, { command: 'hold' }, key), c.phone(101, { command: 'hold' }, key)]);
    expect(b).toEqual(a);
    expect(await codeOf(c.phone(101, { command: 'resume' }, key))).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  test('wrap-up can be extended and ended; a call waits through it', async () => {
    const leg = await c.talk();
    c.simulator.core.outside.hangUp(leg);
    await until('wrap-up', () => c.agent(101).readiness === 'wrapUp');
    await c.phone(101, { command: 'extendWrapUp', seconds: 60 });
    await c.phone(102, { command: 'setReadiness', readiness: 'busy' });
    c.dialIn('13800005555');
    await until('queued', () => c.client.queue.waiting === 1);
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(c.desk('8001').state).toBe('idle');
    await c.phone(101, { command: 'endWrapUp' });
    await until('rings', () => c.desk('8001').state === 'ringing');
  });

  test('a leader forces busy, with the name in the log', async () => {
    await c.client.request('agentForce', { agentId: 101, readiness: 'busy', reason: '开会', byAccountId: 9, byName: '班长' }, randomUUID());
    await until('busy', () => c.agent(101).readiness === 'busy');
    await until('logged', () => c.database.agentLog.find((l) => l.agentId === 101 && l.to === 'busy' && l.cause === 'leader' && l.operatorName === '班长'));
  });
});
