import { FAULT_CODES, ORDER_SOURCES, ORDER_TYPES, PhoneNumber, URGENCIES, type FaultCode, type HouseRow, type OrderIntake, type OrderSource, type OrderType, type Urgency } from '@ronghu/contract';

export interface DraftHouse { id: number; companyId: number; address: string; stationName: string | null }
export interface DraftFile { id: number; name: string }
/** What the person sees in the form. `dueAt` only when changed by hand; `otherNumber` only when it is not the number of the call. */
export interface OrderDraft {
  companyId: number | null; type: OrderType; urgency: Urgency; source: OrderSource; faultCode: FaultCode; description: string; customerId: number | null; house: DraftHouse | null;
  contactName: string; otherNumber: string; address: string; dueAt: number | null; dueReason: string; files: DraftFile[]; supervised: boolean; overLevel: boolean;
}
export function emptyDraft(byCall: boolean): OrderDraft {
  return { companyId: null, type: 'repair', urgency: 'normal', source: byCall ? 'phone' : 'manual', faultCode: 'notHot', description: '', customerId: null, house: null, contactName: '', otherNumber: '', address: '', dueAt: null, dueReason: '', files: [], supervised: false, overLevel: false };
}
export function houseOf(row: HouseRow): DraftHouse { return { id: row.id, companyId: row.companyId, address: row.address, stationName: row.stationName }; }

type Flat = Record<string, string | number | boolean | null | (string | number)[]>;
/** The draft as the server keeps it: one level of plain values. */
export function flatten(draft: OrderDraft): Flat {
  return {
    companyId: draft.companyId, type: draft.type, urgency: draft.urgency, source: draft.source, faultCode: draft.faultCode, description: draft.description.slice(0, 4000), customerId: draft.customerId,
    houseId: draft.house?.id ?? null, houseCompanyId: draft.house?.companyId ?? null, houseAddress: draft.house?.address ?? null, houseStation: draft.house?.stationName ?? null,
    contactName: draft.contactName, otherNumber: draft.otherNumber, address: draft.address, dueAt: draft.dueAt, dueReason: draft.dueReason, fileIds: draft.files.map((f) => f.id).slice(0, 50), fileNames: draft.files.map((f) => f.name.slice(0, 200)).slice(0, 50), supervised: draft.supervised, overLevel: draft.overLevel,
  };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const idOf = (value: unknown): number | null => (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : null);
const oneOf = <T extends string>(value: unknown, all: readonly T[], otherwise: T): T => (all.find((x) => x === value) ?? otherwise);
/** Reads a kept draft; whatever an older version wrote wrongly falls back to the empty form. Null when nothing is kept. */
export function unflatten(flat: Record<string, unknown> | null, byCall: boolean): OrderDraft | null {
  if (flat === null || Object.keys(flat).length === 0) return null;
  const base = emptyDraft(byCall);
  const houseId = idOf(flat.houseId);
  const houseCompanyId = idOf(flat.houseCompanyId);
  const ids = Array.isArray(flat.fileIds) ? flat.fileIds : [];
  const names = Array.isArray(flat.fileNames) ? flat.fileNames : [];
  return {
    companyId: idOf(flat.companyId), type: oneOf(flat.type, ORDER_TYPES, base.type), urgency: oneOf(flat.urgency, URGENCIES, base.urgency), source: oneOf(flat.source, ORDER_SOURCES, base.source),
    faultCode: oneOf(flat.faultCode, Object.keys(FAULT_CODES) as FaultCode[], base.faultCode), description: textOf(flat.description), customerId: idOf(flat.customerId),
    house: houseId === null || houseCompanyId === null ? null : { id: houseId, companyId: houseCompanyId, address: textOf(flat.houseAddress), stationName: typeof flat.houseStation === 'string' ? flat.houseStation : null },
    contactName: textOf(flat.contactName), otherNumber: textOf(flat.otherNumber), address: textOf(flat.address), dueAt: idOf(flat.dueAt), dueReason: textOf(flat.dueReason),
    files: ids.flatMap((id, index) => { const n = idOf(id); return n === null ? [] : [{ id: n, name: textOf(names[index]) || String(index + 1) }]; }), supervised: flat.supervised === true, overLevel: flat.overLevel === true,
  };
}

/** Whether the person has put anything in that would be a pity to lose. */
export function isWorthKeeping(draft: OrderDraft): boolean { return draft.description.trim() !== '' || draft.files.length > 0 || draft.address.trim() !== '' || draft.dueAt !== null || draft.otherNumber !== '' || draft.supervised || draft.overLevel; }

/** Names of the fields that keep the form from being submitted. `now` in ms. */
export function lacking(draft: OrderDraft, now: number): ('company' | 'description' | 'number' | 'dueReason' | 'duePast')[] {
  const out: ReturnType<typeof lacking> = [];
  if (draft.companyId === null) out.push('company');
  if (draft.description.trim() === '') out.push('description');
  if (draft.otherNumber.trim() !== '' && !PhoneNumber.safeParse(draft.otherNumber).success) out.push('number');
  if (draft.dueAt !== null && draft.dueReason.trim() === '') out.push('dueReason');
  if (draft.dueAt !== null && draft.dueAt <= now) out.push('duePast');
  return out;
}

/** The order as the contract wants it. Call `lacking` first. */
export function intakeOf(draft: OrderDraft, call: { callId: string | null; numberRef: string | null }): OrderIntake {
  const other = draft.otherNumber.trim();
  return {
    companyId: draft.companyId ?? 0, type: draft.type, urgency: draft.urgency, source: draft.source, faultCode: draft.faultCode, description: draft.description.trim(), customerId: draft.customerId, houseId: draft.house?.id ?? null, callId: call.callId,
    attachmentIds: draft.files.map((f) => f.id),
    ...(draft.contactName.trim() === '' ? {} : { contactName: draft.contactName.trim() }), ...(draft.address.trim() === '' ? {} : { address: draft.address.trim() }),
    ...(other !== '' ? { number: other } : call.numberRef === null ? {} : { numberRef: call.numberRef }),
    ...(draft.dueAt === null ? {} : { dueAt: draft.dueAt, dueReason: draft.dueReason.trim() }), ...(draft.supervised ? { supervised: true } : {}), ...(draft.overLevel ? { overLevel: true } : {}),
  };
}
