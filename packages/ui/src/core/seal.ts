// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- an ambient module has no import form, and each front end would have to list the file otherwise
/// <reference path="./sm-crypto.d.ts" />
import { sm2 } from 'sm-crypto';

/**
 * Seals a password for the way to the server: SM2 (C1C3C2, hex, without the leading 04) of JSON `{password, nonce}`. The nonce comes with the
 * public key and is good for one sign-in, so a recorded request cannot be replayed.
 */
export function sealPassword(publicKey: string, password: string, nonce: string): string {
  return sm2.doEncrypt(JSON.stringify({ password, nonce }), publicKey, 1);
}
