import { sm3Hex } from '../../platform/crypto';
import type { EvidenceRecord } from './order.store';

export interface EvidenceFacts { orderId: number; orderNo: string; companyId: number; roundNo: number; workerId: number; rating: number; remark: string | null; signedBy: string; signedAt: number; lat: number | null; lng: number | null; signatureSm3: string; result: { templateVersion: number; fieldValues: string; parts: string; durationMinutes: number; outcome: string } }

/** JSON with its keys in order at every depth: one text for one content. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value && typeof value === 'object') return `{${Object.entries(value).filter(([, v]) => v !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => `${JSON.stringify(k)}:${canonicalJson(v)}`).join(',')}}`;
  return JSON.stringify(value) ?? 'null';
}
/** What the resident signed, in one canonical text and its SM3 (RC-25): rating, signature image and the result it stands under. */
export function sealEvidence(facts: EvidenceFacts): { canonical: string; sm3: string } {
  const { result, ...rest } = facts;
  const canonical = canonicalJson({ ...rest, result: { ...result, fieldValues: JSON.parse(result.fieldValues) as unknown, parts: JSON.parse(result.parts) as unknown } });
  return { canonical, sm3: sm3Hex(canonical) };
}
/** True when the row still says what was sealed: digest, and every column against the sealed text. */
export function evidenceIntact(e: EvidenceRecord): boolean {
  if (sm3Hex(e.canonical) !== e.sm3) return false;
  const sealed = JSON.parse(e.canonical) as Partial<EvidenceFacts>;
  return sealed.orderId === e.orderId && sealed.roundNo === e.roundNo && sealed.rating === e.rating && (sealed.remark ?? null) === e.remark && sealed.signedBy === e.signedBy && sealed.signedAt === e.signedAt && sealed.signatureSm3 === e.signatureSm3 && sealed.workerId === e.workerId;
}
