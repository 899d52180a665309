import { byteRange } from './byte-range';

describe('byteRange', () => {
  it.each<[string | undefined, ReturnType<typeof byteRange>]>([
    [undefined, null], ['bytes=0-', { start: 0, end: 99 }], ['bytes=10-19', { start: 10, end: 19 }], ['bytes=90-500', { start: 90, end: 99 }], ['bytes=-10', { start: 90, end: 99 }], ['bytes=-500', { start: 0, end: 99 }],
    ['bytes=100-', 'unsatisfiable'], ['bytes=-0', 'unsatisfiable'], ['bytes=20-10', null], ['bytes=0-1,5-6', null], ['items=0-1', null], ['bytes=-', null], ['bytes=a-b', null],
  ])('reads %s of 100 bytes', (header, expected) => { expect(byteRange(header, 100)).toEqual(expected); });
  it('has nothing to give of an empty file', () => { expect(byteRange('bytes=0-', 0)).toBe('unsatisfiable'); });
});
