import type { FieldOrder, FieldStep, FieldStepKind } from '@ronghu/contract';
import type { StepRow } from '../store/rows';

/** An order as the server sends it, for tests. */
export function fieldOrder(over: Partial<FieldOrder> = {}): FieldOrder {
  return {
    id: 1, companyId: 3, orderNo: 'BX20261121001', type: 'repair', urgency: 'urgent', source: 'phone', faultCode: 'notHot', fault: '不热', state: 'assigned', customerName: '张敏', number: { masked: '138****5678', ref: 'r' },
    address: '锦绣家园 5 号楼 2 单元 301', communityName: '锦绣家园', stationId: 5, stationName: '东城站', workerId: 9, workerName: '王师傅', agentId: 2, agentName: '李坐席', createdAt: 1000, dueAt: 9000, completedAt: null, closedAt: null,
    version: 4, revisitAttempts: 0, closeKind: null, directClosed: false, satisfaction: null, exempt: false, supervised: false, overLevel: false, nearDue: false, overdue: false, urged: 0, priority: 0, pendingApproval: null, round: 1,
    description: '客厅暖气不热', houseId: 11, history: [], attachments: [], result: null, evidence: null, temperatures: [], appliedSteps: [], lat: 41.8, lng: 123.4, ...over,
  };
}

type Body<K extends FieldStepKind> = Omit<Extract<FieldStep, { kind: K }>, 'kind' | 'stepId' | 'deviceSeq' | 'companyId' | 'orderId' | 'at' | 'place'>;
/** A step kept on the phone, for tests. */
export function stepRow<K extends FieldStepKind>(deviceSeq: number, kind: K, body: Body<K>, over: Partial<StepRow> = {}): StepRow {
  const stepId = `00000000-0000-4000-8000-${String(deviceSeq).padStart(12, '0')}`;
  const step = { kind, stepId, deviceSeq, companyId: 3, orderId: over.orderId ?? 1, at: deviceSeq * 100, place: null, ...body } as unknown as FieldStep;
  return { stepId, deviceSeq, orderId: step.orderId, companyId: 3, orderNo: 'BX20261121001', kind, at: step.at, step, fileUuid: null, placeNote: null, status: 'waiting', code: null, message: null, answeredAt: null, acknowledgedAt: null, ...over };
}
