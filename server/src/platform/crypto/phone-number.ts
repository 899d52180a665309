/** Spaces, hyphens (also the typographic ones), brackets, dots and full-width forms that people and switches put between digits. */
const SEPARATORS = /[\s\-‐-―－().·（）]/g;

/** Most numbers come as they are written. */
const MOBILE = /^1[3-9]\d{9}$/;

/**
 * One written form for one Chinese telephone number, so that the blind index finds it however it was typed or signalled:
 * `+86 138 1234 5678`, `0086-13812345678`, `013812345678` → `13812345678`; `+86 451 8765 4321`, `(0451)87654321` → `045187654321`.
 * `areaCode` (with its 0) completes a local number of 7 or 8 digits. Short numbers and 400/800 numbers stay; foreign ones keep `+`.
 */
export function normaliseNumber(raw: string, areaCode?: string): string {
  if (MOBILE.test(raw)) return raw;
  let n = raw.normalize('NFKC').replace(SEPARATORS, '');
  if (/^00[1-9]/.test(n)) n = `+${n.slice(2)}`;
  if (n.startsWith('+86')) n = domestic(n.slice(3));
  else if (/^86(1[3-9]\d{9}|0?[2-9]\d{8,10})$/.test(n) && n.length >= 12) n = domestic(n.slice(2));
  if (n.startsWith('+')) return n;
  // Trunks and intercity dialling put a 0 before a mobile number.
  if (/^01[3-9]\d{9}$/.test(n)) return n.slice(1);
  if (areaCode && /^[2-9]\d{6,7}$/.test(n)) return `${areaCode}${n}`;
  return n;
}
/** After the country code the 0 of the area code is dropped abroad; here it belongs to the number. */
function domestic(rest: string): string {
  if (rest.startsWith('0') || /^1[3-9]\d{9}$/.test(rest) || /^[48]00\d{7}$/.test(rest) || rest.length < 9) return rest;
  return `0${rest}`;
}

/**
 * Masks a number for the screen (appendix 2, no. 36): `138****5678`; a landline keeps area code and last four (`0451****4321`);
 * four to seven digits keep the first and last two at most; three digits or fewer (hotlines) are shown.
 */
export function maskNumber(number: string): string {
  if (number.length <= 3) return number;
  if (number.length <= 7) return `${number.slice(0, 1)}${'*'.repeat(Math.max(2, number.length - 3))}${number.slice(-2)}`;
  const landline = /^0\d{9,11}$/.test(number);
  const head = landline ? number.slice(0, /^0[12]\d/.test(number) ? 3 : 4) : number.slice(0, 3);
  return `${head}****${number.slice(-4)}`;
}
