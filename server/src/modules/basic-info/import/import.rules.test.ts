import fc from 'fast-check';
import { cellText, COLUMNS, readHeader, type ColumnKey } from './import.columns';
import { readRow, validIdNo } from './import.rules';

const HEADER = readHeader(COLUMNS.map((c) => c.header)).at;
const GOOD: Record<ColumnKey, string> = { source: '一号热源厂', station: '群力热站', community: '阳光花园', building: '3号楼', unit: '2单元', room: '501', area: '88.5', heating: '供热', contract: 'HT0001', owner: '王小明', phones: '13812345678、0451-87654321', idNo: '11010519491231002X', repair: '' };
const row = (over: Partial<Record<ColumnKey, string>> = {}) => readRow(COLUMNS.map((c) => over[c.key] ?? GOOD[c.key]), HEADER);
const none = Object.fromEntries(COLUMNS.map((c) => [c.key, ''])) as Record<ColumnKey, string>;

describe('the header', () => {
  it('is found by its names, their other names, marks and units, in any order; the rest is named', () => {
    expect(readHeader([' *热源厂 ', '备注', '供热面积（㎡）', '户主', '电话'])).toEqual({ at: { source: 0, area: 2, owner: 3, phones: 4 }, unknown: ['备注'], problem: null });
  });
  it('without a heat source, or with a column twice, is refused', () => {
    expect(readHeader(['小区', '楼栋']).problem).toContain('没有“热源”列');
    expect(readHeader(['热源', '电话', '手机']).problem).toBe('“业主电话”列出现了两次，请删去其中一列');
    expect(readHeader([]).problem).not.toBeNull();
  });
  it('takes anything without throwing', () => fc.assert(fc.property(fc.array(fc.string({ unit: 'binary' })), (cells) => { const h = readHeader(cells); return h.problem === null ? h.at.source !== undefined : h.problem.length > 0; })));
});

