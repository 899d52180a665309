import { BATCH, decide, newControl, nextFile, RETRY_LIMIT_MS, retryDelay, sendable, settle, type SyncQueue } from './sync.rules';

const step = (seq: number, orderId = 1, fileUuid: string | null = null) => ({ stepId: `s${seq}`, deviceSeq: seq, orderId, fileUuid });
const file = (uuid: string, status: 'waiting' | 'stored' | 'refused' = 'waiting') => ({ uuid, status, code: status === 'refused' ? 'TOO_LARGE' : null, message: status === 'refused' ? '照片过大' : null });
const queue = (steps: ReturnType<typeof step>[], files: ReturnType<typeof file>[] = []): SyncQueue => ({ steps, files });
const wake = (at = 0, reason: 'start' | 'step' | 'timer' | 'interval' | 'live' | 'signedIn' = 'start') => ({ type: 'wake', at, reason }) as const;

describe('what goes next', () => {
  test('steps go in the device order whatever order the storage returns', () => {
    expect(sendable(queue([step(3), step(1), step(2)]), BATCH).map((s) => s.stepId)).toEqual(['s1', 's2', 's3']);
  });

  test('a photo that has not arrived holds back its own order only', () => {
    const q = queue([step(1), step(2, 1, 'f'), step(3), step(4, 2)], [file('f')]);
    expect(sendable(q, BATCH).map((s) => s.stepId)).toEqual(['s1', 's4']);
  });

  test('never more than fifty steps at once', () => {
    expect(sendable(queue(Array.from({ length: 70 }, (_, i) => step(i + 1))), BATCH)).toHaveLength(50);
  });

  test('the file of the earliest step is uploaded first, and none that no step waits for', () => {
    expect(nextFile(queue([step(5, 1, 'b'), step(2, 1, 'a')], [file('x'), file('b'), file('a')]))).toBe('a');
    expect(nextFile(queue([], [file('x')]))).toBeNull();
  });

  test('an acceptance does not wait for a slow photo, and its step does', () => {
    const control = newControl(1);
    const q = queue([step(1), step(2, 1, 'f')], [file('f')]);
    expect(decide(control, q, wake())).toEqual([{ kind: 'send', stepIds: ['s1'] }]);
    const rest = queue([step(2, 1, 'f')], [file('f')]);
    expect(decide(control, rest, { type: 'answered', at: 1, settled: 1 })).toEqual([{ kind: 'upload', uuid: 'f' }]);
    expect(decide(control, queue([step(2, 1, 'f')], [file('f', 'stored')]), { type: 'uploaded', at: 2 })).toEqual([{ kind: 'send', stepIds: ['s2'] }]);
  });

  test('with nothing waiting the newest snapshot is loaded once', () => {
    const control = newControl(1);
    expect(decide(control, queue([]), wake())).toEqual([{ kind: 'load' }]);
    expect(decide(control, queue([]), { type: 'loaded', at: 1 })).toEqual([]);
  });

  test('a live message during a load asks for another load, for the answer may be older than the message', () => {
    const control = newControl(1);
    decide(control, queue([]), wake());
    expect(decide(control, queue([]), wake(1, 'live'))).toEqual([]);
    expect(decide(control, queue([]), { type: 'loaded', at: 2 })).toEqual([{ kind: 'load' }]);
    expect(decide(control, queue([]), { type: 'loaded', at: 3 })).toEqual([]);
  });

  test('a step made while something is under way goes in the next round', () => {
    const control = newControl(1);
    decide(control, queue([]), wake());
    expect(decide(control, queue([step(1)]), wake(1, 'step'))).toEqual([]);
    expect(decide(control, queue([step(1)]), { type: 'loaded', at: 2 })).toEqual([{ kind: 'send', stepIds: ['s1'] }]);
  });
});

