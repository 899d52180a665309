import { z } from 'zod';
import { AuditLog, auditTables } from '../../platform/audit';
import { busTables } from '../../platform/bus/bus.tables';
import { Outbox } from '../../platform/bus/outbox';
import { identityTables } from '../../platform/identity/identity.tables';
import type { Scope } from '../../platform/identity/scope';
import { systemScope } from '../../platform/identity/scopes';
import { startTestDatabase, type TestDatabase } from '../../platform/testing/database';
import { SettingService, settingTables } from '.';

let db: TestDatabase, now = 1_700_000_000_000;
const clock = { now: () => now };
const Reasons = z.array(z.string().min(1, '不能为空').max(10)).min(1);
const Form = z.strictObject({ version: z.number(), title: z.string().max(5, '标题过长') });
const admin: Scope = { ...systemScope('t'), system: false, accountId: 3, personName: '管理员', permissions: new Set(['setting.read', 'setting.write'] as const) };
beforeAll(async () => { db = await startTestDatabase([...busTables, ...auditTables, ...identityTables, ...settingTables]); }, 60_000);
afterAll(() => db.stop());
beforeEach(async () => { for (const t of ['setting_version', 'outbox', 'audit_row']) await db.shards.group().execute(`delete from ${t}`); now += 10_000; });
function service(): SettingService { const s = new SettingService({ group: db.shards.group(), clock, audit: new AuditLog(db.ids, clock), outbox: new Outbox(db.ids, clock) }); s.define({ code: 'restReasons', name: '小休原因', schema: Reasons, initial: ['用餐'] }); s.define({ code: 'revisitForm', name: '回访表', schema: Form, initial: { version: 1, title: '回访' } }); return s; }

it('a new installation holds the initial value as version 1, without anybody having saved', async () => {
  const s = service();
  expect(await s.get('restReasons')).toEqual({ version: 1, value: ['用餐'] });
  await Promise.all([s.install(), s.install(), service().install()]);
  expect(await s.view(admin, 'restReasons')).toMatchObject({ name: '小休原因', version: 1, savedBy: '系统', history: [{ version: 1 }] });
});
it('a save is a new version, an older one is restored as a new one, and each leaves audit and event', async () => {
  const s = service(), heard: string[] = [];
  s.onChange((code, current) => heard.push(`${code}:${current.version}`));
  expect(await s.save(admin, 'restReasons', ['用餐', '培训'], 1, '增加培训')).toMatchObject({ version: 2, value: ['用餐', '培训'], savedBy: '管理员' });
  expect(await s.get('restReasons')).toEqual({ version: 2, value: ['用餐', '培训'] });
  const restored = await s.restore(admin, 'restReasons', 1, '改回');
  expect(restored).toMatchObject({ version: 3, value: ['用餐'] });
  expect(restored.history.map((h) => [h.version, h.reason])).toEqual([[3, '改回'], [2, '增加培训'], [1, '初始设置']]);
  expect(heard).toEqual(['restReasons:2', 'restReasons:3']);
  expect((await db.shards.group().query<{ action: string }>('select action from audit_row order by id')).map((r) => r.action)).toEqual(['setting.save', 'setting.restore']);
  expect((await db.shards.group().query<{ payload: string }>("select payload from outbox where kind = 'setting.changed' order by id")).map((r) => JSON.parse(r.payload))).toEqual([{ code: 'restReasons', version: 2 }, { code: 'restReasons', version: 3 }]);
  await expect(s.restore(admin, 'restReasons', 3, 'x')).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  await expect(s.restore(admin, 'restReasons', 99, 'x')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
it('two people saving from the same version: one wins, the other is told to refresh', async () => {
  const s = service();
  const results = await Promise.allSettled([s.save(admin, 'restReasons', ['甲'], 1, 'a'), s.save(admin, 'restReasons', ['乙'], 1, 'b')]);
  expect(results.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect((results.find((r) => r.status === 'rejected') as PromiseRejectedResult).reason).toMatchObject({ code: 'CONFLICT' });
  await expect(s.save(admin, 'restReasons', ['丙'], 1, 'c')).rejects.toMatchObject({ code: 'CONFLICT', message: '设置已被他人改为第 2 版，请刷新后再改' });
});
it('a value that does not fit is refused with its place, and nothing is saved', async () => {
  const s = service();
  await expect(s.save(admin, 'restReasons', ['用餐', ''], 1, 'x')).rejects.toMatchObject({ code: 'BAD_INPUT', details: [{ path: 'value.1', message: '不能为空' }] });
  await expect(s.save(admin, 'revisitForm', { version: 1, title: '很长很长很长的标题', evil: 1 }, 1, 'x')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  expect(await s.get('restReasons')).toMatchObject({ version: 1 });
});
it('the version stands inside a document that names one', async () => {
  const s = service();
  await s.save(admin, 'revisitForm', { version: 77, title: '新表' }, 1, 'x');
  expect(await s.get('revisitForm')).toEqual({ version: 2, value: { version: 2, title: '新表' } });
});
it('another process sees a save within two seconds', async () => {
  const [a, b] = [service(), service()];
  await b.get('restReasons');
  await a.save(admin, 'restReasons', ['甲'], 1, 'x');
  expect((await b.get('restReasons')).version).toBe(1);
  now += 2001;
  expect((await b.get('restReasons')).version).toBe(2);
});
it('without the right there is no reading and no saving; a script is kept as the text it is', async () => {
  const s = service(), nobody = { ...admin, permissions: new Set<never>() };
  await expect(s.view(nobody, 'restReasons')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(s.save(nobody, 'restReasons', ['甲'], 1, 'x')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect((await s.save(admin, 'restReasons', ['<b>x</b>'], 1, "'; drop table setting_version; --")).history[0]).toMatchObject({ reason: "'; drop table setting_version; --" });
});
it('a document without an owner, declared twice, or with an initial value that does not fit, is a mistake at the start', () => {
  const s = service();
  expect(() => s.define({ code: 'restReasons', name: 'x', schema: Reasons, initial: ['a'] })).toThrow('twice');
  expect(() => s.define({ code: 'ivr', name: 'x', schema: Reasons, initial: [] })).toThrow('initial value');
  expect(s.missing()).toContain('kpiTargets');
  return expect(s.get('kpiTargets')).rejects.toThrow('no owner');
});
