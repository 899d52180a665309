import { randomUUID } from 'node:crypto';
import { AppError } from '../../../platform/errors/app-error';
import { HOTLINE, RULES, startCentre, until, type Centre } from './testing/centre';

let c: Centre;
const dialIn = (from = '13800001111') => { const leg = c.simulator.core.outside.call(from, HOTLINE); if (!leg) throw new Error('the switch is full'); return leg; };
const codeOf = async (work: Promise<unknown>): Promise<string> => { try { await work; return 'accepted'; } catch (error) { return error instanceof AppError ? error.code : String(error); } };
/** A caller who talks to agent 101. */
const talk = async (from?: string) => {
  const leg = dialIn(from);
  await until('the phone rings', () => c.desk('8001').state === 'ringing');
  c.desk('8001').answer();
  await until('agent 101 talks', () => c.agent(101).callState === 'talking' && leg.thread.bridge);
  return leg;
};
afterEach(async () => { await c?.stop(); });

describe('an inbound call', () => {
  test('of a group without rating is over when the agent hangs up', async () => {
    c = await startCentre({ config: { groups: [{ rules: RULES, name: '报修组', code: 'repair', wrapUpMs: 0, rating: false, direction: 'inbound' }] } });
    await c.ready(101);
    const leg = dialIn();
    await until('rings', () => c.desk('8001').state === 'ringing');
    c.desk('8001').answer();
    await until('bridged', () => leg.thread.bridge);
    c.desk('8001').hangUp();
    expect(await until('the record', () => c.ended[0], 3000)).toMatchObject({ endReason: 'completed', endedBy: 'agent', rating: null, agentId: 101 });
  });

  test('rings the phone, pops while it rings, is answered by the desk key, hung up by the agent, rated, wrapped up and recorded', async () => {
    c = await startCentre();
    await c.ready(101);
    const leg = dialIn();
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
    dialIn();
    await until('ringing', () => c.agent(101).callState === 'ringing' && c.desk('8001').state === 'ringing');
    await c.phone(101, { command: 'answer' });
    await until('talking', () => c.agent(101).callState === 'talking' && c.desk('8001').state === 'talking');
  });

  test('a missed offer goes to the next agent, the caller keeps the place, the third miss sends to rest', async () => {
    c = await startCentre();
    await c.ready(101, 102);
    const leg = dialIn();
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
    const leg = dialIn();
    await until('rings', () => c.desk('8001').state === 'ringing');
    c.simulator.core.outside.hangUp(leg);
    await until('silent', () => c.desk('8001').state === 'idle' && c.agent(101).callState === 'idle');
    expect((await until('record', () => c.ended[0])).endReason).toBe('abandonedRinging');
    expect(c.agent(101)).toMatchObject({ readiness: 'ready', misses: 0, callId: null });
  });

  test('refusing passes the call on at once', async () => {
    c = await startCentre();
    await c.ready(101, 102);
    dialIn();
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
    const leg = dialIn('13999990000');
    await until('the blocked prompt', () => leg.destination === 'blocked' || leg.over);
    expect((await until('record', () => c.ended[0], 10_000)).endReason).toBe('blocked');
    expect(c.offers).toEqual([]);
  }, 20_000);

  test('the voice menu: greeting, a wrong key, then 1 leads to repair, with the path in the record', async () => {
    c = await startCentre({ config: { accessNumbers: [{ calledNumber: HOTLINE, targetKind: 'ivr', skillGroupId: null, ivrCode: 'main', priority: 5, companyId: null }] } });
    await c.ready(101);
    const leg = dialIn();
    await until('the menu asks', () => leg.application === 'play_and_get_digits', 15_000);
    c.simulator.core.digit(leg, '1');
    await until('offered', () => c.offers[0]);
    expect(c.call()?.ivrPath).toEqual([{ node: 'greeting', label: '欢迎语' }, { node: 'menu', label: '主菜单：报修', digits: '1' }, { node: 'repair', label: '报修' }]);
  }, 30_000);
});

