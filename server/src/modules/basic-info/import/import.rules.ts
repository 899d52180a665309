import { COLUMN_NAME, type ColumnKey, type Header } from './import.columns';

/** The five levels under the company, from above. */
export const LEVELS = ['source', 'station', 'community', 'building', 'unit'] as const;
export type Heating = 'on' | 'suspended' | 'off';
export interface HousePart {
  room: string; areaM2: number; /** Null: as it is, or heated when new. */ heating: Heating | null; contract: string;
  owner: string | null; /** Digits, perhaps with a leading +. */ phones: string[]; idNo: string | null;
  /** Some number or the identity number is masked (138****5678), as an export shows it: it stands for what is on record. */ masked: boolean;
}
/** One row that can be saved. `names`: one to five names from the heat source down; five with a house. */
export interface GoodRow { names: string[]; repair: string | null; house: HousePart | null }
export type ReadRow = { good: GoodRow; errors?: undefined } | { good?: undefined; errors: string[] } | null;

const HEATING: Record<string, Heating> = { 供热: 'on', 正常: 'on', 在供: 'on', 正常供热: 'on', 报停: 'suspended', 停供: 'suspended', 停热: 'off', 未供: 'off', 未供热: 'off' };
export const HEATING_NAME: Record<Heating, string> = { on: '供热', suspended: '报停', off: '停热' };
/** A contract number that begins like this marks a row that is not imported. */
export const EXAMPLE = '示例';
const NAME_MAX = 60, ROOM_MAX = 20, CONTRACT_MAX = 30, OWNER_MAX = 40, MOST_PHONES = 5, ADDRESS_MAX = 200;
const CONTROL = /[\u0000-\u001f\u007f]/, LOST = '\ufffd', SCIENTIFIC = /^\d(?:\.\d+)?E\+?\d+$/i, PHONE = /^\+?\d{3,20}$/, MASKED_PHONE = /^\+?\d{1,6}[*•]{2,}\d{0,4}$/, MASKED_ID = /^[0-9A-Za-z]{0,6}[*•]{3,}[0-9A-Za-z]{0,4}$/;
const WIDE = /[\uff01-\uff5e\u3000\u00a0]/, SPACES = /\s{2,}|[\t\r\n]/g;
/** Full-width letters and digits half-width, one kind of space; Chinese punctuation in names is left alone where it is not full-width ASCII. */
const tidy = (text: string): string => { const t = text.trim(); return t === '' ? t : (WIDE.test(t) ? t.normalize('NFKC') : t).replace(SPACES, ' ').trim(); };

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], ID_CHECK = '10X98765432';
/** GB 11643-1999: 18 characters with a check character, or the 15 digits of before. */
export function validIdNo(id: string): boolean {
  if (/^\d{15}$/.test(id)) return true;
  if (!/^\d{17}[\dX]$/.test(id)) return false;
  let sum = 0;
  for (let i = 0; i < 17; i++) sum += (id.charCodeAt(i) - 48) * (ID_WEIGHTS[i] as number);
  return ID_CHECK[sum % 11] === id[17];
}

/**
 * One row of the file: what can be saved, or every reason why not, in Chinese and by the column's name (BI-04); null for an empty row. Never throws,
 * whatever stands in the cells.
 */
