import { silentLog } from '../../../platform/log';
import { AppError } from '../../../platform/errors/app-error';
import type { SwitchLink, SwitchReply } from '../switch';
import { LeaseKeeper } from './lease-keeper';

/** A node that keeps an epoch and a clock of ours. */
function world(epochs: (number | null | Error)[] = [7]) {
  const node = { epoch: null as number | null, answers: true, renewals: 0, hanging: null as Promise<void> | null, /** Answers nothing until the returned is called. */ hang(): () => void { let go = (): void => undefined; node.hanging = new Promise((r) => { go = () => { node.hanging = null; r(); }; }); return go; } };
  const reply = (text: string): SwitchReply => ({ ok: !text.startsWith('-ERR') && text !== 'ronghu_fenced', text });
  const api = async (line: string): Promise<SwitchReply> => {
    if (!keeper.mayCommand()) throw new AppError('DIRECTOR_UNAVAILABLE');
    if (node.hanging) await node.hanging;
    if (!node.answers) throw new AppError('SWITCH_UNAVAILABLE');
    const ours = Number(/== '(\d+)'/.exec(line)?.[1] ?? NaN), set = Number(/ronghu_lease_epoch=(\d+)$/.exec(line)?.[1] ?? NaN);
    if (line.includes("== ''")) { if (node.epoch !== null) throw new AppError('DIRECTOR_UNAVAILABLE'); node.epoch = set; return reply('+OK'); }
    if (Number.isFinite(set)) { if ((node.epoch ?? 0) > set) throw new AppError('DIRECTOR_UNAVAILABLE'); node.epoch = set; return reply('+OK'); }
    if (ours !== node.epoch) throw new AppError('DIRECTOR_UNAVAILABLE');
    node.renewals += 1;
    return reply('+OK');
  };
  const link = { state: 'up', api } as unknown as SwitchLink;
  const lost: string[] = [], told: string[] = [];
  let now = 0, hanging = false;
  const keeper: LeaseKeeper = new LeaseKeeper({ database: { take: async () => { if (hanging) await new Promise(() => undefined); const next = epochs.length > 1 ? epochs.shift() : epochs[0]; if (next instanceof Error) throw next; return next ?? null; }, release: async () => undefined }, link, log: silentLog, onLost: (why) => lost.push(why), onStale: () => told.push('stale'), onFresh: () => told.push('fresh'), monotonic: () => now });
  return { keeper, node, lost, told, pass: (ms: number) => { now += ms; }, hangDatabase: () => { hanging = true; } };
}

test('nothing may be commanded before the node is claimed, nor when the last renewal is over two seconds old', async () => {
  const { keeper, pass, node } = world();
  await keeper.acquire(() => false);
  expect(keeper.mayCommand()).toBe(false);
  await keeper.claim();
  expect(keeper.mayCommand()).toBe(true);
  pass(1999);
  expect(keeper.mayCommand()).toBe(true);
  pass(2);
  expect(keeper.mayCommand()).toBe(false);
  await keeper.renew();
  expect(keeper.mayCommand()).toBe(true);
  expect(node).toMatchObject({ epoch: 7, renewals: 2 });
});
test('a director that was paused finds a newer epoch in the node and stops for good', async () => {
  const { keeper, pass, node, lost } = world();
  await keeper.acquire(() => false);
  await keeper.claim();
  pass(10_000);
  node.epoch = 8;
  await keeper.renew();
  expect(lost).toEqual(['the node serves a newer director']);
  expect(keeper.mayCommand()).toBe(false);
});
test('a paused one that nobody replaced goes on', async () => {
  const { keeper, pass, lost } = world();
  await keeper.acquire(() => false);
  await keeper.claim();
  pass(10_000);
  await keeper.renew();
  expect(keeper.mayCommand()).toBe(true);
  expect(lost).toEqual([]);
});
test('with the database away the incumbent goes on; when another holds the lease it stops', async () => {
  const { keeper, lost } = world([7, new Error('database down'), new Error('database down'), null]);
  await keeper.acquire(() => false);
  await keeper.claim();
  await keeper.renew(); await keeper.renew();
  expect(lost).toEqual([]);
  expect(keeper.mayCommand()).toBe(true);
  await keeper.renew();
  expect(lost).toEqual(['another director holds the lease']);
});
test('a node that does not answer lets the right to command lapse', async () => {
  const { keeper, pass, node, lost } = world();
  await keeper.acquire(() => false);
  await keeper.claim();
  node.answers = false;
  pass(2100);
  await keeper.renew();
  expect(keeper.mayCommand()).toBe(false);
  expect(lost).toEqual([]);
});
test('a lapse is told before it is repaired, so that nobody is rung in between', async () => {
  const { keeper, pass, told } = world();
  await keeper.acquire(() => false);
  await keeper.claim();
  await keeper.renew();
  expect(told).toEqual([]);
  pass(5000);
  await keeper.renew();
  expect(told).toEqual(['stale', 'fresh']);
});
test('a node that hangs does not keep the lapse from being told', async () => {
  const { keeper, pass, node, told } = world();
  await keeper.acquire(() => false);
  await keeper.claim();
  const answer = node.hang();
  const waiting = keeper.renew();
  pass(2500);
  await keeper.renew();
  expect(told).toEqual(['stale']);
  answer();
  await waiting;
});
test('a database that hangs does not keep the node from being renewed', async () => {
  const { keeper, pass, hangDatabase, node } = world();
  await keeper.acquire(() => false);
  await keeper.claim();
  hangDatabase();
  for (let i = 0; i < 6; i++) { pass(500); void keeper.renew(); await new Promise((r) => setImmediate(r)); }
  expect(keeper.mayCommand()).toBe(true);
  expect(node.renewals).toBeGreaterThanOrEqual(6);
});
test('a standby waits until the lease is free', async () => {
  const { keeper } = world([null, null, new Error('database down'), 9]);
  expect(await keeper.acquire(() => false, 1)).toBe(true);
  expect(keeper.epoch).toBe(9);
});
