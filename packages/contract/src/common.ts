import { z } from 'zod';

// In a browser the schemas must not try `new Function`: the content security policy forbids it and reports each attempt. Before the first schema.
if ('document' in globalThis) z.config({ jitless: true });

/** Time-ordered integer below 2^53, exact in every driver and in JSON. */
export const Id = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER);
/** UUID made by an offline device or as an idempotency key. */
export const Uuid = z.string().uuid();
/** Text typed by a person: trimmed, no control characters but line breaks and tabs. */
export const text = (max: number) => z.string().trim().max(max, `不能超过 ${max} 个字`).regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/, '含有不能识别的控制字符');
export const requiredText = (max: number) => text(max).min(1, '不能为空');
/** Milliseconds since 1970 UTC. All times in the API are of this form. */
export const Millis = z.coerce.number().int().min(0).max(8.64e15);
/** Telephone number as dialled: digits, optional leading +, 3 to 20 long. */
export const PhoneNumber = z.string().trim().regex(/^\+?\d{3,20}$/, '电话号码只能是 3 到 20 位数字');
export const PageQuery = z.object({ page: z.coerce.number().int().min(1).max(100000).default(1), size: z.coerce.number().int().min(1).max(200).default(20) });
export const IdParams = z.strictObject({ id: Id });

export interface Page<T> { rows: T[]; total: number; page: number; size: number }
/** `number` is masked (138****5678) unless shown by the reveal route. `numberRef` names the number for click-to-dial without showing it. */
export interface MaskedNumber { masked: string; ref: string; attribution?: string }
export interface Named { id: number; name: string }
/** The one error form of the API. `details` points at the fields. */
export interface ErrorBody { code: string; message: string; requestId?: string; details?: { path: string; message: string }[] }
