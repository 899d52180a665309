import type { FieldSnapshot, StepAnswer } from '@ronghu/contract';
import fc from 'fast-check';
import { SyncEngine, SyncFault, type SyncPorts } from './sync.engine';
import type { QueueFile, QueueStep } from './sync.rules';

/** What happens to one request on its way: the order of faults is drawn by the property. */
const MISHAPS = ['none', 'lostRequest', 'lostAnswer', 'busy', 'partial', 'crashBefore', 'crashAfter', 'fileLost'] as const;
type Mishap = (typeof MISHAPS)[number];
type Verdict = 'apply' | 'reject' | 'poison';
interface Row extends QueueStep { status: 'waiting' | 'applied' | 'rejected'; message: string | null }
const EMPTY: FieldSnapshot = { orders: [], templates: [], gone: [], serverTime: 0, personName: '', stationName: '' };

/** The server's side of the agreement: each UUID once, a file before its step, the earlier step of an order before the later. */
class FakeServer {
  readonly applied: string[] = [];
  readonly files = new Set<string>();
  private readonly answered = new Map<string, StepAnswer>();
  constructor(private readonly verdicts: Map<string, Verdict>) {}

  take(steps: QueueStep[]): StepAnswer[] {
    if (steps.some((step) => this.verdicts.get(step.stepId) === 'poison')) throw new SyncFault({ kind: 'refused', code: 'BAD_INPUT', message: '提交的内容不正确' });
    const stuck = new Set<number>();
    return steps.map((step): StepAnswer => {
      const known = this.answered.get(step.stepId);
      if (known) return known;
      if (stuck.has(step.orderId) || (step.fileUuid !== null && !this.files.has(step.fileUuid))) { stuck.add(step.orderId); return { stepId: step.stepId, status: 'waiting' }; }
      const answer: StepAnswer = this.verdicts.get(step.stepId) === 'reject'
        ? { stepId: step.stepId, status: 'rejected', code: 'STATE_CONFLICT', message: '工单已改派给他人' } : { stepId: step.stepId, status: 'applied' };
      if (answer.status === 'applied') this.applied.push(step.stepId);
      this.answered.set(step.stepId, answer);
      return answer;
    });
  }
}

/** A phone with a storage that survives, an engine that does not, and a clock turned by hand. */
class FakePhone {
  readonly rows = new Map<string, Row>();
  readonly files = new Map<string, QueueFile>();
  private engine: SyncEngine | null = null;
  private timers: { at: number; run: () => void }[] = [];
  private clock = 0;
  private mishaps: Mishap[];
  private life = 0;

  constructor(private readonly server: FakeServer, mishaps: readonly Mishap[]) { this.mishaps = [...mishaps]; }

  add(orderId: number, withFile: boolean, verdict: Verdict, verdicts: Map<string, Verdict>): void {
    const deviceSeq = this.rows.size + 1;
    const fileUuid = withFile ? `f${deviceSeq}` : null;
    if (fileUuid) this.files.set(fileUuid, { uuid: fileUuid, status: 'waiting', code: null, message: null });
    this.rows.set(`s${deviceSeq}`, { stepId: `s${deviceSeq}`, deviceSeq, orderId, fileUuid, status: 'waiting', message: null });
    verdicts.set(`s${deviceSeq}`, verdict);
    void this.engine?.wake('step');
  }

  /** The app is killed and opened again: memory, timers and requests under way are gone, the storage stays. */
  restart(): void {
    this.engine?.stop();
    this.timers = [];
    this.life += 1;
    this.engine = new SyncEngine(this.ports(this.life), this.life);
    void this.engine.wake('start');
  }

  wakeOnline(): void { void this.engine?.wake('online'); }
  calm(): void { this.mishaps = []; }

