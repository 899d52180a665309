import { isUniqueViolation } from '../../platform/database/shards';
import { randomUUID } from 'node:crypto';
import type { FieldStep, OrderCommand } from '@ronghu/contract';
import { allTables } from '../../app/tables';
import { sm3Hex } from '../../platform/crypto';
import { createMessaging } from '../messaging';
import { PEOPLE, startRig, type Person, type Rig } from './testing/rig';

let rig: Rig;
beforeAll(async () => { rig = await startRig(allTables, (platform) => { createMessaging(platform); }); }, 60_000);
afterAll(() => rig?.stop());
const as = (p: Person) => rig.scope(p), device = randomUUID();
const jpeg = (text: string) => Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from(`JFIF${text}`.padEnd(64, '.'))]);
const png = (text: string) => Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from(text.padEnd(64, '.'))]);
async function* stream(data: Buffer, piece = 7): AsyncGenerator<Buffer> { for (let i = 0; i < data.length; i += piece) yield data.subarray(i, i + piece); }
async function assigned(): Promise<{ id: number; companyId: number; orderNo: string }> {
  const o = await rig.work.intakes.intake(await as('agent'), rig.form());
  await rig.work.orders.command(await as('head'), 11, o.id, { action: 'assign', workerId: PEOPLE.worker, version: 2 } as OrderCommand);
  await rig.settle();
  return o;
}
/** Steps as a device makes them: own ids, rising numbers, own clock and place. */
function maker(order: { id: number }) {
  let seq = 0;
  type Body<K extends FieldStep['kind']> = Omit<Extract<FieldStep, { kind: K }>, 'kind' | 'stepId' | 'deviceSeq' | 'companyId' | 'orderId' | 'at' | 'place'>;
  return <K extends FieldStep['kind']>(kind: K, body: Body<K>): FieldStep => ({ kind, stepId: randomUUID(), deviceSeq: ++seq, companyId: 11, orderId: order.id, at: rig.now() - 60_000 + seq, place: { lat: 45.7567, lng: 126.6424, accuracyM: 12 }, ...body }) as FieldStep;
}
const RESULT = { templateVersion: 1, values: { cause: '气堵', measure: '排气并调节阀门' }, parts: [{ name: '自动排气阀', quantity: 1 }], durationMinutes: 35, outcome: 'fixed' as const };
const put = async (order: { id: number }, data: Buffer, uuid = randomUUID(), p: Person = 'worker') => { const sm3 = sm3Hex(data); await rig.work.field.putFile(await as(p), { companyId: 11, orderId: order.id, uuid, sm3 }, stream(data)); return { uuid, sm3, bytes: data.length }; };
const sync = async (steps: FieldStep[], p: Person = 'worker') => rig.work.field.sync(await as(p), device, steps);
const view = (p: Person, id: number) => as(p).then((s) => rig.work.queries.view(s, 11, id));

