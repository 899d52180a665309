import { Pace } from './pace';

describe('Pace', () => {
  beforeEach(() => { jest.useFakeTimers(); });
  afterEach(() => { jest.useRealTimers(); });

  it('runs the first mark at once and the storm behind it once at the end of the pause', () => {
    const pace = new Pace(200), seen: number[] = [];
    for (let i = 0; i < 50; i++) pace.mark('board:1', () => seen.push(i));
    expect(seen).toEqual([0]);
    jest.advanceTimersByTime(200);
    expect(seen).toEqual([0, 49]);
    jest.advanceTimersByTime(1000);
    expect(seen).toEqual([0, 49]);
  });
  it('never runs more often than five times a second a key, and keeps keys apart', () => {
    const pace = new Pace(200);
    let one = 0, two = 0;
    for (let ms = 0; ms < 1000; ms += 5) { pace.mark('board:1', () => { one += 1; }); if (ms === 500) pace.mark('board:2', () => { two += 1; }); jest.advanceTimersByTime(5); }
    expect(one).toBeLessThanOrEqual(6);
    expect(one).toBeGreaterThanOrEqual(5);
    expect(two).toBe(1);
  });
  it('is silent after it was stopped', () => {
    const pace = new Pace(200), seen: string[] = [];
    pace.mark('a', () => seen.push('now'));
    pace.mark('a', () => seen.push('later'));
    pace.stop();
    jest.advanceTimersByTime(1000);
    expect(seen).toEqual(['now']);
  });
});
