/** How addresses, names and numbers are written by people and found again: pure text rules, the same on both sides of the index. */
import { remembered } from '../../../platform/remembered';

const CN_DIGIT: Record<string, number> = { 〇: 0, 零: 0, 一: 1, 二: 2, 两: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9 };
const CN_NUMBER = /[〇零一二两三四五六七八九十]{1,3}(?=号楼|号|栋|幢|座|#|楼|单元|门|期|区|室|户)/g;
/** Chinese numerals up to 99 as digits: 二十三 → 23. */
function fromChinese(text: string): string {
  const at = text.indexOf('十');
  if (at < 0) return [...text].map((ch) => CN_DIGIT[ch]).join('');
  const tens = at === 0 ? 1 : (CN_DIGIT[text[0] as string] ?? 1);
  return String(tens * 10 + (at + 1 < text.length ? (CN_DIGIT[text[at + 1] as string] ?? 0) : 0));
}
/** One form: half-width, upper case, Chinese numerals before a label as digits, one kind of hyphen, without % _ \ that steer a LIKE. Spaces stay single. */
export function normaliseAddress(text: string): string {
  return text.normalize('NFKC').toUpperCase().replace(/[%_\\]/g, ' ').replace(/[‐-―－—~·・,，、]/g, '-').replace(CN_NUMBER, fromChinese).replace(/\s+/g, ' ').trim();
}
const compact = (text: string): string => normaliseAddress(text).replace(/[\s]/g, '');
const strip0 = (text: string): string => text.replace(/^0+(?=.)/, '');
// names of buildings, units and rooms are few and come again and again: a million houses have some thousands
/** 3号楼, 三栋, 03幢, 3#楼 → `3`; A座 → `A`. */
export const buildingKey = remembered((name) => strip0(compact(name).replace(/(号楼|栋|幢|座|#楼|#|楼|号)$/, '')).slice(0, 20));
/** 2单元, 二单元, 2门 → `2`; 东单元 → `东`. */
export const unitKey = remembered((name) => strip0(compact(name).replace(/(单元|门)$/, '')).slice(0, 20));
/** 501室, 0501 → `501`. */
export const roomKey = remembered((name) => strip0(compact(name).replace(/(室|房|户|号)$/, '')).slice(0, 20));
/** A community's name as it is searched: without spaces and hyphens. */
export const nameKey = (name: string): string => compact(name).replace(/-/g, '').slice(0, 60);

const ordinal = (key: string, max: number): number => {
  const digits = /\d+/.exec(key);
  if (digits) return Math.min(max, Number(digits[0].slice(0, 7)));
  return key === '' ? 0 : Math.min(max, max - 100 + ((key.charCodeAt(0) - 64) & 63));
};
/** Natural order of houses inside a community: building, unit, room; below 2^53. */
export const houseSeq = (building: string, unit: string, room: string): number => ordinal(building, 9999) * 1e9 + ordinal(unit, 999) * 1e6 + ordinal(room, 999_999);

/** Index terms of a community's name: each character and each pair. */
export function nameTerms(name: string): string[] {
  const chars = [...nameKey(name)];
  return [...new Set([...chars, ...chars.slice(1).map((ch, i) => `${chars[i]}${ch}`)])];
}
/** Terms that a searched word must all have; pairs where there are any, for they are rarer. */
export function wordTerms(word: string): string[] {
  const chars = [...nameKey(word)];
  return chars.length < 2 ? chars : [...new Set(chars.slice(1).map((ch, i) => `${chars[i]}${ch}`))];
}

const COMPOUND = new Set(['欧阳', '司马', '上官', '诸葛', '东方', '皇甫', '尉迟', '公孙', '慕容', '令狐', '宇文', '长孙', '司徒', '端木', '呼延', '夏侯']);
/** Given name without the surname: 王小明 → 小明, 欧阳娜 → 娜; a name of one character has none. */
export function nameTail(name: string): string | null {
  const chars = [...name.trim()];
  if (chars.length < 2 || !/^[\u4e00-\u9fff]/.test(name)) return null;
  const cut = chars.length > 2 && COMPOUND.has(chars.slice(0, 2).join('')) ? 2 : 1;
  return chars.slice(cut).join('');
}

export interface AddressTerm { kind: 'address'; words: string[]; building?: string; unit?: string; room?: string }
export type SearchTerm = { kind: 'phone'; number: string } | { kind: 'last4'; digits: string } | { kind: 'contract'; text: string } | { kind: 'name'; text: string } | AddressTerm;

const TOKEN = '(?:\\d{1,6}[A-Z]?|[A-Z]\\d{0,2}(?=座|栋|幢|号|#|-)|[东西南北中](?=单元|门))(?:号楼|栋|幢|座|#楼|#|楼|单元|门|室|房|户|号)?';
const TAIL = new RegExp(`(?<![0-9A-Z])(?:${TOKEN}-?){1,3}$`);
const TOKENS = /(\d{1,6}[A-Z]?|[A-Z]\d{0,2}|[东西南北中])(号楼|栋|幢|座|#楼|#|楼|单元|门|室|房|户|号)?-?/g;
type Role = 'building' | 'unit' | 'room';
const ROLES: Role[] = ['building', 'unit', 'room'];
function labelled(value: string, label: string | undefined): Role | null {
  if (!label) return null;
  if (/单元|门/.test(label)) return 'unit';
  if (/室|房|户/.test(label) || (label === '号' && value.length >= 3)) return 'room';
  return 'building';
}
/**
 * Splits `阳光花园3-2-501`, `3号楼2单元501`, `阳光花园 3栋501`, `501室` into words of the community's name and building, unit, room.
 * Unlabelled numbers: three are building, unit, room; of two or one the length decides (three digits and more are a room). Null without any such tail.
 */
export function parseAddress(text: string): AddressTerm | null {
  const t = normaliseAddress(text).replace(/(\d) (?=\d)/g, '$1-').replace(/ ?(?=\d)| (?=[A-Z](?:座|栋|幢))/g, (m, at: number, all: string) => (m && /[0-9A-Z-]/.test(all[at - 1] ?? '') ? m : ''));
  const tail = TAIL.exec(t);
  if (!tail) return null;
  const tokens = [...tail[0].matchAll(TOKENS)].map((m) => ({ value: m[1] as string, role: labelled(m[1] as string, m[2]) }));
  const free = tokens.filter((x) => x.role === null);
  const open = ROLES.filter((r) => !tokens.some((x) => x.role === r));
  if (tokens.length === 3) free.forEach((x, i) => { x.role = open[i] ?? null; });
  else for (const x of free) {
    const first = x === tokens[0];
    const long = /^\d{3}/.test(x.value);
    x.role = long || (!first && tokens[0]?.role === 'unit') ? 'room' : first && open.includes('building') ? 'building' : open.includes('unit') ? 'unit' : 'room';
    open.splice(open.indexOf(x.role), 1);
  }
  if (tokens.some((x) => x.role === null) || new Set(tokens.map((x) => x.role)).size !== tokens.length) return null;
  const of = (role: Role): string | undefined => tokens.find((x) => x.role === role)?.value;
  const [building, unit, room] = [of('building'), of('unit'), of('room')];
  const term: AddressTerm = { kind: 'address', words: words(t.slice(0, tail.index)) };
  if (building !== undefined) term.building = buildingKey(building);
  if (unit !== undefined) term.unit = unitKey(unit);
  if (room !== undefined) term.room = roomKey(room);
  return term;
}
/** A numeral that the label after it would turn into digits, when the typed part ends before the label: 春晓四 of 春晓四区. */
const asDigits = (word: string): string => word.replace(/[〇零一二两三四五六七八九十]{1,3}/g, fromChinese);
const words = (text: string): string[] => text.split(/[ -]+/).map(nameKey).filter(Boolean).slice(0, 5);

/**
 * What a typed text may mean, likeliest first: whole number, last four, contract number, part of the address, owner's name. Several readings of one
 * text are searched together (`1201` is a last four and a room).
 */
export function interpret(q: string): SearchTerm[] {
  const text = normaliseAddress(q);
  if (text === '') return [];
  const out: SearchTerm[] = [];
  const digits = text.replace(/[\s()-]/g, '');
  const houseForm = /^\d{1,3}-\d{1,4}$|^\d{1,3}-\d{1,2}-\d{2,4}$/.test(text);
  const wordy = /[\u4e00-\u9fffA-Z]/.test(text);
  if (/^\+?\d{5,20}$/.test(digits) && !houseForm) out.push({ kind: 'phone', number: digits });
  if (/^\d{4}$/.test(text)) out.push({ kind: 'last4', digits: text });
  if (/^[A-Z]{1,6}-?\d{3,}$/.test(digits) || (/^\d{6,}$/.test(digits) && !houseForm)) out.push({ kind: 'contract', text: digits });
  const addresses: (AddressTerm | null)[] = [wordy ? { kind: 'address', words: words(text) } : null, wordy || houseForm || digits.length <= 6 ? parseAddress(q) : null];
  for (const address of addresses) {
    if (!address) continue;
    out.push(address);
    const inDigits = address.words.map(asDigits);
    if (inDigits.some((word, i) => word !== address.words[i])) out.push({ ...address, words: inDigits });
  }
  if (/^[\u4e00-\u9fff·]{1,6}$/.test(text)) out.push({ kind: 'name', text });
  return out;
}
