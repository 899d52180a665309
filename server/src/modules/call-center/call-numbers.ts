import type { MaskedNumber } from '@ronghu/contract';

export interface NumberBox { open(sealed: string): string; masked(number: string): { masked: string; ref: string } }
const KEEP = 20_000;

/** Masks numbers on their way to a browser. A live call is shown many times a second, so its token is made once; tokens stay valid, only room is limited. */
export class CallNumbers {
  private readonly made = new Map<string, MaskedNumber>();
  constructor(private readonly box: NumberBox) {}
  open(sealed: string): string { return this.box.open(sealed); }
  masked(clear: string): MaskedNumber {
    const known = this.made.get(clear);
    if (known) return known;
    const masked = this.box.masked(clear);
    const oldest = this.made.size >= KEEP ? this.made.keys().next().value : undefined;
    if (oldest !== undefined) this.made.delete(oldest);
    this.made.set(clear, masked);
    return masked;
  }
}
