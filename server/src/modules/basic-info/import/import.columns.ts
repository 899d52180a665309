/** Columns of the file of houses (BI-04): what they are called, and how cells become text. Pure. */
export const COLUMNS = [
  { key: 'source', header: '热源', also: ['热源厂', '热源名称'], width: 16, hint: '六级树第二级。必填' },
  { key: 'station', header: '热站', also: ['换热站', '热力站', '热站名称'], width: 16, hint: '第三级' },
  { key: 'community', header: '小区', also: ['小区名称'], width: 18, hint: '第四级' },
  { key: 'building', header: '楼栋', also: ['楼号', '楼'], width: 10, hint: '第五级，如“3号楼”；与档案中“3栋”视为同一栋' },
  { key: 'unit', header: '单元', also: ['单元号'], width: 10, hint: '第六级，如“2单元”' },
  { key: 'room', header: '房号', also: ['室', '户号', '门牌号'], width: 10, hint: '填写后本行为一户房屋；不填则只建立到本行最末一级的节点' },
  { key: 'area', header: '面积', also: ['供热面积', '建筑面积', '面积m2', '供热面积m2'], width: 10, hint: '平方米，1 到 100000，两位小数。房屋行必填' },
  { key: 'heating', header: '供热状态', also: ['状态', '用热状态'], width: 10, hint: '供热、报停或停热；不填：新房屋为供热，已有房屋不变' },
  { key: 'contract', header: '合同号', also: ['合同编号', '用户编号', '卡号'], width: 18, hint: '房屋行必填，全公司唯一' },
  { key: 'owner', header: '业主姓名', also: ['户主', '业主', '户主姓名', '姓名', '客户姓名'], width: 12, hint: '不填：已有房屋的户主不变' },
  { key: 'phones', header: '业主电话', also: ['电话', '联系电话', '手机', '手机号'], width: 26, hint: '多个用顿号、逗号或分号隔开，最多 5 个；只增加，不删除已登记的号码' },
  { key: 'idNo', header: '身份证号', also: ['身份证', '证件号'], width: 22, hint: '15 位或 18 位，加密保存' },
  { key: 'repair', header: '维修站', also: ['维修站名称', '所属维修站'], width: 16, hint: '系统中已有的维修站名称；写在新建的节点上，已有节点须与档案一致' },
] as const;
export type ColumnKey = (typeof COLUMNS)[number]['key'];
export const COLUMN_NAME = Object.fromEntries(COLUMNS.map((c) => [c.key, c.header])) as Record<ColumnKey, string>;
/** Where each known column stands in the file's rows. */
export type Header = Partial<Record<ColumnKey, number>>;

const plain = (text: string): string => text.normalize('NFKC').replace(/\(.*?\)|\[.*?\]|[*\s:]/g, '');
const BY_NAME = new Map<string, ColumnKey>(COLUMNS.flatMap((c) => [c.header, ...c.also].map((name) => [plain(name), c.key] as const)));

/** Reads the first row. `problem`: in Chinese, why the file cannot be read at all; `unknown`: columns that are left out. */
export function readHeader(cells: readonly string[]): { at: Header; unknown: string[]; problem: string | null } {
  const at: Header = {}, unknown: string[] = [];
  for (const [i, cell] of cells.entries()) {
    const name = plain(cell), key = BY_NAME.get(name);
    if (key === undefined) { if (name) unknown.push(cell.trim().slice(0, 20)); continue; }
    if (at[key] !== undefined) return { at, unknown, problem: `“${COLUMN_NAME[key]}”列出现了两次，请删去其中一列` };
    at[key] = i;
  }
  if (at.source === undefined) return { at, unknown, problem: `第一行没有“${COLUMN_NAME.source}”列，请使用模板，首行为列名` };
  return { at, unknown, problem: null };
}

/** A spreadsheet's cell as the text a person sees in it; whatever comes, a text goes out. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? (Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value)) : '';
  if (typeof value === 'boolean') return value ? '是' : '否';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString().slice(0, 10);
  if (typeof value !== 'object') return '';
  const cell = value as { richText?: unknown; result?: unknown; text?: unknown; error?: unknown };
  if (Array.isArray(cell.richText)) return cell.richText.map((part: unknown) => cellText((part as { text?: unknown } | null)?.text)).join('');
  if (cell.text !== undefined && cell.text !== value) return cellText(cell.text);
  if (cell.result !== undefined && cell.result !== value) return cellText(cell.result);
  return typeof cell.error === 'string' ? cell.error : '';
}