describe('faults', () => {
  const network = { kind: 'network', code: 'NETWORK', message: '网络不通' } as const;

  test('without network it waits longer each time and never longer than two minutes and a half', () => {
    const control = newControl(7);
    const q = queue([step(1)]);
    decide(control, q, wake());
    let last = 0;
    for (let round = 0; round < 12; round += 1) {
      const [effect] = decide(control, q, { type: 'failed', at: 1000, fault: network });
      if (effect?.kind !== 'wakeAt') throw new Error('a wait was expected');
      const delay = effect.at - 1000;
      expect(delay).toBeGreaterThan(last * 0.9 - 1);
      expect(delay).toBeLessThanOrEqual(RETRY_LIMIT_MS * 1.25);
      last = Math.min(delay, RETRY_LIMIT_MS * 0.5);
      expect(decide(control, q, wake(1000 + delay, 'timer'))).toEqual([{ kind: 'send', stepIds: ['s1'] }]);
    }
  });

  test('the regular interval respects the wait, the network coming back ends it', () => {
    const control = newControl(7);
    const q = queue([step(1)]);
    decide(control, q, wake());
    decide(control, q, { type: 'failed', at: 0, fault: network });
    expect(decide(control, q, wake(1, 'interval'))).toEqual([{ kind: 'wakeAt', at: control.notBefore }]);
    expect(decide(control, q, wake(2, 'live'))).toEqual([{ kind: 'send', stepIds: ['s1'] }]);
  });

  test('the waits of two devices differ', () => {
    expect(retryDelay(5, 0x12345678)).not.toBe(retryDelay(5, 0x9abcdef0));
  });

  test('a lapsed session stops everything until the person signs in, and loses nothing', () => {
    const control = newControl(1);
    const q = queue([step(1)]);
    decide(control, q, wake());
    expect(decide(control, q, { type: 'failed', at: 1, fault: { kind: 'session', code: 'UNAUTHENTICATED', message: '登录已失效' } })).toEqual([]);
    expect(decide(control, q, wake(2, 'interval'))).toEqual([]);
    expect(decide(control, q, wake(3, 'signedIn'))).toEqual([{ kind: 'send', stepIds: ['s1'] }]);
  });

  test('a step that spoils its batch is found alone, shown, and the others go on', () => {
    const control = newControl(1);
    const bad = { kind: 'refused', code: 'BAD_INPUT', message: '提交的内容不正确' } as const;
    decide(control, queue([step(1), step(2)]), wake());
    expect(decide(control, queue([step(1), step(2)]), { type: 'failed', at: 1, fault: bad })).toEqual([{ kind: 'send', stepIds: ['s1'] }]);
    expect(decide(control, queue([step(1), step(2)]), { type: 'failed', at: 2, fault: bad })).toEqual([
      { kind: 'keepRejected', stepId: 's1', code: 'BAD_INPUT', message: '提交的内容不正确' }, { kind: 'wakeAt', at: 2 }]);
    expect(decide(control, queue([step(2)]), wake(3, 'timer'))).toEqual([{ kind: 'send', stepIds: ['s2'] }]);
  });

  test('a file that the server will never take does not stop the rest: its step goes for the server to decide', () => {
    const control = newControl(1);
    const q = queue([step(1, 1, 'f'), step(2)], [file('f')]);
    expect(decide(control, q, wake())).toEqual([{ kind: 'upload', uuid: 'f' }]);
    expect(decide(control, q, { type: 'failed', at: 1, fault: { kind: 'refused', code: 'TOO_LARGE', message: '照片过大' } })[0])
      .toEqual({ kind: 'keepFileRefused', uuid: 'f', code: 'TOO_LARGE', message: '照片过大' });
    expect(decide(control, queue([step(1, 1, 'f'), step(2)], [file('f', 'refused')]), wake(2, 'timer'))).toEqual([{ kind: 'send', stepIds: ['s1', 's2'] }]);
  });

  test('a batch that the server wholly keeps waiting is not repeated at once', () => {
    const control = newControl(1);
    decide(control, queue([step(1)]), wake());
    expect(decide(control, queue([step(1)]), { type: 'answered', at: 10, settled: 0 })[0]?.kind).toBe('wakeAt');
  });
});

describe('answers', () => {
  test('a partial answer settles what it names and leaves the rest waiting', () => {
    const { updates } = settle(queue([step(1), step(2), step(3)]), ['s1', 's2', 's3'], [{ stepId: 's1', status: 'applied' }, { stepId: 's2', status: 'waiting' }]);
    expect(updates).toEqual([{ stepId: 's1', status: 'applied', code: null, message: null }]);
  });

  test('a refusal keeps its code and its sentence', () => {
    const { updates } = settle(queue([step(1)]), ['s1'], [{ stepId: 's1', status: 'rejected', code: 'STATE_CONFLICT', message: '工单已改派' }]);
    expect(updates).toEqual([{ stepId: 's1', status: 'rejected', code: 'STATE_CONFLICT', message: '工单已改派' }]);
  });

  test('answers to unknown steps, to steps not sent and second answers change nothing', () => {
    const { updates } = settle(queue([step(1), step(2)]), ['s1'], [
      { stepId: 'other', status: 'applied' }, { stepId: 's2', status: 'rejected' }, { stepId: 's1', status: 'applied' }, { stepId: 's1', status: 'rejected' }]);
    expect(updates).toEqual([{ stepId: 's1', status: 'applied', code: null, message: null }]);
  });

  test('a waiting photo whose file was stored is uploaded anew; one whose file was refused is shown as refused', () => {
    const q = queue([step(1, 1, 'a'), step(2, 2, 'b')], [file('a', 'stored'), file('b', 'refused')]);
    const { updates, reupload } = settle(q, ['s1', 's2'], [{ stepId: 's1', status: 'waiting' }, { stepId: 's2', status: 'waiting' }]);
    expect(reupload).toEqual(['a']);
    expect(updates).toEqual([{ stepId: 's2', status: 'rejected', code: 'TOO_LARGE', message: '照片过大' }]);
  });
});
