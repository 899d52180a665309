const KEPT_MS = 10 * 60_000;

/** Runs a command once per key: who comes with the same key within ten minutes gets the same promise, also when it failed unknown. */
export class KeyedCommands {
  private readonly done = new Map<string, { at: number; result: Promise<unknown> }>();

  /**
   * @param check throws when nothing may be sent now; then nothing is remembered, for nothing went out.
   * @param send begins the command; from here on the outcome belongs to the key.
   */
  run<T>(key: string | undefined, check: () => void, send: () => Promise<T>): Promise<T> {
    if (key === undefined) { check(); return send(); }
    const known = this.done.get(key);
    const now = performance.now();
    if (known && now - known.at < KEPT_MS) return known.result as Promise<T>;
    check();
    this.sweep(now);
    const result = send();
    result.catch(() => undefined);
    this.done.delete(key);
    this.done.set(key, { at: now, result });
    return result;
  }

  /** Keys stand in the order of their time, so the old ones are at the front. */
  private sweep(now: number): void {
    for (const [key, entry] of this.done) {
      if (now - entry.at < KEPT_MS) return;
      this.done.delete(key);
    }
  }
}
