import { fit, PHOTO_BYTES, PHOTO_EDGE, shrink } from './photo';

describe('a photo for a bad network', () => {
  test('the longer edge is 1600 at most and nothing is enlarged', () => {
    expect(fit(4000, 3000, PHOTO_EDGE)).toEqual({ width: 1600, height: 1200 });
    expect(fit(3000, 4000, PHOTO_EDGE)).toEqual({ width: 1200, height: 1600 });
    expect(fit(640, 480, PHOTO_EDGE)).toEqual({ width: 640, height: 480 });
    expect(fit(10000, 1, PHOTO_EDGE)).toEqual({ width: 1600, height: 1 });
  });

  test('quality goes down before the size does', async () => {
    const tried: [number, number][] = [];
    const out = await shrink(async (edge, quality) => { tried.push([edge, quality]); return { size: edge * edge * quality * 0.3 }; });
    expect(out.size).toBeLessThanOrEqual(PHOTO_BYTES);
    expect(tried[0]).toEqual([1600, 0.82]);
    expect(tried.slice(0, 4).every(([edge]) => edge === 1600)).toBe(true);
  });

  test('a picture that will not shrink gives the smallest one found, not an endless search', async () => {
    let smallest = Infinity;
    const out = await shrink(async (edge, quality) => { const size = PHOTO_BYTES + edge * quality; smallest = Math.min(smallest, size); return { size }; });
    expect(out.size).toBe(smallest);
  });
});
