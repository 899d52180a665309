import fc from 'fast-check';
import { createLog } from './log';
import { maskText } from './log-mask';

const line = (message: string, fields?: Record<string, unknown>): string => { const out: string[] = []; createLog({ role: 'api' }, (text) => out.push(text)).warn(message, fields); return out[0] as string; };

describe('a log line', () => {
  it.each([
    ['13812345678', '138****5678'], ['来电 13812345678 未接', '来电 138****5678 未接'], ['tel:13812345678;ext', 'tel:138****5678;ext'], ['+86 138 1234 5678', '138****5678'], ['008613812345678', '138****5678'], ['8613812345678', '138****5678'], ['013812345678', '138****5678'],
    ['138-1234-5678', '138****5678'], ['045187654321', '0451****4321'], ['0451-87654321', '0451****4321'], ['(0451)87654321', '0451****4321'], ['010-62345678', '010****5678'], ['0755 8234 5678', '0755****5678'], ['+12025550100', '+12****0100'],
    ['身份证 230102199003078811', '身份证 230*************11'], ['23010219900307881X', '230*************1X'],
  ])('%s is written as %s', (text, expected) => expect(maskText(text)).toBe(expected));

  it.each(['1763749941123', '2026-11-21T18:32:21.123Z', '4210752250998784', '1234567890123456789', '0000000000', '6f1c2d3e-0000-4aaa-8bbb-013812345678', 'GD20261121000123', '127.0.0.1:15432', 'k1.x', '95598', '端口 8080'])('%s is no number of a person and stays', (text) => expect(maskText(text)).toBe(text));

  it('masks message, nested fields, keys, numbers, errors with their cause and stack', () => {
    const error = new Error('dial 13812345678 failed', { cause: new Error('0451-87654321 busy') });
    const text = line('call to 13900001111', { callId: '6f1c2d3e-0000-4aaa-8bbb-013812345678', orderId: 4210752250998784, number: 13812345678, deep: { list: ['13755554444', { 13600001111: 1 }] }, error });
    for (const number of ['13812345678', '13900001111', '13755554444', '13600001111', '87654321']) expect(text.replace(/6f1c2d3e-[-0-9a-f]+/g, '')).not.toContain(number);
    const json = JSON.parse(text) as { callId: string; orderId: number; number: string; error: { stack: string; cause: { message: string } } };
    expect(json).toMatchObject({ callId: '6f1c2d3e-0000-4aaa-8bbb-013812345678', orderId: 4210752250998784, number: '138****5678', message: 'call to 139****1111', role: 'api' });
    expect(json.error.stack).toContain('138****5678');
    expect(json.error.cause.message).toBe('0451****4321 busy');
  });

  it('of a thing that refers to itself ends, instead of failing the one who logs', () => {
    const thing: Record<string, unknown> = { name: 'a' };
    thing.self = thing;
    expect(JSON.parse(line('x', { thing, big: 12n }))).toMatchObject({ thing: { name: 'a' }, big: '12' });
  });

  it('never holds a mobile number, wherever it stands in a text', () => fc.assert(fc.property(fc.stringMatching(/^1[3-9]\d{9}$/), fc.stringMatching(/^[^\d]{0,5}$/), fc.stringMatching(/^[^\d]{0,5}$/), (mobile, before, after) => !line(`${before}${mobile}${after}`, { [mobile]: mobile, n: Number(mobile) }).includes(mobile)), { numRuns: 300 }));
});
