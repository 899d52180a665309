import { FAULT_CODES, type Candidate, type FaultCode } from '@ronghu/contract';

/** One field person of the station, with what the proposal weighs. Figures are counts of orders. */
export interface WorkerFacts {
  workerId: number; name: string; kind: 'maintenance' | 'grid'; onDuty: boolean; skills: Readonly<Record<string, number>>; communityIds: readonly number[];
  open: number; today: number; overdue: number;
  /** Orders this person completed in the order's community in the last 90 days, and how many of them for the same fault. */
  doneHere: number; doneSameFault: number;
}
export interface OrderFacts { faultCode: string; communityId: number | null; communityName: string | null; /** Orders of the community in the last 30 days (RC-08). */ communityFaults: number; formerWorkerId: number | null }

const clamp = (n: number, low: number, high: number) => Math.min(high, Math.max(low, n));

/**
 * Ranks the people of a station for one order by skill (40), load (30) and area (30), with the reasons the head reads (RC-06, RC-07, RC-08). Pure.
 * Somebody off duty stays in the list, behind, because the head knows more than the roster.
 */
export function rankCandidates(order: OrderFacts, workers: readonly WorkerFacts[]): Candidate[] {
  const fault = FAULT_CODES[order.faultCode as FaultCode] ?? '其他';
  return workers.map((w): Candidate => {
    const level = w.skills[order.faultCode] ?? 0;
    const skill = level > 0 ? 16 + clamp(level, 1, 9) * 24 / 9 : Math.min(12, w.doneSameFault * 3);
    const load = 30 - clamp(w.open * 5 + w.overdue * 8 + w.today * 1, 0, 30);
    const own = order.communityId !== null && w.communityIds.includes(order.communityId);
    const hot = order.communityFaults >= 10 ? 1.2 : 1; // people who know a community full of faults count for more there
    const area = clamp((own ? 22 : 0) + Math.min(8, w.doneHere * 2) * hot, 0, 30);
    const reasons: Candidate['reasons'] = [
      { label: '技能', points: round(skill), text: level > 0 ? `${fault}技能 ${level} 级` : w.doneSameFault > 0 ? `无登记技能，近 90 天处理过 ${w.doneSameFault} 单${fault}` : `没有${fault}技能登记` },
      { label: '负荷', points: round(load), text: `在手 ${w.open} 单${w.overdue > 0 ? `，其中超时 ${w.overdue} 单` : ''}，今日完成 ${w.today} 单` },
      { label: '责任区', points: round(area), text: own ? `${order.communityName ?? '该小区'}是其责任区${w.doneHere > 0 ? `，近 90 天处理 ${w.doneHere} 单` : ''}` : w.doneHere > 0 ? `非责任区，近 90 天处理过该小区 ${w.doneHere} 单` : '非责任区' },
    ];
    if (order.communityFaults >= 10 && area > 0) reasons.push({ label: '高发小区', points: 0, text: `该小区近 30 天 ${order.communityFaults} 单，优先熟悉的人员` });
    if (!w.onDuty) reasons.push({ label: '在岗', points: -100, text: '今日未签到' });
    if (order.formerWorkerId === w.workerId) reasons.push({ label: '上一轮', points: -15, text: '上一轮处理人，客户不满意或已拒单' });
    return { workerId: w.workerId, name: w.name, kind: w.kind, onDuty: w.onDuty, open: w.open, today: w.today, overdue: w.overdue, reasons, score: round(reasons.reduce((sum, r) => sum + r.points, 0)) };
  }).sort((a, b) => b.score - a.score || a.open - b.open || a.workerId - b.workerId);
}
const round = (n: number): number => Math.round(n * 10) / 10;
