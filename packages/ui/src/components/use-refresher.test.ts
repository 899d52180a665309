import { effectScope } from 'vue';
import { useRefresher } from './use-refresher';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('a refresher', () => {
  it('asks once for a burst, soon after its first message', async () => {
    const asked = jest.fn(), refresh = useRefresher(asked, 400, 20);
    for (let i = 0; i < 10; i++) refresh();
    await jest.advanceTimersByTimeAsync(19);
    expect(asked).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(asked).toHaveBeenCalledTimes(1);
    await jest.advanceTimersByTimeAsync(2000);
    expect(asked).toHaveBeenCalledTimes(1);
  });
  it('never overtakes an answer that is slower than its pace, and asks again for what came meanwhile', async () => {
    let under = 0, most = 0, answers = 0;
    const refresh = useRefresher(async () => { most = Math.max(most, (under += 1)); await new Promise((r) => setTimeout(r, 1000)); under -= 1; answers += 1; }, 250, 20);
    for (let i = 0; i < 50; i++) { refresh(); await jest.advanceTimersByTimeAsync(100); }
    await jest.advanceTimersByTimeAsync(3000);
    expect(most).toBe(1);
    expect(answers).toBeGreaterThanOrEqual(5);
    const before = answers;
    await jest.advanceTimersByTimeAsync(5000);
    expect(answers).toBe(before);
  });
  it('is silent when its component is gone, also with an answer under way', async () => {
    const asked = jest.fn(() => new Promise<void>((r) => setTimeout(r, 500))), scope = effectScope();
    const refresh = scope.run(() => useRefresher(asked, 100, 10)) as () => void;
    refresh();
    await jest.advanceTimersByTimeAsync(200);
    refresh();
    await jest.advanceTimersByTimeAsync(100);
    scope.stop();
    await jest.advanceTimersByTimeAsync(5000);
    refresh();
    await jest.advanceTimersByTimeAsync(1000);
    expect(asked).toHaveBeenCalledTimes(1);
  });
});