test('the device gets its orders with fault, address, deadline, history and templates, and nobody else\'s', async () => {
  const o = await assigned();
  const mine = await rig.work.field.snapshot(await as('worker'));
  expect(mine.orders.find((x) => x.id === o.id)).toMatchObject({ orderNo: o.orderNo, customerName: '刘桂兰', address: '松江新苑3号楼2单元600', number: { masked: '138****5678' }, state: 'assigned' });
  expect(mine.templates.map((t) => t.orderType)).toEqual(['repair', 'temperatureCheck', '*']);
  expect(mine).toMatchObject({ personName: '李维修', stationName: '东站' });
  expect((await rig.work.field.snapshot(await as('worker2'))).orders).toEqual([]);
});
test('twenty offline operations arrive exactly once and in order, however often and however many at once they are sent', async () => {
  const o = await assigned(), step = maker(o), photo = await put(o, jpeg('a')), signature = await put(o, png('s'));
  const steps = [
    step('accept', {}), step('onSiteCheckIn', {}), step('photo', { attachmentUuid: photo.uuid, sm3: photo.sm3, bytes: photo.bytes, mime: 'image/jpeg' }), ...Array.from({ length: 13 }, (_, i) => step('temperature', { celsius: 16 + i / 2, room: `房间${i}` })),
    step('backfill', RESULT), step('sign', { rating: 5, comment: '很快', signedBy: '刘桂兰', signatureUuid: signature.uuid, sm3: signature.sm3 }), step('submit', {}),
  ];
  const shuffled = [...steps].reverse();
  const all = await Promise.all([sync(shuffled), sync(steps), sync(steps.slice(0, 10)), sync(steps)]);
  for (const { answers } of all) for (const a of answers) expect(['applied', 'rejected', 'waiting']).toContain(a.status);
  const last = await sync(steps);
  expect(last.answers.map((a) => a.status)).toEqual(steps.map(() => 'applied'));
  const v = await view('head', o.id);
  expect(v).toMatchObject({ state: 'completed', satisfaction: 5, result: { outcome: 'fixed', durationMinutes: 35 }, evidence: { rating: 5, signedBy: '刘桂兰', intact: true } });
  expect(v.temperatures).toHaveLength(13);
  expect(v.events.map((e) => e.kind).filter((k) => k !== 'evidence')).toEqual(['intake', 'arrange', 'assign', 'accept', 'onSiteCheckIn', 'backfill', 'sign', 'submit']);
  expect(v.attachments.map((a) => a.kind).sort()).toEqual(['photo', 'signature']);
  expect(v.attachments[0]).toMatchObject({ place: { lat: 45.7567, lng: 126.6424 }, stage: 'field' });
  expect(last.snapshot.gone.find((g) => g.orderId === o.id)).toMatchObject({ message: '该工单已完成', state: 'completed' });
  await rig.settle();
  const told = await rig.platform.shards.group().query<{ account_id: number }>("select account_id from notice where order_id = $1 and kind = 'order.submit' order by account_id", [o.id]);
  expect(told.map((t) => t.account_id)).toEqual([PEOPLE.agent, PEOPLE.head]);
});
test('a step whose file has not arrived waits, the later ones of that order wait behind it, other orders go on', async () => {
  const a = await assigned(), b = await assigned(), step = maker(a), other = maker(b), data = jpeg('late'), uuid = randomUUID();
  const steps = [step('accept', {}), step('photo', { attachmentUuid: uuid, sm3: sm3Hex(data), bytes: data.length, mime: 'image/jpeg' }), step('onSiteCheckIn', {}), other('accept', {})];
  expect((await sync(steps)).answers.map((x) => x.status)).toEqual(['applied', 'waiting', 'waiting', 'applied']);
  await put(a, data, uuid);
  expect((await sync(steps)).answers.map((x) => x.status)).toEqual(['applied', 'applied', 'applied', 'applied']);
});
test('an order given to somebody else meanwhile: the steps are answered rejected with the reason, and the order is named as gone', async () => {
  const o = await assigned(), step = maker(o), first = step('accept', {});
  await sync([first]);
  await rig.work.orders.command(await as('head'), 11, o.id, { action: 'reassign', workerId: PEOPLE.worker2, reason: '就近', version: 4 } as OrderCommand);
  await rig.settle();
  const late = step('onSiteCheckIn', {}), { answers, snapshot } = await sync([first, late]);
  expect(answers).toEqual([{ stepId: first.stepId, status: 'applied' }, { stepId: late.stepId, status: 'rejected', code: 'NOT_FOUND', message: '该工单已不在您名下，这一步没有生效' }]);
  expect(snapshot.gone.find((g) => g.orderId === o.id)?.message).toBe('该工单已改派给 周维修');
  expect((await sync([late])).answers[0]).toMatchObject({ status: 'rejected', code: 'NOT_FOUND' });
  expect((await view('head', o.id)).state).toBe('assigned');
});
test('what was signed cannot be signed again, filled in again or changed unseen', async () => {
  const o = await assigned(), step = maker(o), signature = await put(o, png('one')), other = await put(o, png('two'));
  const sign = step('sign', { rating: 2, comment: null, signedBy: '刘桂兰', signatureUuid: signature.uuid, sm3: signature.sm3 });
  await sync([step('accept', {}), step('onSiteCheckIn', {}), step('backfill', RESULT), { ...sign, deviceSeq: 4 }]);
  const answers = (await sync([step('sign', { rating: 5, comment: null, signedBy: '刘桂兰', signatureUuid: other.uuid, sm3: other.sm3 }), step('backfill', { ...RESULT, outcome: 'unfixed' })])).answers;
  expect(answers.map((a) => a.code)).toEqual(['SEALED', 'SEALED']);
  expect((await view('head', o.id)).evidence).toMatchObject({ rating: 2, intact: true });
  const second: unknown = await rig.platform.shards.company(11).insertMany('evidence', [{ id: 1, order_id: o.id, round_no: 1, rating: 5, remark: null, signed_by: 'x', signed_at: 1, signature_id: 1, signature_sm3: 'x', worker_id: 1, canonical: '{}', sm3: 'x', sealed_at: 1 }]).catch((error: unknown) => error);
  expect(isUniqueViolation(second)).toBe(true);
  await rig.platform.shards.company(11).execute('update evidence set rating = 5 where order_id = $1', [o.id]);
  expect((await view('head', o.id)).evidence).toMatchObject({ rating: 5, intact: false });
});
test('a result that does not satisfy the template is refused with what is missing, and submit waits for it', async () => {
  const o = await assigned(), step = maker(o);
  const { answers } = await sync([step('accept', {}), step('onSiteCheckIn', {}), step('backfill', { ...RESULT, values: { cause: '没见过', extra: 1 } }), step('submit', {})]);
  expect(answers[2]).toMatchObject({ status: 'rejected', message: '“故障原因”不在可选范围内；请填写“处理措施”；模板没有“extra”这一项' });
  expect(answers[3]).toMatchObject({ status: 'rejected', message: '请先按模板回填处理结果' });
});
test('refusing gives the order back to the head; a second device cannot take over a step id', async () => {
  const o = await assigned(), step = maker(o), refuse = step('refuse', { reason: '人在外地' });
  expect((await sync([refuse])).answers[0]?.status).toBe('applied');
  expect(await view('head', o.id)).toMatchObject({ state: 'confirmed', workerId: null });
  expect((await sync([refuse], 'worker2')).answers[0]).toMatchObject({ status: 'rejected', code: 'CONFLICT' });
});
test('an extension asked on site waits for the head and moves the deadline when approved', async () => {
  const o = await assigned(), step = maker(o), newDueAt = rig.now() + 48 * 3_600_000;
  await sync([step('accept', {}), step('requestExtension', { reason: '等配件', newDueAt })]);
  const waiting = await view('head', o.id);
  expect(waiting).toMatchObject({ pendingApproval: 'extension', approvals: [{ status: 'pending', newDueAt }] });
  await rig.work.orders.decide(await as('head'), 11, waiting.approvals[0]?.id as number, 'approve', '');
  expect(await view('head', o.id)).toMatchObject({ dueAt: newDueAt, pendingApproval: null });
});
test('a file broken on the way, of another kind, too large, of another name or from a stranger is refused', async () => {
  const o = await assigned(), good = jpeg('x'), ref = { companyId: 11, orderId: o.id, uuid: randomUUID(), sm3: sm3Hex(good) };
  const code = async (data: Buffer, over: Partial<typeof ref> = {}, p: Person = 'worker') => { try { await rig.work.field.putFile(await as(p), { ...ref, ...over }, stream(data, 65536)); return 'ok'; } catch (e) { return String((e as { code?: string }).code); } };
  expect(await code(jpeg('y'))).toBe('BAD_INPUT');
  const script = Buffer.from('<script>alert(1)</script>'.padEnd(40));
  expect(await code(script, { sm3: sm3Hex(script) })).toBe('UNSUPPORTED_FILE');
  const huge = Buffer.concat([good, Buffer.alloc(20_000_001)]);
  expect(await code(huge, { sm3: sm3Hex(huge) })).toBe('TOO_LARGE');
  expect(await code(good, {}, 'otherWorker')).toBe('NOT_FOUND');
  expect(await code(good, { companyId: 12 })).toBe('NOT_FOUND');
  expect(await code(good)).toBe('ok');
  expect(await code(good)).toBe('ok');
  expect(await code(jpeg('z'), { sm3: sm3Hex(jpeg('z')) })).toBe('CONFLICT');
});
test('steps for an order of another company or of nobody are rejected, not thrown', async () => {
  const o = await assigned(), foreign = { ...maker(o)('accept', {}), companyId: 12 }, none = { ...maker({ id: 12345 })('accept', {}) };
  expect((await sync([foreign, none])).answers.map((a) => [a.status, a.code])).toEqual([['rejected', 'NOT_FOUND'], ['rejected', 'NOT_FOUND']]);
  await expect(rig.work.field.sync(await as('head'), device, [foreign])).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
test('the daily sign-in keeps time and place once and puts the person on duty', async () => {
  const o = await assigned(), stepId = randomUUID();
  const first = await rig.work.field.checkIn(await as('worker'), stepId, { lat: 45.7, lng: 126.6, accuracyM: 8 });
  rig.pass(1000);
  expect(await rig.work.field.checkIn(await as('worker'), stepId, { lat: 1, lng: 1, accuracyM: 1 })).toEqual(first);
  const ranked = await rig.work.queries.candidates(await as('head'), 11, o.id);
  expect(ranked.map((c) => [c.name, c.onDuty])).toEqual([['李维修', true], ['周维修', false]]);
});
test('a device clock that is ahead writes no history in the future', async () => {
  const o = await assigned(), step = { ...maker(o)('accept', {}), at: rig.now() + 86_400_000 };
  await sync([step]);
  expect((await view('head', o.id)).events.pop()?.at).toBeLessThanOrEqual(rig.now());
});
