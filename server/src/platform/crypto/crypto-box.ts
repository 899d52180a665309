import { AppError } from '../errors/app-error';
import type { Keys } from './keys';
import { maskNumber, normaliseNumber } from './phone-number';
import { deriveDataKey, openText, sealText, type DataKey } from './seal';
import { HmacSm3 } from './sm3';

export interface CryptoBoxOptions {
  /** With its 0: completes local numbers of 7 or 8 digits, for example `0451`. */
  areaCode?: string;
  /** Asked for an unknown key id; answers the keystore's keys when they have changed. */
  more?: () => Pick<Keys, 'data'> | null;
  now?: () => number;
}

/**
 * Keeps phone and identity numbers unreadable in the database and still findable (PF-32, PF-33): SM4 in the column with a key id, an HMAC-SM3
 * blind index for the whole number and for its last four digits. Knows nothing of tables or rights.
 */
export class CryptoBox {
  private keys = new Map<string, DataKey>();
  private order: { key: DataKey; activeFrom: number }[] = [];
  private readonly blindKey: HmacSm3;
  private readonly last4 = new Map<string, string>();

  constructor(keys: Pick<Keys, 'data' | 'blind'>, private readonly options: CryptoBoxOptions = {}) {
    this.adopt(keys);
    this.blindKey = new HmacSm3(Buffer.from(keys.blind, 'base64'));
  }

  /** Takes over keys that were added while running: the newest active one seals from now on, older ones open as before. */
  adopt(keys: Pick<Keys, 'data'>): void {
    this.order = keys.data.map((k) => ({ key: this.keys.get(k.id) ?? deriveDataKey(k.id, Buffer.from(k.master, 'base64')), activeFrom: k.activeFrom ?? 0 }));
    this.keys = new Map(this.order.map(({ key }) => [key.id, key]));
  }
  /** Id of the key that seals now. */
  get sealingId(): string { return this.current.id; }
  private get current(): DataKey {
    const last = this.order[this.order.length - 1] as { key: DataKey; activeFrom: number };
    if (last.activeFrom === 0) return last.key;
    const now = (this.options.now ?? Date.now)();
    for (let i = this.order.length - 1; i >= 0; i--) { const of = this.order[i] as { key: DataKey; activeFrom: number }; if (of.activeFrom <= now) return of.key; }
    return (this.order[0] as { key: DataKey }).key;
  }
  /** A text may be sealed by a key that another process added a moment ago: then the keystore is looked at once more. */
  private readonly keyOf = (id: string): DataKey | undefined => {
    const known = this.keys.get(id);
    if (known || !this.options.more || !/^k\d+$/.test(id)) return known;
    const keys = this.options.more();
    if (keys) this.adopt(keys);
    return this.keys.get(id);
  };

  /** The one written form of a number; see `normaliseNumber`. */
  normalise(number: string): string { return normaliseNumber(number, this.options.areaCode); }

  /** Seals any short text for a column. Sealing twice gives two texts: use `blind` to compare. */
  seal(plain: string): string { return sealText(this.current, 'column', plain); }
  /** Throws when the text was altered or its key is gone. */
  open(sealed: string): string { return openText(this.keyOf, 'column', sealed); }
  /** True when a text was sealed by an older key and should be sealed anew (re-seal job). */
  isStale(sealed: string): boolean { return !sealed.startsWith(`${this.current.id}.`); }

  /** HMAC-SM3 (64 hex digits) of the normalised whole number. */
  blind(number: string): string { return this.blindKey.hex('number|', this.normalise(number)); }
  /** HMAC-SM3 of the last four digits; fewer than four digits give the blind of all of them. */
  blindLast4(number: string): string {
    const tail = this.normalise(number).slice(-4);
    const known = this.last4.get(tail);
    if (known) return known;
    const blind = this.blindKey.hex('last4|', tail);
    if (this.last4.size < 20_000) this.last4.set(tail, blind);
    return blind;
  }
  /** HMAC-SM3 of an identity or card number, of another family than telephone numbers. */
  blindText(family: string, value: string): string { return this.blindKey.hex(`${family}|`, value); }

  /** A URL-safe token (≤ 200 characters) that names a number without showing it: for click-to-dial, binding and revealing. */
  numberRef(number: string): string { return sealText(this.current, 'ref', number); }
  /** Throws BAD_INPUT for a token that was not made here. */
  openRef(ref: string): string {
    try { return openText(this.keyOf, 'ref', ref); } catch (error) { throw new AppError('BAD_INPUT', '号码标识无效或已过期，请刷新页面后重试', [{ path: 'ref', message: '号码标识无效' }], error); }
  }
  /** What the API shows for a number in clear: masked text and its token. */
  masked(number: string): { masked: string; ref: string } { return { masked: maskNumber(number), ref: this.numberRef(number) }; }
}