describe('a row', () => {
  it('with everything is a house under five levels', () => expect(row()).toEqual({ good: { names: ['一号热源厂', '群力热站', '阳光花园', '3号楼', '2单元'], repair: null, house: { room: '501', areaM2: 88.5, heating: 'on', contract: 'HT0001', owner: '王小明', phones: ['13812345678', '045187654321'], idNo: '11010519491231002X', masked: false } } }));
  it('without a room is a node of the tree alone, as deep as it is filled', () => expect(row({ ...none, source: '一号热源厂', station: '群力热站', repair: '群力站' })).toEqual({ good: { names: ['一号热源厂', '群力热站'], repair: '群力站', house: null } }));
  it('that is empty is none', () => { expect(row(none)).toBeNull(); expect(readRow([], HEADER)).toBeNull(); expect(readRow(['  ', '　'], HEADER)).toBeNull(); });
  it('of the template\'s example is none', () => expect(row({ contract: '示例（本行不导入）' })).toBeNull());
  it('in full width is read as in half width', () => expect(row({ room: '５０１', contract: '　ＨＴ１ ', phones: '１３８ １２３４ ５６７８' })).toMatchObject({ good: { house: { room: '501', contract: 'HT1', phones: ['13812345678'] } } }));
  it('with masked numbers, as an export shows them, says so and brings none', () => expect(row({ phones: '138****5678', idNo: '110105********002X' })).toMatchObject({ good: { house: { phones: [], idNo: null, masked: true } } }));
  it.each<[string, Partial<Record<ColumnKey, string>>, string[]]>([
    ['a gap in the levels', { station: '' }, ['热站：不能为空（填写了单元）']], ['no heat source', { source: '', station: '', community: '', building: '', unit: '' }, ['热源：不能为空']], ['a room without a unit', { unit: '' }, ['单元：不能为空（填写了房号）']], ['a contract without a room', { room: '' }, ['房号：不能为空（填写了面积）']],
    ['no area', { area: '' }, ['面积：不能为空']], ['an area in words', { area: '八十' }, ['面积：“八十”不是数字']], ['an area of nothing', { area: '0' }, ['面积：应在 1 到 100000 平方米之间']], ['a state that there is not', { heating: '暖和' }, ['供热状态：“暖和”不是供热、报停或停热']],
    ['no contract', { contract: '' }, ['合同号：不能为空']], ['a contract in scientific form', { contract: '2.3E+11' }, ['合同号：“2.3E+11”被表格软件写成了科学计数，请把该列设为文本']], ['a number in scientific form', { phones: '1.38E+10' }, ['业主电话：“1.38E+10”被表格软件写成了科学计数，请把该列设为文本']],
    ['letters as a number', { phones: '13812345678、无' }, ['业主电话：“无”不是电话号码']], ['six numbers', { phones: '111,222,333,444,555,666' }, ['业主电话：不能超过 5 个号码']], ['a number of nobody', { owner: '' }, ['业主姓名：不能为空（填写了业主电话）']], ['a wrong check digit', { idNo: '110105194912310021' }, ['身份证号：不是有效的 15 位或 18 位身份证号']],
    ['a name too long', { owner: '长'.repeat(41) }, ['业主姓名：不能超过 40 个字']], ['a control character', { community: '阳光\u0001花园' }, ['小区：含有不能识别的控制字符']], ['a wrong encoding', { community: '阳\ufffd' }, ['小区：含有乱码，请检查文件编码']], ['two faults at once', { area: 'x', contract: '' }, ['面积：“x”不是数字', '合同号：不能为空']],
  ])('with %s is refused by the column\'s name', (_, over, errors) => expect(row(over)).toEqual({ errors }));
  it.each([['1,088.50', 1088.5], ['88.555㎡', 88.56], ['90 平方米', 90]])('an area of %s is %d', (area, areaM2) => expect(row({ area })).toMatchObject({ good: { house: { areaM2 } } }));
  it('whatever stands in its cells, is a good row that fits the tables, or has reasons', () => {
    const cell = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...Object.values(GOOD)), fc.constantFrom('1e400', '-0', '9'.repeat(400), '\u0000', '=1+1', "'", '138****0000'));
    fc.assert(fc.property(fc.array(cell, { maxLength: 16 }), (cells) => {
      const read = readRow(cells, HEADER);
      if (read === null) return true;
      if (read.errors) return read.errors.length > 0 && read.errors.every((e) => /^[\u4e00-\u9fff]+：/.test(e));
      const { names, house } = read.good;
      return names.length >= 1 && names.every((n) => n.length > 0 && n.length <= 60) && (house === null || (names.length === 5 && house.room.length <= 20 && house.contract.length > 0 && house.areaM2 >= 1 && house.areaM2 <= 100_000 && house.phones.length <= 5 && house.phones.every((p) => /^\+?\d{3,20}$/.test(p))));
    }), { numRuns: 3000 });
  });
});
it('identity numbers are those of GB 11643', () => { expect(['11010519491231002X', '110105491231002'].map(validIdNo)).toEqual([true, true]); expect(['110105194912310021', '11010519491231002', 'x', ''].map(validIdNo)).toEqual([false, false, false, false]); });
describe('a cell of a spreadsheet', () => {
  it.each([[501, '501'], [13812345678, '13812345678'], [88.5, '88.5'], [{ richText: [{ text: '阳光' }, { text: '花园' }] }, '阳光花园'], [{ formula: 'A1', result: 7 }, '7'], [{ text: '甲', hyperlink: 'http://x' }, '甲'], [{ error: '#N/A' }, '#N/A'], [new Date(Date.UTC(2026, 0, 2)), '2026-01-02'], [true, '是'], [NaN, ''], [null, '']])('%j is %s', (value, text) => expect(cellText(value)).toBe(text));
  it('of any kind is a text', () => fc.assert(fc.property(fc.anything(), (value) => typeof cellText(value) === 'string')));
});
