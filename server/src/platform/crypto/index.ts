export { CryptoBox, type CryptoBoxOptions } from './crypto-box';
export { PassphraseSealer, type KeySealer } from './key-sealer';
export { ACTIVE_AFTER_MS, KeyStore, loadOrCreateKeys, sealerFor, type Keys } from './keys';
export { SdfSealer, type Sdf } from './sdf';
export { maskNumber, normaliseNumber } from './phone-number';
export { PasswordHasher, randomPassword } from './password';
export { sm2Decrypt, sm2Encrypt, sm2Sign, sm2Verify, Sm2Worker } from './sm2';
export { hmacSm3, sm3Hex } from './sm3';
