import type { OrderType, ResultTemplate } from '@ronghu/contract';
import type { DraftRow } from '../store/rows';

/** The group's template for this type of order, the newest version of it (RC-23). */
export function templateFor(templates: readonly ResultTemplate[], type: OrderType): ResultTemplate | null {
  return templates.filter((template) => template.orderType === type).sort((a, b) => b.version - a.version)[0]
    ?? templates.filter((template) => template.orderType === '*').sort((a, b) => b.version - a.version)[0] ?? null;
}

export type ResultFault = { field: 'outcome' | 'duration' | string; fault: 'outcome' | 'duration' | 'missing' | 'number'; label: string };
export interface CleanResult { values: Record<string, string | number | boolean>; parts: { name: string; quantity: number }[]; durationMinutes: number; outcome: 'fixed' | 'unfixed' }

/** Checks a draft against the template. Out: what is sent, or everything that is wrong; fields that the template does not know are left out. */
export function checkResult(template: ResultTemplate, draft: Pick<DraftRow, 'values' | 'parts' | 'durationMinutes' | 'outcome'>): { ok: true; result: CleanResult } | { ok: false; faults: ResultFault[] } {
  const faults: ResultFault[] = [];
  const values: CleanResult['values'] = {};
  if (draft.outcome === null) faults.push({ field: 'outcome', fault: 'outcome', label: '' });
  for (const field of template.fields) {
    const raw = draft.values[field.key];
    const empty = raw === undefined || (typeof raw === 'string' && raw.trim() === '');
    if (empty) { if (field.required) faults.push({ field: field.key, fault: 'missing', label: field.label }); continue; }
    if (field.kind === 'number') {
      const value = Number(String(raw).replace(',', '.'));
      if (Number.isFinite(value)) values[field.key] = value; else faults.push({ field: field.key, fault: 'number', label: field.label });
    } else if (field.kind === 'boolean') values[field.key] = raw === true;
    else if (field.kind === 'single' && !(field.options ?? []).includes(String(raw))) { if (field.required) faults.push({ field: field.key, fault: 'missing', label: field.label }); }
    else values[field.key] = String(raw).trim().slice(0, 1000);
  }
  const minutes = draft.durationMinutes;
  if (minutes === null || !Number.isInteger(minutes) || minutes < 1 || minutes > 6000) faults.push({ field: 'duration', fault: 'duration', label: '' });
  if (faults.length > 0 || draft.outcome === null || minutes === null) return { ok: false, faults };
  const parts = draft.parts.map(({ name, quantity }) => ({ name: name.trim(), quantity })).filter((part) => part.name !== '').slice(0, 30);
  return { ok: true, result: { values, parts, durationMinutes: minutes, outcome: draft.outcome } };
}

/** Minutes from the on-site sign-in to now, within what the contract takes. */
export function minutesSince(checkedInAt: number | null, now: number): number {
  return checkedInAt === null ? 1 : Math.min(6000, Math.max(1, Math.round((now - checkedInAt) / 60_000)));
}
