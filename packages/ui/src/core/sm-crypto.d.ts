declare module 'sm-crypto' {
  /** `mode` 1 is C1C3C2 (GM/T 0009), `cipherText` is hex without the leading 04. */
  export const sm2: {
    doEncrypt(message: string, publicKey: string, mode?: 0 | 1): string;
    doDecrypt(cipherText: string, privateKey: string, mode?: 0 | 1): string;
    generateKeyPairHex(): { publicKey: string; privateKey: string };
  };
}
