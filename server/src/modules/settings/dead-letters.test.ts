import { auditTables } from '../../platform/audit';
import { busTables } from '../../platform/bus/bus.tables';
import { workOrderTables } from '../../domain/work-order/work-order.tables';
import { startRig, type Rig } from '../../domain/work-order/testing/rig';
import { settingTables } from '../../domain/setting/setting.tables';
import { messagingTables } from '../../domain/messaging/messaging.tables';
import { telephonyTables } from '../../domain/telephony/telephony.tables';
import { identityTables } from '../../platform/identity/identity.tables';
import { basicInfoTables } from '../basic-info/basic-info.tables';
import { maskPayload } from './dead-letters.rules';
import { DeadLetterService } from './dead-letters.service';

describe('what is shown of an event', () => {
  test('tells two apart and gives nobody away', () => {
    expect(maskPayload({ order: { id: 17, order_no: 'JIA2026112100012', customer_name: '刘桂兰', number_sealed: 'k1.abc', number_blind: 'ff', address: '松江新苑3号楼2单元', description: '客厅不热' }, by: '赵坐席', to: '13812345678', list: [{ personName: '王' }], empty: null })).toEqual({
      order: { id: 17, order_no: 'JIA202••••0012', customer_name: '刘••', number_sealed: '••••', number_blind: '••••', address: '松江新苑3号…', description: '客厅不热' }, by: '赵••', to: '138••••5678', list: [{ personName: '王••' }], empty: null,
    });
  });
});
describe('dead letters', () => {
  let rig: Rig, service: DeadLetterService, broken = true;
  const seen: string[] = [], page = { page: 1, size: 20 };
  beforeAll(async () => {
    rig = await startRig([...busTables, ...identityTables, ...auditTables, ...settingTables, ...telephonyTables, ...messagingTables, ...workOrderTables, ...basicInfoTables], (platform) => platform.bus.on('demo.*', 'test', async (e) => { if (broken) throw new Error('地址索引写不进'); seen.push(`${e.shard}/${e.aggregateId}`); }));
    service = new DeadLetterService(rig.platform);
    const { platform } = rig;
    for (const [i, db] of [platform.shards.group(), platform.shards.company(11), platform.shards.company(12)].entries()) await db.transaction((tx) => platform.outbox.add(tx, { kind: i ? 'demo.company' : 'demo.group', aggregate: 'thing', aggregateId: `t${i}`, companyId: null, payload: { to: '13812345678' } }));
    for (const db of [platform.shards.group(), platform.shards.company(11), platform.shards.company(12)]) for (let tries = 0; tries < 400 && !(await db.query('select 1 as one from outbox where outbox_status = 2')).length; tries++) { rig.pass(31_000); platform.relay.committed(db.shard); await new Promise((r) => setTimeout(r, 15)); }
  }, 90_000);
  afterAll(() => rig.stop());

  test('are listed with error, tries and masked content, within the scope only', async () => {
    const all = await service.list({ ...(await rig.scope('groupAdmin')) }, page);
    expect(all.total).toBe(3);
    expect(all.rows.map((r) => r.shard).sort()).toEqual(['company:11', 'company:12', 'group']);
    expect(all.rows[0]).toMatchObject({ attempts: 12, error: '地址索引写不进', payload: { to: '138••••5678' } });
    const operator = { ...(await rig.scope('operator')), permissions: new Set(['system.read', 'event.replay'] as const) };
    expect((await service.list(operator, page)).rows.map((r) => [r.shard, r.companyName])).toEqual([['company:11', '甲公司']]);
    expect((await service.list(await rig.scope('groupAdmin'), { ...page, kind: 'demo.g' })).total).toBe(1);
    await expect(service.list(await rig.scope('agent'), page)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(service.replay({ ...operator, permissions: new Set(['system.read'] as const) }, [{ shard: 'company:11', id: 1 }], 'x')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(service.replay(operator, [{ shard: 'company:12', id: all.rows.find((r) => r.shard === 'company:12')?.id as number }], 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(service.replay(operator, [{ shard: 'group', id: 1 }], 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
  test('go through after a replay, which leaves a trace and counts once', async () => {
    broken = false;
    const admin = await rig.scope('groupAdmin'), { rows } = await service.list(admin, page), two = rows.slice(0, 2);
    expect(await service.replay(admin, two, '索引已修复')).toEqual({ replayed: 2 });
    await rig.settle();
    expect(seen).toHaveLength(2);
    expect(await service.replay(admin, two, '索引已修复')).toEqual({ replayed: 0 });
    expect((await service.list(admin, page)).total).toBe(1);
    const traces = await rig.platform.shards.group().query<{ detail: string }>("select detail from audit_row where action = 'event.replay'");
    expect(traces.length).toBeGreaterThanOrEqual(2);
    expect(traces.every((t) => t.detail.startsWith('索引已修复'))).toBe(true);
  });
});
