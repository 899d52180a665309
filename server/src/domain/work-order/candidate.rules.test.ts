import { rankCandidates, type OrderFacts, type WorkerFacts } from './candidate.rules';

const order: OrderFacts = { faultCode: 'leak', communityId: 5, communityName: '松江新苑', communityFaults: 3, formerWorkerId: null };
const worker = (over: Partial<WorkerFacts>): WorkerFacts => ({ workerId: 1, name: '王强', kind: 'maintenance', onDuty: true, skills: {}, communityIds: [], open: 0, today: 0, overdue: 0, doneHere: 0, doneSameFault: 0, ...over });
const first = (...workers: WorkerFacts[]) => rankCandidates(order, workers)[0]?.workerId;

test('skill for the fault comes before an equal person without it', () => expect(first(worker({ workerId: 1 }), worker({ workerId: 2, skills: { leak: 5 } }))).toBe(2));
test('the one with fewer open orders comes first among equals', () => expect(first(worker({ workerId: 1, open: 4 }), worker({ workerId: 2, open: 1 }))).toBe(2));
test('the area of responsibility decides among equals', () => expect(first(worker({ workerId: 1 }), worker({ workerId: 2, communityIds: [5] }))).toBe(2));
test('somebody off duty stays in the list, behind', () => {
  const ranked = rankCandidates(order, [worker({ workerId: 1, onDuty: false, skills: { leak: 9 }, communityIds: [5] }), worker({ workerId: 2 })]);
  expect(ranked.map((c) => c.workerId)).toEqual([2, 1]);
  expect(ranked[1]?.reasons.map((r) => r.text)).toContain('今日未签到');
});
test('the score is the sum of its reasons and each reason is a sentence', () => {
  const [c] = rankCandidates({ ...order, communityFaults: 12 }, [worker({ skills: { leak: 7 }, communityIds: [5], open: 2, today: 3, overdue: 1, doneHere: 4 })]);
  expect(c?.score).toBeCloseTo(c?.reasons.reduce((s, r) => s + r.points, 0) ?? NaN, 5);
  expect(c?.reasons.map((r) => r.text).join('；')).toBe('漏水技能 7 级；在手 2 单，其中超时 1 单，今日完成 3 单；松江新苑是其责任区，近 90 天处理 4 单；该小区近 30 天 12 单，优先熟悉的人员');
});
test('the worker of the round before comes behind an equal colleague', () => expect(rankCandidates({ ...order, formerWorkerId: 1 }, [worker({ workerId: 1 }), worker({ workerId: 2 })])[0]?.workerId).toBe(2));
