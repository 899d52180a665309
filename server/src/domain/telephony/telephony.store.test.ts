import { createHmac } from 'node:crypto';
import { takeLease } from '../../platform/bus/lease';
import { busTables } from '../../platform/bus/bus.tables';
import { startTestDatabase, type TestDatabase } from '../../platform/testing/database';
import type { CallRecord } from './director-protocol';
import { Fenced, type JournalBatch } from './director/ports';
import { DEFAULT_FLOW } from './ivr/ivr.schema';
import { telephonyTables } from './telephony.tables';
import { DIRECTOR_LEASE, TelephonyStore } from './telephony.store';

const blind = (text: string): string => createHmac('sha256', 'k').update(text).digest('hex');
const record: CallRecord = {
  callId: '11111111-2222-4333-8444-555555555555', direction: 'inbound', purpose: 'service', clearNumber: '13800001111', calledNumber: '96777', startedAt: 1000, queuedAt: 2000, answeredAt: 5000, endedAt: 65_000, talkSeconds: 60, waitSeconds: 3, ringSeconds: 2,
  endReason: 'completed', endedBy: 'agent', rating: 1, skillGroupId: 1, agentId: 101, agentName: '张敏', stationId: 31, companyId: null, orderId: null, orderCompanyId: null, priority: 5, repeatCount: 0, misses: 1, transfers: 0, ivrPath: [{ node: 'menu', label: '主菜单', digits: '1', at: 1500 }], recordingPath: 'a.wav',
};
const batch = (more: Partial<JournalBatch>): JournalBatch => ({ epoch: 5, calls: [], events: [], agentLog: [], agentStates: [], recordings: [], phones: [], ...more });

