/** @jest-environment node */
import { sm2 } from 'sm-crypto';
import { sealPassword } from './seal';

test('what was sealed opens with the private key and holds password and nonce', () => {
  const pair = sm2.generateKeyPairHex();
  const sealed = sealPassword(pair.publicKey, '密码 P@ss', 'n-1');
  expect(sealed).toMatch(/^[0-9a-f]{100,4000}$/);
  expect(JSON.parse(sm2.doDecrypt(sealed, pair.privateKey, 1))).toEqual({ password: '密码 P@ss', nonce: 'n-1' });
});

test('sealing twice never gives the same text', () => {
  const { publicKey } = sm2.generateKeyPairHex();
  expect(sealPassword(publicKey, 'a', 'n')).not.toBe(sealPassword(publicKey, 'a', 'n'));
});
