import { type Centre, codeOf, RULES, startCentre, until } from './testing/centre';

let c: Centre;
afterEach(async () => { await c?.stop(); });

describe('when things break', () => {
  test('the event link is cut and restored: the talk goes on and is still known', async () => {
    c = await startCentre();
    await c.ready(101);
    const leg = await c.talk();
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
    const leg = await c.talk();
    c.simulator.eventSocket.cut();
    c.simulator.core.outside.hangUp(leg);
    await until('freed', () => c.agent(101).callState === 'idle' && c.ended[0]);
  });

  test('a killed director: the talk goes on, a new one knows talk, queue and agents, and the caller keeps the place', async () => {
    c = await startCentre();
    await c.ready(101);
    const leg = await c.talk();
    const waiting = c.dialIn('13800007777');
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
    const caller = c.dialIn();
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
    const leg = await c.talk();
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
    const leg = await c.talk();
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
    c.dialIn();
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
      const leg = c.dialIn(`138000${10000 + i}`);
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