describe('in the call', () => {
  beforeEach(async () => { c = await startCentre(); await c.ready(101, 102); });

  test('hold gives the customer music and resume brings the talk back', async () => {
    const leg = await talk();
    await c.phone(101, { command: 'hold' });
    await until('held', () => c.agent(101).callState === 'held' && leg.application === 'playback');
    expect(c.call()?.activity).toContain('客户听音乐');
    expect(await codeOf(c.phone(101, { command: 'hold' }))).toBe('STATE_CONFLICT');
    await c.phone(101, { command: 'resume' });
    await until('talking', () => c.agent(101).callState === 'talking' && leg.thread.bridge);
  });

  test('mute is shown and taken back', async () => {
    await talk();
    await c.phone(101, { command: 'mute' });
    await until('muted', () => c.agent(101).muted && c.desk('8001').leg?.muted);
    await c.phone(101, { command: 'unmute' });
    await until('unmuted', () => !c.agent(101).muted && !c.desk('8001').leg?.muted);
  });

  test('the hold key of the desk phone shows as held', async () => {
    await talk();
    c.desk('8001').hold(true);
    await until('held', () => c.agent(101).callState === 'held');
    c.desk('8001').hold(false);
    await until('talking', () => c.agent(101).callState === 'talking');
  });

  test('consult and retrieve', async () => {
    const leg = await talk();
    await c.phone(101, { command: 'consult', to: { kind: 'agent', agentId: 102 } });
    await until('102 rings', () => c.desk('8002').state === 'ringing' && c.agent(101).callState === 'consulting');
    c.desk('8002').answer();
    await until('they talk', () => c.desk('8001').leg?.thread.bridge && c.agent(102).callState === 'talking');
    await c.phone(101, { command: 'retrieve' });
    await until('back', () => c.agent(101).callState === 'talking' && leg.thread.bridge && c.desk('8002').state === 'idle');
    await until('102 free', () => c.agent(102).callState === 'idle' && c.agent(102).readiness === 'ready');
  });

  test('the consulted one hangs up: the customer comes back by himself', async () => {
    const leg = await talk();
    await c.phone(101, { command: 'consult', to: { kind: 'agent', agentId: 102 } });
    await until('102 rings', () => c.desk('8002').state === 'ringing');
    c.desk('8002').answer();
    await until('they talk', () => c.desk('8001').leg?.thread.bridge);
    c.desk('8002').hangUp();
    await until('customer and agent joined', () => leg.thread.bridge && c.agent(101).callState === 'talking');
  });

  test('consult, then complete the transfer: 102 owns the call, 101 wraps up', async () => {
    const leg = await talk();
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
    const leg = await talk();
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
    const leg = await talk();
    await c.phone(101, { command: 'transfer', to: { kind: 'agent', agentId: 102 } });
    await until('102 rings', () => c.desk('8002').state === 'ringing');
    expect(c.desk('8001').state).toBe('idle');
    c.desk('8002').answer();
    await until('102 talks', () => c.agent(102).callState === 'talking' && leg.thread.bridge);
    c.simulator.core.outside.hangUp(leg);
    expect(await until('record', () => c.ended[0])).toMatchObject({ agentId: 102, transfers: 1 });
  });

  test('a transfer to a number goes through the trunk', async () => {
    const leg = await talk();
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
    await talk();
    await c.phone(101, { command: 'hold' });
    await until('held', () => c.agent(101).callState === 'held');
    c.desk('8001').hangUp();
    await until('rating', () => c.call()?.state === 'rating');
    expect(c.agent(101).callState).toBe('idle');
  });

  test('sign-out is refused in a call, ready is kept for later, and commands without a call are refused', async () => {
    await talk();
    expect(await codeOf(c.phone(101, { command: 'signOut' }))).toBe('STATE_CONFLICT');
    expect(await codeOf(c.phone(102, { command: 'hangUp' }))).toBe('STATE_CONFLICT');
    expect(await codeOf(c.phone(102, { command: 'setReadiness', readiness: 'rest', restReason: '睡觉' }))).toBe('BAD_INPUT');
    expect(await codeOf(c.phone(999, { command: 'signIn' }))).toBe('NOT_FOUND');
  });

  test('the same key answers the same result and acts once; with other content it is refused', async () => {
    await talk();
    const key = randomUUID();
    const [a, b] = await Promise.all([c.phone(101, { command: 'hold' }, key), c.phone(101, { command: 'hold' }, key)]);
    expect(b).toEqual(a);
    expect(await codeOf(c.phone(101, { command: 'resume' }, key))).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  test('wrap-up can be extended and ended; a call waits through it', async () => {
    const leg = await talk();
    c.simulator.core.outside.hangUp(leg);
    await until('wrap-up', () => c.agent(101).readiness === 'wrapUp');
    await c.phone(101, { command: 'extendWrapUp', seconds: 60 });
    await c.phone(102, { command: 'setReadiness', readiness: 'busy' });
    dialIn('13800005555');
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

describe('when things break', () => {
  test('the event link is cut and restored: the talk goes on and is still known', async () => {
    c = await startCentre();
    await c.ready(101);
    const leg = await talk();
    c.simulator.eventSocket.cut();
    await until('link lost', () => c.client.health?.switchConnected === false);
    await until('link back', () => c.client.health?.switchConnected === true);
    expect(leg.thread.bridge).toBeTruthy();
    expect(c.agent(101).callState).toBe('talking');
    await c.phone(101, { command: 'hold' });
    await until('held', () => c.agent(101).callState === 'held');
  });

  test('a call that ended while the link was cut frees its agent', async () => {
    c = await startCentre();
    await c.ready(101);
    const leg = await talk();
    c.simulator.eventSocket.cut();
    c.simulator.core.outside.hangUp(leg);
    await until('freed', () => c.agent(101).callState === 'idle' && c.ended[0]);
  });

  test('a killed director: the talk goes on, a new one knows talk, queue and agents, and the caller keeps the place', async () => {
    c = await startCentre();
    await c.ready(101);
    const leg = await talk();
    const waiting = dialIn('13800007777');
    await until('waiting', () => c.client.queue.waiting === 1);
    const place = c.client.queue.calls[0]?.queuedAt;
    await new Promise((resolve) => setTimeout(resolve, 400));
    await c.killDirector();
    const died = Date.now();
    await c.startDirector();
    expect(Date.now() - died).toBeLessThan(3000);
    expect(leg.thread.bridge).toBeTruthy();
    await until('talk known', () => c.agent(101).callState === 'talking');
    const calls = [...c.client.calls.values()];
    expect(calls.find((call) => call.callId === leg.uuid)).toMatchObject({ state: 'talking', agentId: 101 });
    expect(calls.find((call) => call.callId === waiting.uuid)).toMatchObject({ state: 'queued', queuedAt: place });
    c.simulator.core.outside.hangUp(leg);
    await until('the waiting caller is offered', () => c.desk('8001').state === 'ringing', 8000);
  }, 30_000);

  test('a killed director while it rings: the ring is let go and the caller is offered anew', async () => {
    c = await startCentre({ config: { groups: [{ rules: { ...RULES, ringMs: 20_000 }, name: '报修组', code: 'repair', wrapUpMs: 0, rating: false, direction: 'inbound' }] } });
    await c.ready(101);
    const caller = dialIn();
    await until('rings', () => c.desk('8001').state === 'ringing');
    await new Promise((resolve) => setTimeout(resolve, 400));
    const firstRing = c.desk('8001').leg?.uuid;
    await c.killDirector();
    await c.startDirector();
    await until('rings anew', () => c.desk('8001').state === 'ringing' && c.desk('8001').leg?.uuid !== firstRing);
    c.desk('8001').answer();
    await until('talk', () => caller.thread.bridge);
  }, 30_000);

  test('the old director, woken late, commands nothing: the node refuses its epoch', async () => {
    c = await startCentre();
    await c.ready(101);
    const old = c.process;
    const oldLink = (old as unknown as { link: { api(command: string): Promise<unknown> }; keeper: { timer: NodeJS.Timeout } });
    clearInterval(oldLink.keeper.timer);
    await new Promise((resolve) => setTimeout(resolve, 1600));
    await c.startDirector();
    expect(await codeOf(oldLink.link.api('uuid_kill nobody'))).toBe('DIRECTOR_UNAVAILABLE');
    await old.stop();
  }, 30_000);

  test('a call that ends while the centre is down has its record from the node', async () => {
    c = await startCentre();
    await c.ready(101);
    const leg = await talk();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await c.killDirector();
    c.simulator.core.outside.hangUp(leg);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await c.startDirector();
    const row = await until('imported', () => { const known = c.database.records.get(leg.uuid); return known?.final ? known : null; });
    expect(row).toMatchObject({ source: 'spool', record: { endReason: 'completed', clearNumber: '13800001111' } });
    expect(c.agent(101)).toMatchObject({ callState: 'idle', presence: 'signedIn' });
  }, 30_000);

  test('the database stops and starts: calls go on, and the journal is complete afterwards', async () => {
    c = await startCentre();
    await c.ready(101);
    c.database.down = true;
    const leg = await talk();
    c.simulator.core.outside.hangUp(leg);
    const record = await until('record', () => c.ended[0]);
    await until('said to be away', () => c.client.health?.databaseConnected === false);
    expect(c.database.records.get(record.callId)).toBeUndefined();
    c.database.down = false;
    await until('replayed', () => c.database.records.get(record.callId)?.final);
    // records and events are separate batches of the replay
    await until('events replayed', () => ['queued', 'answered', 'ended'].every((kind) => c.database.events.some((e) => e.callId === record.callId && e.event === kind)));
    expect(c.lost).toEqual([]);
  }, 30_000);

  test('a phone that loses its registration is passed over until it is back', async () => {
    c = await startCentre();
    await c.ready(101);
    c.simulator.core.phones.register(c.desk('8001'), false);
    await until('offline', () => !c.agent(101).phoneOnline);
    dialIn();
    await until('queued', () => c.client.queue.waiting === 1);
    c.simulator.core.phones.register(c.desk('8001'), true);
    await until('rings', () => c.desk('8001').state === 'ringing');
  });

  test('forty callers, phones that answer, refuse and stay silent, callers who leave, a cut link in the middle: everybody has an end and nobody is stuck', async () => {
    c = await startCentre({ config: { groups: [{ rules: { ...RULES, ringMs: 600, retryMs: 100, missesToRest: 0 }, name: '报修组', code: 'repair', wrapUpMs: 30, rating: false, direction: 'inbound' }] } });
    await c.ready(101, 102, 103);
    c.desk('8001').behaviour = { answerAfterMs: 30, hangUpAfterMs: 120, rejectWith: null };
    c.desk('8002').behaviour = { answerAfterMs: 60, hangUpAfterMs: 60, rejectWith: null };
    c.desk('8003').behaviour = { answerAfterMs: null, hangUpAfterMs: null, rejectWith: 'CALL_REJECTED' };
    const callers: { over: boolean }[] = [];
    for (let i = 0; i < 40; i++) {
      const leg = dialIn(`138000${10000 + i}`);
      callers.push(leg);
      if (i % 5 === 0) setTimeout(() => { if (!leg.over) c.simulator.core.outside.hangUp(leg); }, 50 + i * 20);
      if (i === 20) c.simulator.eventSocket.cut();
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    await until('all over', () => callers.every((leg) => leg.over), 40_000);
    await until('all records', () => new Set(c.ended.map((r) => r.callId)).size === 40, 5000);
    await until('nobody taken', () => [101, 102, 103].every((id) => c.agent(id).callState === 'idle' && c.agent(id).readiness === 'ready'), 5000);
    expect(c.client.queue.waiting).toBe(0);
    expect([...c.simulator.core.legs.values()].filter((leg) => !leg.over)).toEqual([]);
    expect(c.process.director?.core.legs.size).toBe(0);
    expect([...(c.process.director?.core.distributor.agents.values() ?? [])].filter((a) => a.engaged || a.offeredCall)).toEqual([]);
  }, 60_000);

  test('a wrong token, a malformed frame and an unknown operation are refused', async () => {
    c = await startCentre();
    const { default: WebSocket } = await import('ws');
    const status = await new Promise<number>((resolve) => { const ws = new WebSocket(`ws://127.0.0.1:${c.process.port}/director`, { headers: { authorization: 'Bearer wrong' } }); ws.on('unexpected-response', (_req, res) => resolve(res.statusCode ?? 0)); ws.on('error', () => undefined); });
    expect(status).toBe(401);
    expect(await codeOf(c.client.request('nothing' as 'snapshot', {}))).toBe('BAD_INPUT');
  });
});
