import type { FieldOrder, FieldSnapshot } from '@ronghu/contract';
import { mergeSnapshot, type KnownStep } from './snapshot.rules';
import { fieldOrder } from '../work/work.fixture';

const snapshot = (orders: FieldOrder[], gone: FieldSnapshot['gone'] = []): FieldSnapshot => ({ orders, gone, templates: [], serverTime: 1, personName: '王师傅', stationName: '东城站' });
const known = (orderId: number, kind: KnownStep['kind'], status: KnownStep['status'], stepId = `${kind}-${orderId}`): KnownStep => ({ stepId, orderId, kind, status });

describe('taking a snapshot', () => {
  test('a newly assigned order sounds once, however often the snapshot comes', () => {
    const first = mergeSnapshot({ orders: [], steps: [], alerted: [] }, snapshot([fieldOrder({ id: 1 })]), 5);
    expect(first.arrivals).toEqual([1]);
    const second = mergeSnapshot({ orders: first.orders, steps: [], alerted: first.alerted }, snapshot([fieldOrder({ id: 1 })]), 6);
    expect(second.arrivals).toEqual([]);
  });

  test('an order that comes back to the same engineer sounds again', () => {
    const away = mergeSnapshot({ orders: [fieldOrder({ id: 1 })], steps: [known(1, 'refuse', 'applied')], alerted: [1] }, snapshot([]), 5);
    expect(away.cards).toEqual([]);
    expect(mergeSnapshot({ orders: [], steps: [], alerted: away.alerted }, snapshot([fieldOrder({ id: 1 })]), 6).arrivals).toEqual([1]);
  });

  test('an order whose acceptance still waits on the phone does not sound', () => {
    expect(mergeSnapshot({ orders: [], steps: [known(1, 'accept', 'waiting')], alerted: [] }, snapshot([fieldOrder({ id: 1 })]), 5).arrivals).toEqual([]);
  });

  test('a step applied by the server whose answer was lost counts as applied', () => {
    const merge = mergeSnapshot({ orders: [], steps: [known(1, 'accept', 'waiting', 'a'), known(1, 'photo', 'waiting', 'b')], alerted: [] }, snapshot([fieldOrder({ id: 1, state: 'accepted', appliedSteps: ['a'] })]), 5);
    expect(merge.appliedSteps).toEqual(['a']);
  });

  test('an order that was reassigned leaves a card with what happened', () => {
    const before = [fieldOrder({ id: 1, state: 'accepted' })];
    const { cards } = mergeSnapshot({ orders: before, steps: [], alerted: [] }, snapshot([], [{ orderId: 1, orderNo: before[0]!.orderNo, state: 'assigned', message: '已改派给李师傅' }]), 9);
    expect(cards).toEqual([{ orderId: 1, orderNo: before[0]!.orderNo, state: 'assigned', message: '已改派给李师傅', address: before[0]!.address, at: 9, acknowledgedAt: null }]);
  });

  test('an order that vanishes without a word leaves a card all the same', () => {
    expect(mergeSnapshot({ orders: [fieldOrder({ id: 1, state: 'accepted' })], steps: [], alerted: [] }, snapshot([]), 9).cards).toMatchObject([{ orderId: 1, state: null, message: null }]);
  });

  test('an order that the engineer finished himself leaves quietly, unless it was voided meanwhile', () => {
    const before = { orders: [fieldOrder({ id: 1, state: 'onSite' })], steps: [known(1, 'submit', 'applied')], alerted: [] };
    expect(mergeSnapshot(before, snapshot([], [{ orderId: 1, orderNo: 'x', state: 'completed', message: '已完成' }]), 9).cards).toEqual([]);
    expect(mergeSnapshot(before, snapshot([], [{ orderId: 1, orderNo: 'x', state: 'voided', message: '已作废' }]), 9).cards).toHaveLength(1);
  });

  test('orders named as gone that were never on this phone say nothing', () => {
    expect(mergeSnapshot({ orders: [], steps: [], alerted: [] }, snapshot([], [{ orderId: 7, orderNo: 'x', state: 'cancelled', message: '已取消' }]), 9).cards).toEqual([]);
  });
});
