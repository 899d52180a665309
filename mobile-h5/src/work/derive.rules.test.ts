import { conflictsOf } from './conflict.rules';
import { byUrgency, deriveOrder, tabOf, type LocalOrder, type TrackKey } from './derive.rules';
import { fieldOrder, stepRow } from './work.fixture';

const sm3 = 'a'.repeat(64);
const entry = (local: LocalOrder, key: TrackKey) => local.track.find((item) => item.key === key)!;
const backfill = (seq: number, outcome: 'fixed' | 'unfixed' = 'fixed') => stepRow(seq, 'backfill', { templateVersion: 1, values: { cause: '气堵' }, parts: [], durationMinutes: 30, outcome });
const sign = (seq: number) => stepRow(seq, 'sign', { rating: 5, comment: null, signedBy: '张敏', signatureUuid: '00000000-0000-4000-8000-00000000abcd', sm3 });
const whole = () => [stepRow(1, 'accept', {}), stepRow(2, 'onSiteCheckIn', {}), stepRow(3, 'photo', { attachmentUuid: '00000000-0000-4000-8000-000000000003', sm3, bytes: 10, mime: 'image/jpeg' }, { fileUuid: 'f' }), backfill(4), sign(5), stepRow(6, 'submit', {})];

describe('an order with steps waiting on the phone', () => {
  test('offline the whole visit can be done, and every step says that it waits', () => {
    const local = deriveOrder(fieldOrder(), whole());
    expect(local.state).toBe('completed');
    expect(local.waiting).toBe(6);
    expect(local.track.filter((item) => item.state === 'waiting').map((item) => item.key)).toEqual(['accept', 'arrive', 'photos', 'result', 'rating', 'signature', 'submit']);
    expect(local.next).toBeNull();
    expect(tabOf(local)).toBe('underWay');
  });

  test('the next step leads through the visit', () => {
    const steps = whole();
    const nexts = steps.map((_, i) => deriveOrder(fieldOrder(), steps.slice(0, i)).next);
    expect(nexts).toEqual(['accept', 'arrive', 'photos', 'result', 'rating', 'submit']);
  });

  test('a drafted rating opens the signature, and only then', () => {
    const steps = whole().slice(0, 4);
    expect(entry(deriveOrder(fieldOrder(), steps), 'signature').lock).toBe('needRating');
    expect(deriveOrder(fieldOrder(), steps, true).next).toBe('signature');
  });

  test('a signed result can no longer be changed', () => {
    const local = deriveOrder(fieldOrder(), whole().slice(0, 5));
    expect(entry(local, 'result').lock).toBe('sealed');
    expect(entry(local, 'signature').lock).toBe('sealed');
  });

  test('an unfixed fault needs no signature, a fixed one does', () => {
    const until = whole().slice(0, 3);
    expect(entry(deriveOrder(fieldOrder(), [...until, backfill(4, 'unfixed')]), 'submit').lock).toBeNull();
    expect(entry(deriveOrder(fieldOrder(), [...until, backfill(4, 'fixed')]), 'submit').lock).toBe('needSignature');
  });

  test('a temperature order cannot be submitted without a temperature (RC-21)', () => {
    const order = fieldOrder({ type: 'temperatureCheck' });
    expect(entry(deriveOrder(order, whole().slice(0, 5)), 'submit').lock).toBe('needTemperature');
    expect(entry(deriveOrder(order, [...whole().slice(0, 5), stepRow(7, 'temperature', { celsius: 17.5, room: '客厅' })]), 'submit').lock).toBeNull();
  });

  test('a refusal by the server takes the effect back, says why, and offers the step again', () => {
    const local = deriveOrder(fieldOrder({ state: 'accepted' }), [stepRow(2, 'onSiteCheckIn', {}, { status: 'rejected', code: 'STATE_CONFLICT', message: '时间不符' })]);
    expect(local.state).toBe('accepted');
    expect(entry(local, 'arrive')).toMatchObject({ state: 'refused', refusal: { message: '时间不符' }, lock: null });
    expect(local.next).toBe('arrive');
  });

  test('an acknowledged refusal is no longer shown', () => {
    const local = deriveOrder(fieldOrder({ state: 'accepted' }), [stepRow(2, 'onSiteCheckIn', {}, { status: 'rejected', message: 'x', acknowledgedAt: 5 })]);
    expect(entry(local, 'arrive').state).toBe('open');
    expect(local.refused).toEqual([]);
  });

  test('a refused order stays in the list, marked, until the server has heard it', () => {
    const local = deriveOrder(fieldOrder(), [stepRow(1, 'refuse', { reason: '不在辖区' })]);
    expect(local).toMatchObject({ declined: true, next: null, waiting: 1 });
    expect(tabOf(local)).toBe('todo');
  });

  test('a photo on the server and its step on the phone are one photo', () => {
    const attachment = { id: 5, companyId: 3, name: 'a.jpg', mime: 'image/jpeg', bytes: 10, kind: 'photo', takenAt: 300, place: null, sm3, stage: 'field' } as const;
    const photo = whole()[2]!;
    expect(deriveOrder(fieldOrder({ state: 'onSite', attachments: [attachment] }), [{ ...photo, status: 'applied' }]).photos).toMatchObject([{ waiting: false, fileUuid: 'f' }]);
  });

  test('what the server sealed wins over anything on the phone', () => {
    const evidence = { rating: 4, comment: null, signedBy: '张敏', signedAt: 50, signatureAttachmentId: 8, sm3, intact: true };
    expect(deriveOrder(fieldOrder({ state: 'onSite', evidence }), [sign(5)]).evidence).toMatchObject({ rating: 4, attachmentId: 8 });
  });

  test('a waiting request for more time shows as pending', () => {
    expect(deriveOrder(fieldOrder({ state: 'accepted' }), [stepRow(1, 'requestExtension', { reason: '缺配件', newDueAt: 99999 })]).pending).toBe('extension');
  });

  test('overdue orders stand first, then the nearest deadline', () => {
    const locals = [fieldOrder({ id: 1, dueAt: 900 }), fieldOrder({ id: 2, dueAt: 50 }), fieldOrder({ id: 3, dueAt: null }), fieldOrder({ id: 4, dueAt: 500 })].map((order) => deriveOrder(order, []));
    expect(locals.sort(byUrgency(100)).map((local) => local.order.id)).toEqual([2, 4, 1, 3]);
  });
});

describe('conflicts', () => {
  const card = { orderId: 1, orderNo: 'BX20261121001', state: 'assigned', message: '已改派给李师傅', address: '锦绣家园', at: 10, acknowledgedAt: null } as const;

  test('one card an order says what happened and what was not applied', () => {
    const rejected = whole().slice(1, 3).map((row) => ({ ...row, status: 'rejected' as const, message: '工单已改派', answeredAt: 20 }));
    const [conflict, ...others] = conflictsOf([card], rejected);
    expect(others).toEqual([]);
    expect(conflict).toMatchObject({ happened: { message: '已改派给李师傅' }, at: 20 });
    expect(conflict!.lost.map((step) => step.kind)).toEqual(['onSiteCheckIn', 'photo']);
  });

  test('a refusal without a lost order is a card of its own, and acknowledged ones are gone', () => {
    expect(conflictsOf([], [stepRow(1, 'accept', {}, { status: 'rejected', message: 'x' })])).toHaveLength(1);
    expect(conflictsOf([{ ...card, acknowledgedAt: 5 }], [stepRow(1, 'accept', {}, { status: 'rejected', acknowledgedAt: 6 })])).toEqual([]);
  });
});
