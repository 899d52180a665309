import type { OrderAction, OrderCommand, OrderType, OrderView, Urgency } from '@ronghu/contract';

/** Which inputs an action asks for. `reason`: the field under which the text travels, compulsory unless `optional`. */
interface ActionForm { reason?: 'reason' | 'note' | 'report'; optional?: boolean; station?: 'required' | 'optional'; worker?: boolean; company?: boolean; result?: boolean; hours?: boolean; edit?: boolean; files?: boolean; revisit?: boolean; danger?: boolean }
export const ACTION_FORMS: Record<OrderAction, ActionForm> = {
  arrange: { station: 'required', reason: 'note', optional: true }, changeStation: { station: 'required', reason: 'reason' }, redispatch: { station: 'optional', reason: 'note' }, confirm: {},
  assign: { worker: true }, reassign: { worker: true, reason: 'reason' }, returnOrder: { reason: 'reason', danger: true }, urge: { reason: 'reason' }, closeDirectly: { reason: 'reason', result: true }, void: { reason: 'reason', danger: true },
  edit: { edit: true, reason: 'reason' }, supervise: { reason: 'reason', hours: true }, markOverLevel: { reason: 'reason' }, progress: { reason: 'report' }, requestCancel: { reason: 'reason', danger: true }, revisit: { revisit: true },
  requestExemption: { reason: 'reason' }, secondDispatch: { reason: 'reason' }, handOver: { company: true, reason: 'reason', danger: true }, attach: { files: true },
};

export interface CommandInput { reason: string; stationId: number | null; workerId: number | null; companyId: number | null; result: string; hours: number; description: string; urgency: Urgency; type: OrderType; attachmentIds: number[] }
export function emptyInput(order: OrderView): CommandInput {
  return { reason: '', stationId: null, workerId: null, companyId: null, result: '', hours: 24, description: order.description, urgency: order.urgency, type: order.type, attachmentIds: [] };
}

/** Names of the inputs that still lack something; empty when the action can be sent. */
export function missingOf(action: OrderAction, input: CommandInput): string[] {
  const form = ACTION_FORMS[action];
  const missing: string[] = [];
  if (form.reason && !form.optional && input.reason.trim() === '') missing.push('reason');
  if (form.station === 'required' && input.stationId === null) missing.push('station');
  if (form.worker && input.workerId === null) missing.push('worker');
  if (form.company && input.companyId === null) missing.push('company');
  if (form.result && input.result.trim() === '') missing.push('result');
  if (form.edit && input.description.trim() === '') missing.push('description');
  if (form.files && input.attachmentIds.length === 0) missing.push('files');
  return missing;
}

/** The command as the contract wants it. `revisit` has a form of its own and is built there. */
export function commandOf(action: Exclude<OrderAction, 'revisit'>, input: CommandInput, order: OrderView): OrderCommand {
  const version = order.version;
  const reason = input.reason.trim();
  switch (action) {
    case 'arrange': return { action, version, stationId: input.stationId ?? 0, ...(reason === '' ? {} : { note: reason }) };
    case 'changeStation': return { action, version, stationId: input.stationId ?? 0, reason };
    case 'redispatch': return { action, version, note: reason, ...(input.stationId === null ? {} : { stationId: input.stationId }) };
    case 'confirm': return { action, version };
    case 'assign': return { action, version, workerId: input.workerId ?? 0 };
    case 'reassign': return { action, version, workerId: input.workerId ?? 0, reason };
    case 'closeDirectly': return { action, version, reason, result: input.result.trim() };
    case 'edit': return { action, version, reason, ...(input.description.trim() === order.description ? {} : { description: input.description.trim() }), ...(input.urgency === order.urgency ? {} : { urgency: input.urgency }), ...(input.type === order.type ? {} : { type: input.type }) };
    case 'supervise': return { action, version, reason, reportEveryHours: input.hours };
    case 'progress': return { action, version, report: reason };
    case 'handOver': return { action, version, reason, toCompanyId: input.companyId ?? 0 };
    case 'attach': return { action, version, attachmentIds: input.attachmentIds };
    case 'returnOrder': case 'urge': case 'void': case 'markOverLevel': case 'requestCancel': case 'requestExemption': case 'secondDispatch': return { action, version, reason };
  }
}
