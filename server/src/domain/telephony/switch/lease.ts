import { SWITCH } from '@ronghu/contract';
import { AppError } from '../../../platform/errors/app-error';
import type { SwitchLink } from './switch-link';

/** What a node answers instead of obeying when it serves another epoch. */
export const FENCED = 'ronghu_fenced';
const { leaseUntil, leaseEpoch } = SWITCH.global;

/**
 * Makes a command conditional on the node: executed only while the node's epoch is ours, else the node answers `ronghu_fenced`.
 * Proved on FreeSWITCH 1.11.1; the outer `expand` chooses the command, the inner one runs it, so arguments pass through two expansions.
 * @throws AppError BAD_INPUT for `$` or a backslash, which those expansions would read.
 */
export function fence(line: string, epoch: number): string {
  const space = line.indexOf(' ');
  const verb = space < 0 ? line : line.slice(0, space);
  const rest = space < 0 ? '' : line.slice(space);
  if (/[$\\]/.test(line)) throw new AppError('BAD_INPUT', '发往语音交换的指令中不能含有 $ 或反斜杠');
  if (!/^[a-z_]{1,40}$/.test(verb)) throw new AppError('BAD_INPUT', '语音交换的指令名称不正确');
  return `expand expand \${cond('\${${leaseEpoch}}' == '${whole(epoch)}' ? ${verb} : echo ${FENCED})}${rest}`;
}

/**
 * Makes a node ours: writes our epoch unless it already knows a higher one. To be called at each `up`, before anything is commanded.
 * @returns false when a higher epoch rules there: this director must close its links.
 */
export async function claimLease(link: SwitchLink, epoch: number): Promise<boolean> {
  const claim = async (condition: string): Promise<boolean> => (await link.api(`expand expand \${cond(${condition})} ${leaseEpoch}=${whole(epoch)}`, { unfenced: true })).text === '+OK';
  // A node that was started anew has no epoch, and a comparison of nothing with a number is an error in the switch: asked for separately.
  if (await unlessFenced(claim(`'\${${leaseEpoch}}' == '' ? global_setvar : echo ${FENCED}`))) return true;
  return unlessFenced(claim(`\${${leaseEpoch}} > ${whole(epoch)} ? echo ${FENCED} : global_setvar`));
}

/**
 * Keeps the node's callers ours for some more seconds, on the node's own clock. Once a second; the lease lapses by itself.
 * @returns false when the node serves another epoch.
 */
export async function renewLease(link: SwitchLink, epoch: number, seconds = 3, timeoutMs = 1_500): Promise<boolean> {
  const renew = link.api(`expand expand \${cond('\${${leaseEpoch}}' == '${whole(epoch)}' ? global_setvar : echo ${FENCED})} ${leaseUntil}=\${expr(\${strepoch()}+${whole(seconds)})}`, { timeoutMs, unfenced: true });
  return unlessFenced(renew.then((reply) => reply.ok));
}

/** Gives the callers to the station at once: an orderly stop does not let them wait for the lapse. */
export async function releaseLease(link: SwitchLink, epoch: number): Promise<void> {
  await unlessFenced(link.api(`expand expand \${cond('\${${leaseEpoch}}' == '${whole(epoch)}' ? global_setvar : echo ${FENCED})} ${leaseUntil}=0`, { unfenced: true }).then((reply) => reply.ok));
}

async function unlessFenced(answer: Promise<boolean>): Promise<boolean> {
  try { return await answer; } catch (error) {
    if (error instanceof AppError && error.code === 'DIRECTOR_UNAVAILABLE') return false;
    throw error;
  }
}

function whole(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new AppError('BAD_INPUT', '租约的期号或秒数不正确');
  return value;
}
