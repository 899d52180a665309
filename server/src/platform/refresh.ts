const AGAIN_MS = 1_000;

/** Something read anew whenever others say that it changed: one reading at a time, one more when told meanwhile, and again each second until it could be read. */
export class Refresh {
  private asked = false;
  private running: Promise<void> | null = null;
  private closed = false;
  private wake: (() => void) | null = null;
  constructor(private readonly read: () => Promise<void>, private readonly failed: (error: unknown) => void, private readonly againMs = AGAIN_MS) {}
  ask(): void {
    this.asked = true;
    this.running ??= this.run().finally(() => { this.running = null; });
  }
  /** Resolves when nothing is being read any more. */
  async close(): Promise<void> { this.closed = true; this.wake?.(); await this.running; }

  private async run(): Promise<void> {
    while (this.asked && !this.closed) {
      this.asked = false;
      try { await this.read(); } catch (error) {
        this.failed(error);
        this.asked = true;
        await new Promise<void>((resolve) => { const timer = setTimeout(resolve, this.againMs); this.wake = () => { clearTimeout(timer); resolve(); }; });
      }
    }
  }
}
