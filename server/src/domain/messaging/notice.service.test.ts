import type { LiveEvent } from '@ronghu/contract';
import { Bus, type BusEvent } from '../../platform/bus/bus';
import { Delivery } from '../../platform/bus/delivery';
import { busTables } from '../../platform/bus/bus.tables';
import { identityTables } from '../../platform/identity/identity.tables';
import { OrgDirectory } from '../../platform/identity/org.store';
import { silentLog } from '../../platform/log';
import { Hub } from '../../platform/realtime/hub';
import { startTestDatabase, type TestDatabase } from '../../platform/testing/database';
import { messagingTables } from './messaging.tables';
import { NoticeService, type ToldNotice } from './notice.service';

let db: TestDatabase, delivery: Delivery, statements = 0;
const told: { room: string; event: LiveEvent }[] = [], clock = { now: () => 1_000 };
beforeAll(async () => {
  db = await startTestDatabase([...identityTables, ...messagingTables, ...busTables], [11]);
  const group = db.shards.group(), node = (id: number, parent: number | null, kind: string, path: string) => ({ id, parent_id: parent, kind, name: `节点${id}`, code: `N${id}`, path, company_id: parent === null ? null : 11, sort_no: 0, org_status: 'active' });
  await group.insertMany('org_node', [node(1, null, 'group', '/1/'), node(11, 1, 'company', '/1/11/'), node(101, 11, 'station', '/1/11/101/'), node(102, 11, 'station', '/1/11/102/')]);
  const account = (id: number, status = 'active') => ({ id, login: `u${id}`, person_name: `员工${id}`, org_id: 11, password_hash: 'x', account_status: status, created_at: 1 });
  await group.insertMany('account', [account(5), account(6), account(7), account(8, 'disabled'), account(9)]);
  await group.insertMany('account_role', [{ account_id: 5, role_code: 'stationHead', org_id: 101 }, { account_id: 6, role_code: 'stationHead', org_id: 102 }, { account_id: 8, role_code: 'stationHead', org_id: 101 }, { account_id: 9, role_code: 'groupLeader', org_id: 1 }]);
  const orgs = new OrgDirectory(group), bus = new Bus(), hub = new Hub(clock, (room, event) => told.push({ room, event }));
  await orgs.reload();
  new NoticeService({ shards: db.shards, ids: db.ids, clock, orgs, bus, hub }).listen(bus);
  const counted = { ...group, shard: 'group', transaction: <T>(work: (tx: never) => Promise<T>) => group.transaction((tx) => work({ ...tx, afterCommit: tx.afterCommit.bind(tx), query: (...args: Parameters<typeof tx.query>) => { statements += 1; return tx.query(...args); }, insertMany: (...args: Parameters<typeof tx.insertMany>) => { statements += 1; return tx.insertMany(...args); } } as never)) };
  delivery = new Delivery({ bus, shards: { ...db.shards, group: () => counted as never }, signals: { send: () => undefined }, clock, log: silentLog });
}, 60_000);
afterAll(() => db.stop(), 60_000);
beforeEach(() => { told.length = 0; statements = 0; });

const about = (key: string, over: Partial<ToldNotice> = {}): ToldNotice => ({ key, kind: 'order.dispatch', title: `新工单 ${key}`, text: '阳光花园', urgent: false, recipients: ['head'], stationId: 101, formerStationId: null, workerId: null, formerWorkerId: null, agentAccountId: null, requesterId: null, byId: 77, ...over });
const event = (id: number, ...notices: ToldNotice[]): BusEvent => ({ id, kind: 'order.changed', aggregate: 'order', aggregateId: String(id), companyId: 11, payload: { order: { id, company_id: 11, station_id: 101, pending_approval: null }, notices } as never, at: 500, shard: 'company:11' });
const rings = () => told.map(({ room, event: e }) => (e.kind === 'notice' ? `${room} ${e.notice.title} ${e.unread}` : e.kind));

it('a storm of two hundred orders tells each head once an order, with a handful of statements', async () => {
  const outcomes = await delivery.deliver(Array.from({ length: 200 }, (_, i) => event(1000 + i, about(`s${i}`, { stationId: i % 2 ? 101 : 102 }))));
  expect(new Set(outcomes.values())).toEqual(new Set(['done']));
  expect(told).toHaveLength(200);
  expect(new Set(told.map((t) => t.room))).toEqual(new Set(['person:5', 'person:6']));
  expect(told.every(({ event: e }) => e.kind === 'notice' && e.unread === 100)).toBe(true);
  expect(statements).toBeLessThan(10);
});
it('an event that comes again writes and rings nothing', async () => {
  await delivery.deliver([event(1, about('a')), event(2, about('b'))]);
  expect(told).toHaveLength(2);
  await delivery.deliver([event(1, about('a')), event(2, about('b')), event(3, about('c'))]);
  expect(rings().slice(2)).toEqual(['person:5 新工单 c 103']);
  expect(await db.shards.group().query("select source_key from notice where source_key in ('a', 'b', 'c') order by source_key")).toEqual([{ source_key: 'a' }, { source_key: 'b' }, { source_key: 'c' }]);
});
it('one act rings once with a person, by its first reason, and never with whoever did it', async () => {
  await delivery.deliver([event(4, about('d:0', { title: '派工', recipients: ['worker', 'head'], workerId: 7, byId: 5 }), about('d:1', { title: '再说', recipients: ['worker', 'leader'], workerId: 7 }))]);
  expect(rings()).toEqual(['person:7 派工 1', 'person:9 再说 1']);
});
it('two events of one batch about the same source make one notice', async () => {
  await delivery.deliver([event(6, about('same')), event(7, about('same'))]);
  expect(await db.shards.group().query("select count(*) as n from notice where source_key = 'same'")).toEqual([{ n: 1 }]);
  expect(told).toHaveLength(1);
});
it('without anybody to tell nothing is written', async () => {
  await delivery.deliver([event(8, about('none', { recipients: ['formerHead', 'worker', 'requester'] }))]);
  expect(told).toEqual([]);
});