export function readRow(cells: readonly string[], header: Header): ReadRow {
  const errors: string[] = [], bad = (key: ColumnKey, why: string): void => { errors.push(`${COLUMN_NAME[key]}：${why}`); };
  const of = (key: ColumnKey, max: number): string => {
    const at = header[key], raw = at === undefined ? undefined : cells[at];
    if (raw === undefined || raw === '') return '';
    const text = tidy(raw);
    if (CONTROL.test(text)) { bad(key, '含有不能识别的控制字符'); return ''; }
    if (text.includes(LOST)) { bad(key, '含有乱码，请检查文件编码'); return ''; }
    if (text.length > max) { bad(key, `不能超过 ${max} 个字`); return ''; }
    return text;
  };
  const levels = [of('source', NAME_MAX), of('station', NAME_MAX), of('community', NAME_MAX), of('building', NAME_MAX), of('unit', NAME_MAX)];
  const room = of('room', ROOM_MAX), area = of('area', 20), heating = of('heating', 10), contract = of('contract', CONTRACT_MAX), owner = of('owner', OWNER_MAX), phones = of('phones', 200), idNo = of('idNo', 30), repair = of('repair', NAME_MAX);
  if (errors.length === 0 && levels.every((l) => l === '') && !(room || area || heating || contract || owner || phones || idNo || repair)) return null;
  if (contract.startsWith(EXAMPLE)) return null; // the template's row that shows how it is done
  const faulty = errors.length;
  let depth = 0;
  while (depth < 5 && levels[depth] !== '') depth += 1;
  const deepest = levels.reduce((n, name, i) => (name === '' ? n : i + 1), 0);
  if (faulty === 0) {
    if (depth < deepest) bad(LEVELS[depth] as ColumnKey, `不能为空（填写了${COLUMN_NAME[LEVELS[deepest - 1] as ColumnKey]}）`);
    else if (depth === 0) bad('source', '不能为空');
  }
  const names = levels.slice(0, depth);
  if (room === '') {
    const left = ([['area', area], ['heating', heating], ['contract', contract], ['owner', owner], ['phones', phones], ['idNo', idNo]] as const).find(([, text]) => text !== '');
    if (left && faulty === 0) bad('room', `不能为空（填写了${COLUMN_NAME[left[0]]}）`);
    return errors.length ? { errors } : { good: { names, repair: repair || null, house: null } };
  }
  if (faulty === 0 && depth === deepest && depth > 0 && depth < 5) bad(LEVELS[depth] as ColumnKey, '不能为空（填写了房号）');
  const house = readHouse({ room, area, heating, contract, owner, phones, idNo }, bad, faulty > 0);
  if (names.length === 5 && (names[2] as string).length + (names[3] as string).length + (names[4] as string).length + room.length > ADDRESS_MAX) bad('room', `小区、楼栋、单元与房号合计不能超过 ${ADDRESS_MAX} 个字`);
  return errors.length || !house ? { errors } : { good: { names, repair: repair || null, house } };
}

type Bad = (key: ColumnKey, why: string) => void;
function readHouse(c: { room: string; area: string; heating: string; contract: string; owner: string; phones: string; idNo: string }, bad: Bad, faulty: boolean): HousePart | null {
  const areaText = c.area.replace(/,(?=\d{3}(?:\D|$))/g, '').replace(/\s*(?:㎡|m2|平方米|平米|平)$/i, ''), areaM2 = Math.round(Number(areaText) * 100) / 100;
  if (c.area === '') { if (!faulty) bad('area', '不能为空'); } else if (areaText === '' || !/^\d+(?:\.\d+)?$/.test(areaText)) bad('area', `“${c.area}”不是数字`);
  else if (areaM2 < 1 || areaM2 > 100_000) bad('area', '应在 1 到 100000 平方米之间');
  const heating = c.heating === '' ? null : (HEATING[c.heating] ?? undefined);
  if (heating === undefined) bad('heating', `“${c.heating}”不是供热、报停或停热`);
  if (c.contract === '') { if (!faulty) bad('contract', '不能为空'); } else if (SCIENTIFIC.test(c.contract)) bad('contract', `“${c.contract}”被表格软件写成了科学计数，请把该列设为文本`);
  const { phones, masked } = readPhones(c.phones, bad);
  if (c.owner === '' && !faulty && (c.phones !== '' || c.idNo !== '')) bad('owner', `不能为空（填写了${c.phones !== '' ? COLUMN_NAME.phones : COLUMN_NAME.idNo}）`);
  const id = c.idNo.replace(/\s/g, '').toUpperCase(), idMasked = MASKED_ID.test(id);
  if (id !== '' && !idMasked && !validIdNo(id)) bad('idNo', SCIENTIFIC.test(id) ? '被表格软件写成了科学计数，请把该列设为文本' : '不是有效的 15 位或 18 位身份证号');
  return heating === undefined ? null : { room: c.room, areaM2, heating, contract: c.contract, owner: c.owner || null, phones, idNo: id === '' || idMasked ? null : id, masked: masked || idMasked };
}
/** Split where people put marks between numbers; spaces, hyphens and brackets inside a number go. */
function readPhones(text: string, bad: Bad): { phones: string[]; masked: boolean } {
  const phones: string[] = [];
  let masked = false;
  if (text === '') return { phones, masked };
  if (/^1\d{10}$/.test(text)) return { phones: [text], masked };
  for (const part of text.split(/[、,，;；/|]+/)) {
    const number = part.replace(/[\s\-()（）]/g, '');
    if (number === '') continue;
    if (SCIENTIFIC.test(number)) bad('phones', `“${number}”被表格软件写成了科学计数，请把该列设为文本`);
    else if (PHONE.test(number)) { if (!phones.includes(number)) phones.push(number); } else if (MASKED_PHONE.test(number)) masked = true;
    else bad('phones', `“${part.trim().slice(0, 24)}”不是电话号码`);
  }
  if (phones.length > MOST_PHONES) bad('phones', `不能超过 ${MOST_PHONES} 个号码`);
  return { phones, masked };
}
