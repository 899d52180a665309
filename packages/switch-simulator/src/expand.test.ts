import { arithmetic, condition, expand } from './expand';

const run = (text: string, variables: Record<string, string> = {}): string => expand(text, (name) => variables[name] ?? '', (name, argument) => (name === 'cond' ? condition(argument) : name === 'expr' ? arithmetic(argument) : name === 'strepoch' ? '1000' : '-ERR'));

describe('expressions of the dialplan', () => {
  it('finds the lease alive, lapsed and unset', () => {
    const form = '${cond(${strepoch()} < ${ronghu_lease_until} ? alive : dead)}';
    expect(run(form, { ronghu_lease_until: '1003' })).toBe('alive');
    expect(run(form, { ronghu_lease_until: '999' })).toBe('dead');
    expect(run(form)).toBe('-ERR');
  });
  it('adds', () => expect(run('x=${expr(${strepoch()}+3)}')).toBe('x=1003'));
  it('leaves text without expressions, and an unclosed one, as they are', () => { expect(run('a$b{c}')).toBe('a$b{c}'); expect(run('${open')).toBe('${open'); });
  it.each([["'a' == 'a' ? y : n", 'y'], ["'a' == 'b' ? y : n", 'n'], ["'' == '' ? y : n", 'y'], ['1 > 2 ? y : n', 'n'], ['2 >= 2 ? y : n', 'y'], ['1 != 2 ? y : n', 'y'], ['< 2 ? y : n', '-ERR']])('cond %s', (text, expected) => expect(condition(text)).toBe(expected));
  it.each([['1+2', '3'], ['10-3*2', '4'], ['', '-ERR'], ['-ERR+3', '-ERR'], ['x', '-ERR']])('expr %s', (text, expected) => expect(arithmetic(text)).toBe(expected));
});
