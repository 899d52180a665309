import { uuid } from './uuid';
import { ApiError } from './api-error';

/**
 * Idempotency keys by user action. The key stays the same while a person repeats an action whose outcome is not known (the answer was
 * lost), so that a second press cannot ring, dispatch or sign twice; it is renewed as soon as the server has answered for certain, or the
 * content has changed.
 */
export class ActionKey {
  private held: { content: string; key: string } | null = null;
  constructor(private readonly make: () => string = uuid) {}

  /** The key to send with this content. */
  for(content: unknown): string {
    const text = JSON.stringify(content) ?? '';
    if (this.held?.content !== text) this.held = { content: text, key: this.make() };
    return this.held.key;
  }

  /** Tell the outcome: `null` for success, else what was thrown. An uncertain failure keeps the key. */
  settle(error: unknown = null): void {
    if (error instanceof ApiError && error.uncertain) return;
    this.held = null;
  }

  /** Runs `send` with the key of this content and settles by its outcome. */
  async run<T>(content: unknown, send: (key: string) => Promise<T>): Promise<T> {
    try {
      const result = await send(this.for(content));
      this.settle();
      return result;
    } catch (error) {
      this.settle(error);
      throw error;
    }
  }
}
