export { CryptoBox, type CryptoBoxOptions } from './crypto-box';
export { loadOrCreateKeys, rotateDataKey, type Keys } from './keys';
export { maskNumber, normaliseNumber } from './phone-number';
export { PasswordHasher, randomPassword } from './password';
export { sm2Decrypt, sm2Encrypt, sm2Sign, sm2Verify, Sm2Worker } from './sm2';
export { hmacSm3, sm3Hex } from './sm3';
