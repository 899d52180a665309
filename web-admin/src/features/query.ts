/** Reading of query strings and filter values, which may be anything. */
export function textOf(value: unknown): string { return typeof value === 'string' ? value : Array.isArray(value) && typeof value[0] === 'string' ? value[0] : ''; }
export function numberOf(value: unknown): number | undefined { const n = typeof value === 'number' ? value : Number(textOf(value)); return Number.isSafeInteger(n) && n > 0 ? n : undefined; }
export function flagOf(value: unknown): boolean | undefined { return value === true || value === 'true' || value === '1' ? true : undefined; }
/** One of the allowed words, or nothing. */
export function oneOf<T extends string>(allowed: readonly T[], value: unknown): T | undefined { const text = textOf(value); return allowed.find((a) => a === text); }
