const SECRET = /sealed|blind|secret|password|token|hash|digest/i, NAME = /name$|^by$/i, WORDS = /address|description|text|reason|title|remark|detail/i;
const NUMBER = /(?<!\d)(\+?\d{3})\d{4,}(\d{4})(?!\d)/g;

/** What of an event's content a system administrator may see: its shape and its ids; of people only as much as tells two apart (PF-32). */
export function maskPayload(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => maskPayload(item, key));
  if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, maskPayload(inner, name)]));
  if (typeof value !== 'string' || value === '') return value;
  if (SECRET.test(key)) return '••••';
  if (NAME.test(key)) return `${[...value][0]}••`;
  if (WORDS.test(key)) return value.length > 6 ? `${[...value].slice(0, 6).join('')}…` : value;
  return value.replace(NUMBER, '$1••••$2');
}
