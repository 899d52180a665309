// Runs the tests of a suite one after the other and says how each went: for suites that start a whole product, or a rig of their own, once for all their tests.
import { setTimeout as wait } from 'node:timers/promises';

/**
 * @param tests [name, test][], in this order; a test that could not be done here says why and answers 'skipped'.
 * @param options.wanted parts of names, the arguments of this process by default; none: all of them. before: ahead of each test, and its failure is the test's; after: behind
 * each, failed or not. onFailure(error): what else is to be said. limitMs: who takes longer has failed. chained: each builds on the one before, so that after a failure the
 * rest is not tried and counts as failed.
 * @returns { passed, failed, skipped }
 */
export async function runTests(tests, { wanted = process.argv.slice(2), before, after, onFailure, limitMs, chained = false } = {}) {
  let passed = 0, failed = 0, skipped = 0;
  for (const [name, test] of tests) {
    if (wanted.length && !wanted.some((part) => name.includes(part))) continue;
    if (chained && failed) { failed += 1; console.log(`✗ ${name}\n  not tried: the one before failed`); continue; }
    const begin = Date.now(), over = new AbortController();
    try {
      await before?.();
      const answer = await Promise.race([test(), ...(limitMs ? [wait(limitMs, null, { signal: over.signal }).then(() => { throw new Error(`not over after ${limitMs / 1000} s`); })] : [])]);
      if (answer === 'skipped') skipped += 1; else { passed += 1; console.log(`✓ ${name} (${Date.now() - begin} ms)`); }
    } catch (error) {
      failed += 1;
      console.log(`✗ ${name}\n${error.stack ?? error}`);
      await onFailure?.(error);
    } finally { over.abort(); }
    await after?.();
  }
  return { passed, failed, skipped };
}
/** The line that `npm test` counts, and the end of the process. */
export function finish({ passed, failed, skipped = 0 }) {
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exit(failed ? 1 : 0);
}
