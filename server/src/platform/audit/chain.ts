import { sm3Hex } from '../crypto';

export type ChainName = 'audit' | 'recording';
/** One sealed thing: its id, when it was made and the SM3 of its content. */
export interface Member { id: number; at: number; digest: string }
/** Head before the first segment of a chain. */
export const FIRST_HEAD = '0'.repeat(64);

/** Head of a segment: SM3 carried from the former head over each member in order. A member changed, left out, added or moved changes it. */
export function chainHead(prevHead: string, members: readonly { id: number; digest: string }[]): string {
  let head = sm3Hex(prevHead);
  for (const { id, digest } of members) head = sm3Hex(`${head}|${id}|${digest}`);
  return head;
}
/** What is signed: chain, place in the chain, length and head. */
export const headText = (chain: ChainName, seqNo: number, count: number, head: string): string => `ronghu|${chain}|${seqNo}|${count}|${head}`;
export const writeMembers = (members: readonly Member[]): string => members.map((m) => `${m.id} ${m.digest}`).join('\n');
export const readMembers = (text: string): { id: number; digest: string }[] => text.split('\n').filter(Boolean).map((line) => { const at = line.indexOf(' '); return { id: Number(line.slice(0, at)), digest: line.slice(at + 1) }; });

/** Digest of a row: column by column, each with its length, so that text cannot slide from one column into the next. */
export function rowDigest(values: readonly (string | number | boolean | null)[]): string {
  return sm3Hex(values.map((v) => (v === null ? '~' : `${String(v).length}:${String(v)}`)).join('|'));
}
