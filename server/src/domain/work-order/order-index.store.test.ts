import type { Row } from '../../platform/database/db';
import { startTestDatabase, type TestDatabase } from '../../platform/testing/database';
import { orderIndexStore } from './order-index.store';
import { APPROVAL_COLUMN_NAMES, INDEX_COLUMN_NAMES } from './order-record';
import { workOrderTables } from './work-order.tables';

let db: TestDatabase;
beforeAll(async () => { db = await startTestDatabase(workOrderTables, [11]); }, 60_000);
afterAll(() => db.stop(), 60_000);
const filled = (names: readonly string[], values: Row): Row => Object.fromEntries(names.map((name) => [name, values[name] ?? null]));
const line = (id: number, version_no: number, state: string): Row => filled(INDEX_COLUMN_NAMES, {
  id, version_no, state, company_id: 11, order_no: `A${id}`, order_type: 'repair', urgency: 'normal', order_source: 'phone', fault_code: 'notHot', fault: '不热', round_no: 1, priority: 0, supervised: false, over_level: false, near_due: false, overdue: false, was_overdue: false, urged: 0,
  direct_closed: false, exempt: false, address: '阳光花园1-1-101', created_at: 1, updated_at: version_no, revisit_attempts: 0,
});
const request = (id: number, version_no: number, approval_status: string): Row => filled(APPROVAL_COLUMN_NAMES, { id, version_no, approval_status, company_id: 11, order_id: 1, order_no: 'A1', kind: 'extension', reason: '待件', requested_by: 5, requester_name: '王工', requested_at: 1 });
const put = (...rows: Row[]) => db.shards.group().transaction((tx) => orderIndexStore.putMany(tx, rows));
const states = async () => Object.fromEntries((await db.shards.group().query<{ id: number; state: string; version_no: number }>('select id, state, version_no from work_order_index order by id')).map((r) => [r.id, `${r.state} ${r.version_no}`]));

it('of many lines the newest of each order stays, and it is said of each whether it was news', async () => {
  expect(await put(line(1, 1, 'draft'), line(2, 4, 'onSite'), line(1, 2, 'dispatched'))).toEqual([true, true, true]);
  expect(await states()).toEqual({ 1: 'dispatched 2', 2: 'onSite 4' });
  expect(await put(line(2, 3, 'accepted'), line(1, 3, 'confirmed'), line(1, 3, 'confirmed'), line(3, 1, 'toArrange'), line(2, 4, 'onSite'))).toEqual([false, true, false, true, false]);
  expect(await states()).toEqual({ 1: 'confirmed 3', 2: 'onSite 4', 3: 'toArrange 1' });
});
it('nothing to write is no statement', async () => { expect(await put()).toEqual([]); });
it('two processes that write the same order at once leave the newer one, the loser is told to look again', async () => {
  const write = async (version: number): Promise<boolean[]> => { for (;;) try { return await put(line(9, version, `v${version}`)); } catch (error) { if ((error as { code?: string }).code !== '23505') throw error; } };
  await Promise.all([3, 7, 5, 6, 4].map(write));
  expect((await states())[9]).toBe('v7 7');
});
it('a request decided in the version that made it replaces itself, an older one does not', async () => {
  const ask = (...rows: Row[]) => db.shards.group().transaction((tx) => orderIndexStore.putApprovals(tx, rows));
  expect(await ask(request(1, 3, 'pending'), request(2, 3, 'pending'))).toEqual([true, true]);
  expect(await ask(request(1, 5, 'approved'), request(1, 3, 'pending'), request(2, 3, 'rejected'))).toEqual([true, false, true]);
  expect(await db.shards.group().query('select id, approval_status from approval_index order by id')).toEqual([{ id: 1, approval_status: 'approved' }, { id: 2, approval_status: 'rejected' }]);
});
