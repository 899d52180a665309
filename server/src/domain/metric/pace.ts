/**
 * Lets something happen at most once in `everyMs` a key: the first mark runs at once, later ones within the pause together at its end.
 * So a board hears of a single event without delay and of a storm five times a second.
 */
export class Pace {
  private readonly keys = new Map<string, { again: (() => void) | null; timer: NodeJS.Timeout }>();
  constructor(private readonly everyMs: number) {}

  mark(key: string, run: () => void): void {
    const pausing = this.keys.get(key);
    if (pausing) { pausing.again = run; return; }
    this.pause(key);
    run();
  }
  /** Drops what is still waiting. */
  stop(): void {
    for (const { timer } of this.keys.values()) clearTimeout(timer);
    this.keys.clear();
  }
  private pause(key: string): void {
    const timer = setTimeout(() => {
      const again = this.keys.get(key)?.again;
      this.keys.delete(key);
      if (again) { this.pause(key); again(); }
    }, this.everyMs);
    timer.unref();
    this.keys.set(key, { again: null, timer });
  }
}
