export interface Server { url: string; stop(): Promise<void> }
/** Can be killed and started again on the same data. */
export interface Restartable extends Server { restart(): Promise<void> }
/** A server, or why there is none. */
export type Started<S extends Server = Restartable> = { skipped: string } | S;
export const servers = require('../harness/engines.cjs') as { startMariaDb(more?: string[]): Promise<Started>; startSeekDb(): Promise<Started>; seekDbMissing(): string | null; mariaDbMissing(): string | null }; // eslint-disable-line @typescript-eslint/no-require-imports

/** Prints why and counts as one skipped test; a skip is never silent. */
export function notRun(name: string, why: string): void {
  process.stderr.write(`跳过 ${name}：${why}\n`);
  describe(name, () => { test.skip(`not run: ${why}`, () => undefined); });
}