describe('the telephone in a real database', () => {
  let db: TestDatabase, store: TelephonyStore;
  beforeAll(async () => {
    db = await startTestDatabase([...busTables, ...telephonyTables]);
    store = new TelephonyStore(db.shards.group(), { seal: (t) => `sealed:${t}`, open: (t) => t.slice(7), blind, blindLast4: (n) => blind(n.slice(-4)) }, { flows: async () => [DEFAULT_FLOW], restReasons: async () => ['用餐'], skillGroups: async () => [{ code: 'repair', ringSeconds: 20, strategy: 'ringAll', overflowTo: 'billing' }] });
    const g = db.shards.group();
    await g.insertMany('skill_group', [{ skill_group_id: 1, name: '报修组', code: 'repair' }, { skill_group_id: 2, name: '缴费组', code: 'billing' }]);
    await g.insertMany('agent', [{ agent_id: 101, account_id: 201, work_no: '1001', name: '张敏', station_id: 31, company_id: 11 }]);
    await g.insertMany('agent_skill', [{ agent_id: 101, skill_group_id: 1, skill_level: 7 }]);
    await g.insertMany('phone', [{ extension: '8001', station_id: 31 }]);
    await g.insertMany('binding', [{ agent_id: 101, extension: '8001', bound_by: 1, bound_at: 1 }]);
    await g.insertMany('access_number', [{ called_number: '96777' }]);
  }, 60_000);
  afterAll(async () => { await db?.stop(); });

  test('the configuration is the rows with the settings over them', async () => {
    const config = await store.load();
    expect(config.agents).toEqual([{ agentId: 101, accountId: 201, workNo: '1001', name: '张敏', stationId: 31, companyId: 11, extension: '8001', skills: [{ groupId: 1, level: 7 }] }]);
    expect(config.groups.find((g) => g.code === 'repair')).toMatchObject({ wrapUpMs: 30_000, rating: true, rules: { strategy: 'ringAll', ringMs: 20_000, overflowGroupId: 2, missesToRest: 3 } });
    expect(config.accessNumbers).toEqual([{ calledNumber: '96777', targetKind: 'ivr', skillGroupId: null, ivrCode: null, priority: 5, companyId: null }]);
  });
  test('a batch written twice is in once; what others wrote into a call record stays', async () => {
    const g = db.shards.group();
    const full = batch({
      calls: [{ record, final: true, source: 'director' }], events: [{ id: 1, callId: record.callId, at: 2000, event: 'queued', agentId: null, text: '进入报修组' }, { id: 2, callId: record.callId, at: 3000, event: 'missed', agentId: 101, text: '' }],
      agentLog: [{ id: 3, agentId: 101, layer: 'call', from: 'idle', to: 'ringing', reason: null, cause: 'system', operatorId: null, operatorName: null, at: 2000, lastedMs: 1, callId: record.callId }],
      agentStates: [{ agentId: 101, presence: 'signedIn', readiness: 'wrapUp', chosen: 'ready', reason: null, wrapUpUntil: 99, misses: 0, idleSince: 5, answeredAt: 6, changedAt: 7 }],
      recordings: [{ id: 4, callId: record.callId, path: 'a.wav', bytes: 100, durationMs: 3, at: 66_000, sm3: 'ab', missing: false }], phones: [{ extension: '8001', online: true, at: 5 }],
    });
    await store.write(full);
    await g.execute('update call_record set disposition = $1, order_no = $2 where call_id = $3', ['已派单', 'JIA-1', record.callId]);
    await store.write(full);
    expect(await g.query('select number_sealed, number_blind, end_reason, disposition, order_no, recording_id, rating, talk_s from call_record')).toEqual([{ number_sealed: 'sealed:13800001111', number_blind: blind('13800001111'), end_reason: 'completed', disposition: '已派单', order_no: 'JIA-1', recording_id: 4, rating: 1, talk_s: 60 }]);
    expect(await g.query('select count(*) as n from call_event')).toEqual([{ n: 2 }]);
    expect(await g.query('select is_online from phone')).toEqual([{ is_online: true }]);
    expect(await store.agentStates()).toEqual([{ agentId: 101, presence: 'signedIn', readiness: 'wrapUp', chosen: 'ready', reason: null, wrapUpUntil: 99, misses: 0, idleSince: 5, answeredAt: 6 }]);
    expect(await store.calls([record.callId])).toEqual([expect.objectContaining({ callId: record.callId, queuedAt: 2000, skillGroupId: 1, ivrPath: record.ivrPath })]);
    expect(await store.callers(0)).toEqual([{ blind: blind('13800001111'), at: 1000, agentId: 101 }]);
    expect(await store.agentDays(0)).toEqual([{ agentId: 101, answered: 1, missed: 1, talkSeconds: 60 }]);
  });
  test('a record of the spool never overwrites what the director saw to the end, and fills in what it did not', async () => {
    const g = db.shards.group(), other = { ...record, callId: '99999999-2222-4333-8444-555555555555' };
    await store.write(batch({ calls: [{ record: { ...record, endReason: 'lost' }, final: true, source: 'spool' }] }));
    await store.write(batch({ calls: [{ record: { ...other, answeredAt: null }, final: false, source: 'director' }] }));
    await store.write(batch({ calls: [{ record: { ...other, endReason: 'servedLocally' }, final: true, source: 'spool' }] }));
    expect(await g.query('select end_reason, source from call_record order by call_id')).toEqual([{ end_reason: 'completed', source: 'director' }, { end_reason: 'servedLocally', source: 'spool' }]);
  });
  test('an older epoch is refused by the database', async () => {
    const g = db.shards.group();
    for (let i = 0; i < 7; i++) await takeLease(g, DIRECTOR_LEASE, `holder${i}`, i * 10_000, 1000);
    await expect(store.write(batch({ epoch: 3, events: [{ id: 77, callId: record.callId, at: 1, event: 'x', agentId: null, text: '' }] }))).rejects.toThrow(Fenced);
    expect(await g.query('select event_id from call_event where event_id = $1', [77])).toEqual([]);
  });
});
