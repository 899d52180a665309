import fc from 'fast-check';
import { buildingKey, houseSeq, interpret, nameKey, nameTail, nameTerms, normaliseAddress, parseAddress, roomKey, unitKey, wordTerms } from './address.rules';

const a = (words: string[], building?: string, unit?: string, room?: string) => ({ kind: 'address', words, ...(building === undefined ? {} : { building }), ...(unit === undefined ? {} : { unit }), ...(room === undefined ? {} : { room }) });

it.each([
  ['阳光花园3-2-501', a(['阳光花园'], '3', '2', '501')], ['阳光花园3号楼2单元501', a(['阳光花园'], '3', '2', '501')], ['阳光花园三号楼二单元501室', a(['阳光花园'], '3', '2', '501')], ['3号楼2单元501', a([], '3', '2', '501')],
  ['阳光 3栋501', a(['阳光'], '3', undefined, '501')], ['阳光花园 3 2 501', a(['阳光花园'], '3', '2', '501')], ['阳光花园３＃２单元', a(['阳光花园'], '3', '2')], ['3-501', a([], '3', undefined, '501')], ['3-2', a([], '3', '2')], ['2单元501', a([], undefined, '2', '501')],
  ['501室', a([], undefined, undefined, '501')], ['1201室', a([], undefined, undefined, '1201')], ['阳光花园501', a(['阳光花园'], undefined, undefined, '501')], ['阳光花园3', a(['阳光花园'], '3')], ['阳光花园A座1203', a(['阳光花园'], 'A', undefined, '1203')],
  ['阳光花园二期十二号楼', a(['阳光花园2期'], '12')], ['道里 阳光花园-03幢-东单元-0501', a(['道里', '阳光花园'], '3', '东', '501')], ['3号楼2-501', a([], '3', '2', '501')], ['阳光花园12#', a(['阳光花园'], '12')],
])('%s is understood', (text, expected) => expect(parseAddress(text)).toEqual(expected));
it.each(['阳光花园', '', '王小明', '万科1期', '---'])('%j has no building, unit or room', (text) => expect(parseAddress(text)).toBeNull());

it('building, unit and room are one thing however they are written', () => {
  expect(['3号楼', '三号楼', '03栋', '3幢', '３#楼', '3#', '3'].map(buildingKey)).toEqual(Array(7).fill('3'));
  expect(['A座', 'a座'].map(buildingKey)).toEqual(['A', 'A']);
  expect(['2单元', '二单元', '2门', '02'].map(unitKey)).toEqual(Array(4).fill('2'));
  expect(unitKey('东单元')).toBe('东');
  expect(['501', '501室', '0501', '501户'].map(roomKey)).toEqual(Array(4).fill('501'));
  expect(nameKey('阳光 花园（二期）')).toBe('阳光花园(2期)');
});
it('the order inside a community is natural', () => {
  const seqs = [['2', '1', '101'], ['2', '1', '1001'], ['2', '2', '101'], ['10', '1', '101'], ['A', '1', '101']].map(([b, u, r]) => houseSeq(b!, u!, r!));
  expect([...seqs].sort((x, y) => x - y)).toEqual(seqs);
  fc.assert(fc.property(fc.string(), fc.string(), fc.string(), (b, u, r) => Number.isSafeInteger(houseSeq(b, u, r)) && houseSeq(b, u, r) >= 0));
});
it('what is typed is read as every kind it may be', () => {
  const kinds = (q: string) => interpret(q).map((t) => t.kind);
  expect(interpret('138 1234 5678')).toEqual([{ kind: 'phone', number: '13812345678' }, { kind: 'contract', text: '13812345678' }]);
  expect(kinds('0451-87654321')[0]).toBe('phone');
  expect(interpret('5678')).toEqual([{ kind: 'last4', digits: '5678' }, a([], undefined, undefined, '5678')]);
  expect(interpret('501')).toEqual([a([], undefined, undefined, '501')]);
  expect(interpret('HR01-000123')[0]).toEqual({ kind: 'contract', text: 'HR01000123' });
  expect(kinds('王小明')).toEqual(['address', 'name']);
  expect(interpret('阳光花园3-2-501')).toContainEqual(a(['阳光花园'], '3', '2', '501'));
  expect(interpret('12-3-1201')).toEqual([a([], '12', '3', '1201')]);
  expect(interpret('  ')).toEqual([]);
  expect(interpret('%_%')).toEqual([]);
});
it('a part of a name is found by pairs, one character by itself', () => {
  expect(nameTerms('阳光花园')).toEqual(['阳', '光', '花', '园', '阳光', '光花', '花园']);
  expect(wordTerms('光花园')).toEqual(['光花', '花园']);
  expect(wordTerms('园')).toEqual(['园']);
  fc.assert(fc.property(fc.string({ minLength: 1, maxLength: 12 }), fc.nat(), fc.nat(), (name, i, n) => {
    const chars = [...nameKey(name)];
    if (chars.length === 0) return true;
    const from = i % chars.length, part = chars.slice(from, from + 1 + (n % chars.length)).join('');
    const terms = new Set(nameTerms(name));
    return nameKey(part) !== part || wordTerms(part).every((t) => terms.has(t));
  }));
});
it.each([['晓四', '春晓四区'], ['纪二2号楼', '世纪二期'], ['家园十二', '家园十二区'], ['春晓四区', '春晓四区'], ['春晓4', '春晓四区'], ['三里', '三里屯'], ['四季', '四季花城'], ['春晓四', '春晓四']])('%s, a part that ends inside a numbered name, finds %s', (typed, name) => {
  const found = interpret(typed).some((t) => t.kind === 'address' && t.words.length > 0 && t.words.every((w) => nameKey(name).includes(w)));
  expect(found).toBe(true);
});
it('any part of two characters finds a name that ends in a number and a label', () => fc.assert(fc.property(fc.constantFrom('春晓', '世纪', '阳光花园', '三里'), fc.constantFrom('一', '二', '九'), fc.constantFrom('区', '期'), fc.nat(), (stem, number, label, at) => {
  const chars = [...`${stem}${number}${label}`], from = at % (chars.length - 1), part = chars.slice(from, from + 2).join('');
  return interpret(part).some((t) => t.kind === 'address' && t.words.every((w) => nameKey(chars.join('')).includes(w)));
})));
it('a given name stands alone, compound surnames known', () => {
  expect([nameTail('王小明'), nameTail('欧阳娜'), nameTail('欧阳'), nameTail('李'), nameTail('Smith')]).toEqual(['小明', '娜', '阳', null, null]);
});
it('no text breaks the reading, and nothing that steers a LIKE passes', () => fc.assert(fc.property(fc.string({ maxLength: 60 }), (q) => { for (const t of interpret(q)) if (t.kind === 'address' && t.words.some((w) => /[%_\\]/.test(w))) return false; return !/[%_\\]/.test(normaliseAddress(q)); }), { numRuns: 2000 }));
