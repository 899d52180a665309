import { maskNumber, normaliseNumber } from './crypto/phone-number';

const UUID = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';
/**
 * What is taken for a person's number, tried in this order at each place: ids of calls and requests (kept as they are, though their last group may be all digits),
 * identity numbers of 18 places (GB 11643), mobiles of 11 digits with or without country code and separators, landlines with their area code, foreign numbers after a plus.
 * A run of digits inside a longer run is something else: record ids have 15 or 16, times 13.
 */
const PERSONAL = new RegExp([
  `(?<uuid>${UUID})`,
  String.raw`(?<identity>(?<!\d)[1-9]\d{16}[\dXx](?!\d))`,
  String.raw`(?<mobile>(?<!\d)(?:(?:\+|00)86[- ]?|86|0)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d))`,
  String.raw`(?<landline>(?<!\d)(?:(?:\+|00)86[- ]?)?\(?0?[1-9]\d{1,2}\)[- ]?[2-9]\d{3}[- ]?\d{3,4}(?!\d)|(?<!\d)(?:\+|00)86[- ]?[1-9]\d{1,2}[- ]?[2-9]\d{6,7}(?!\d)|(?<!\d)0[1-9]\d{1,2}[- ]?[2-9]\d{3}[- ]?\d{3,4}(?!\d))`,
  String.raw`(?<foreign>\+\d{8,15}(?!\d))`,
].join('|'), 'g');

/** Text as it may stand in a log: mobiles, landlines with an area code, numbers after a plus and 18-place identity numbers lose their middle (PF-30). A local number without its area code cannot be told from a count and stays. */
export function maskText(text: string): string {
  // without five digits in a row, or four and a separator, there is nothing to hide; most texts end here
  if (!/\d{4}/.test(text)) return text;
  return text.replace(PERSONAL, (...found) => {
    const whole = found[0] as string, groups = found[found.length - 1] as Record<string, string | undefined>;
    if (groups.uuid !== undefined) return whole;
    if (groups.identity !== undefined) return `${whole.slice(0, 3)}${'*'.repeat(13)}${whole.slice(-2)}`;
    return maskNumber(normaliseNumber(whole));
  });
}
const DEEPEST = 8;
/** Any value as it may stand in a log line; numbers that look like a telephone number become masked text. Things that refer to themselves end after eight levels. */
export function maskValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'number') { const text = String(value), masked = Number.isInteger(value) ? maskText(text) : text; return masked === text ? value : masked; }
  if (typeof value === 'bigint') return maskText(String(value));
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return '…';
  if (value instanceof Error) return maskError(value, depth);
  if (Array.isArray(value)) return value.map((entry) => maskValue(entry, depth + 1));
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return `${value.length} bytes`;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [maskText(key), maskValue(entry, depth + 1)]));
}
const maskError = (error: Error, depth: number): unknown => ({ message: maskText(error.message), code: (error as { code?: unknown }).code, stack: error.stack === undefined ? undefined : maskText(error.stack), cause: error.cause === undefined ? undefined : maskValue(error.cause, depth + 1) });