  /** Lets everything run that can run at this moment, then turns the clock to the next timer. */
  async pass(turns: number): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) {
      for (let i = 0; i < 6; i += 1) await new Promise((resolve) => setImmediate(resolve));
      const next = this.timers.sort((a, b) => a.at - b.at).shift();
      if (!next) return;
      this.clock = Math.max(this.clock, next.at);
      next.run();
    }
  }

  private async travel<T>(life: number, reach: () => T): Promise<T> {
    const mishap = this.mishaps.shift() ?? 'none';
    await Promise.resolve();
    if (mishap === 'crashBefore') { this.restart(); return new Promise<T>(() => undefined); }
    if (mishap === 'lostRequest') throw new SyncFault({ kind: 'network', code: 'NETWORK', message: '网络不通' });
    if (mishap === 'busy') throw new SyncFault({ kind: 'server', code: 'DATABASE_UNAVAILABLE', message: '稍后再试' });
    if (mishap === 'fileLost') this.server.files.clear();
    const answer = reach();
    if (mishap === 'crashAfter') { this.restart(); return new Promise<T>(() => undefined); }
    if (mishap === 'lostAnswer' || life !== this.life) throw new SyncFault({ kind: 'network', code: 'NETWORK', message: '网络不通' });
    return mishap === 'partial' && Array.isArray(answer) ? answer.slice(0, Math.ceil(answer.length / 2)) as T : answer;
  }

  private ports(life: number): SyncPorts {
    const waiting = (): Row[] => [...this.rows.values()].filter((row) => row.status === 'waiting');
    return {
      queue: async () => ({ steps: waiting(), files: waiting().flatMap((row) => (row.fileUuid ? [this.files.get(row.fileUuid)!] : [])) }),
      upload: async (uuid) => { await this.travel(life, () => { this.server.files.add(uuid); }); },
      send: async (stepIds) => ({ answers: await this.travel(life, () => this.server.take(stepIds.map((id) => this.rows.get(id)!))), snapshot: EMPTY }),
      load: async () => this.travel(life, () => EMPTY),
      keepUploaded: async (uuid) => { this.files.get(uuid)!.status = 'stored'; },
      keepFileRefused: async (uuid, code, message) => { this.files.set(uuid, { uuid, status: 'refused', code, message }); },
      keepAnswers: async (updates, reupload) => {
        for (const update of updates) Object.assign(this.rows.get(update.stepId)!, { status: update.status, message: update.message });
        for (const uuid of reupload) this.files.get(uuid)!.status = 'waiting';
      },
      now: () => this.clock,
      later: (delay, run) => {
        const timer = { at: this.clock + delay, run };
        this.timers.push(timer);
        return () => { this.timers = this.timers.filter((other) => other !== timer); };
      },
      changed: () => undefined,
    };
  }
}

const plan = fc.array(fc.record({
  orderId: fc.integer({ min: 1, max: 3 }), withFile: fc.boolean(),
  verdict: fc.constantFrom<Verdict>('apply', 'apply', 'apply', 'reject', 'poison'), then: fc.constantFrom('go', 'go', 'pause', 'crash', 'online'),
}), { minLength: 1, maxLength: 25 });

describe('the phone and the server over a bad network', () => {
  test('every step arrives exactly once, in order, after its file; every refusal stays on the phone with its reason', async () => {
    await fc.assert(fc.asyncProperty(plan, fc.array(fc.constantFrom(...MISHAPS), { maxLength: 30 }), async (steps, mishaps) => {
      const verdicts = new Map<string, Verdict>();
      const server = new FakeServer(verdicts);
      const phone = new FakePhone(server, mishaps);
      phone.restart();
      for (const step of steps) {
        phone.add(step.orderId, step.withFile, step.verdict, verdicts);
        if (step.then === 'pause') await phone.pass(2);
        if (step.then === 'crash') phone.restart();
        if (step.then === 'online') phone.wakeOnline();
      }
      phone.calm();
      await phone.pass(400);
      const rows = [...phone.rows.values()];
      expect(rows.filter((row) => row.status === 'waiting')).toEqual([]);
      expect([...server.applied].sort()).toEqual(rows.filter((row) => row.status === 'applied').map((row) => row.stepId).sort());
      expect(new Set(server.applied).size).toBe(server.applied.length);
      for (const row of rows) {
        expect(row.status).toBe(verdicts.get(row.stepId) === 'apply' ? 'applied' : 'rejected');
        if (row.status === 'rejected') expect(row.message).toBeTruthy();
      }
      for (const orderId of [1, 2, 3]) {
        const arrived = server.applied.filter((id) => phone.rows.get(id)!.orderId === orderId).map((id) => phone.rows.get(id)!.deviceSeq);
        expect(arrived).toEqual([...arrived].sort((a, b) => a - b));
      }
    }), { numRuns: 300 });
  }, 60_000);

  test('twenty steps made offline arrive as twenty, once and in order (RC-15)', async () => {
    const verdicts = new Map<string, Verdict>();
    const server = new FakeServer(verdicts);
    const phone = new FakePhone(server, Array.from({ length: 8 }, () => 'lostRequest' as const));
    phone.restart();
    for (let i = 0; i < 20; i += 1) phone.add(1, i % 4 === 2, 'apply', verdicts);
    await phone.pass(100);
    expect(server.applied).toEqual(Array.from({ length: 20 }, (_, i) => `s${i + 1}`));
  });

  test('killed between sending and hearing the answer, the phone sends again and the server applies once', async () => {
    const verdicts = new Map<string, Verdict>();
    const server = new FakeServer(verdicts);
    const phone = new FakePhone(server, ['none', 'crashAfter']);
    phone.restart();
    await phone.pass(1);
    phone.add(1, false, 'apply', verdicts);
    await phone.pass(50);
    expect(server.applied).toEqual(['s1']);
    expect(phone.rows.get('s1')!.status).toBe('applied');
  });
});
