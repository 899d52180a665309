import type { FieldStep, ResultTemplate } from '@ronghu/contract';
import type { OrderEvent } from './order-table';

/** Which row of the life cycle a step of the device takes. */
export const STEP_EVENTS: Readonly<Record<FieldStep['kind'], OrderEvent>> = { accept: 'accept', refuse: 'refuse', onSiteCheckIn: 'onSiteCheckIn', photo: 'evidence', temperature: 'evidence', backfill: 'backfill', sign: 'sign', submit: 'submit', requestExtension: 'requestExtension', requestCancel: 'requestCancel' };

/** What keeps a backfill from satisfying the group's template (RC-23), each as a Chinese sentence; empty when it does. */
export function resultProblems(template: ResultTemplate, step: Extract<FieldStep, { kind: 'backfill' }>): string[] {
  const problems: string[] = [];
  for (const f of template.fields) {
    const v = step.values[f.key];
    if (v === undefined || v === '') { if (f.required) problems.push(`请填写“${f.label}”`); continue; }
    if (f.kind === 'number' && typeof v !== 'number') problems.push(`“${f.label}”应为数字`);
    if (f.kind === 'boolean' && typeof v !== 'boolean') problems.push(`“${f.label}”应选择是或否`);
    if (f.kind === 'text' && typeof v !== 'string') problems.push(`“${f.label}”应为文字`);
    if (f.kind === 'single' && !(f.options ?? []).includes(String(v))) problems.push(`“${f.label}”不在可选范围内`);
  }
  for (const key of Object.keys(step.values)) if (!template.fields.some((f) => f.key === key)) problems.push(`模板没有“${key}”这一项`);
  return problems;
}
