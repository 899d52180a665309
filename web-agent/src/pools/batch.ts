/** How one batch ended: how many were taken, and what kept the others. */
export interface BatchResult<T> { done: number; failed: { item: T; error: unknown }[] }

/** Runs one thing after another, so that a long batch neither floods the server nor stops at the first refusal. */
export async function runBatch<T>(items: readonly T[], each: (item: T) => Promise<unknown>): Promise<BatchResult<T>> {
  const result: BatchResult<T> = { done: 0, failed: [] };
  for (const item of items) {
    try { await each(item); result.done += 1; } catch (error) { result.failed.push({ item, error }); }
  }
  return result;
}
