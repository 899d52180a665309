import type { Clock } from '../clock';
import type { Keys } from '../crypto';
import { Sm2Worker } from '../crypto';
import { takeLease } from '../bus/lease';
import type { Db } from '../database/db';
import type { Ids } from '../database/ids';
import { chainHead, FIRST_HEAD, headText, writeMembers, type ChainName } from './chain';
import { auditSource, recordingSource, type ChainSource } from './sources';
import type { HeadAnchor } from './anchor';

/** A segment is closed at this many members, or when its oldest member is this old; then `verify` counts it as sealed. */
const MAX_MEMBERS = 1000;
const MAX_AGE_MS = 60_000;
const LEASE_MS = 30_000;

export interface SealerParts { group: Db; ids: Ids; clock: Clock; keys: Pick<Keys, 'signing'>; sm2: Sm2Worker; holder: string; anchor?: HeadAnchor; warn?: (message: string, error: unknown) => void }

/**
 * Closes segments over audit rows and recordings: one process at a time (lease), each segment in one transaction with the marks on its members;
 * the place in the chain is unique, so even a lost lease cannot fork it.
 */
export class Sealer {
  private timer: NodeJS.Timeout | undefined;
  constructor(private readonly parts: SealerParts, private readonly sources: readonly ChainSource[] = [auditSource, recordingSource]) {}

  /** Seals what is due. `force` closes young and short segments too (before an export, at a clean stop, in tests). Returns the number of members sealed. */
  async seal(force = false): Promise<number> {
    const { group, clock, holder } = this.parts;
    if ((await takeLease(group, 'sealer', holder, clock.now(), LEASE_MS)) === null) return 0;
    let sealed = 0;
    for (const source of this.sources) {
      for (;;) {
        const count = await this.sealOne(source, force);
        sealed += count;
        if (count < MAX_MEMBERS) break;
      }
    }
    return sealed;
  }

  /** Runs by itself until `stop`; a failure is told to `warn` and tried again. */
  start(everyMs = 10_000): void {
    this.timer ??= setInterval(() => { void this.seal().catch((error) => this.parts.warn?.('sealing failed', error)); }, everyMs).unref();
  }
  stop(): void { if (this.timer) clearInterval(this.timer); this.timer = undefined; }

  private async sealOne(source: ChainSource, force: boolean): Promise<number> {
    const { group, ids, clock, keys, sm2, anchor } = this.parts;
    const members = await source.unsealed(group, MAX_MEMBERS);
    const oldest = members.reduce((at, m) => Math.min(at, m.at), Infinity);
    if (members.length === 0 || (!force && members.length < MAX_MEMBERS && clock.now() - oldest < MAX_AGE_MS)) return 0;
    const [last] = await group.query<{ seq_no: number; head: string }>('select seq_no, head from seal_segment where chain = $1 order by seq_no desc limit 1', [source.chain]);
    const seqNo = (last?.seq_no ?? 0) + 1, prevHead = last?.head ?? FIRST_HEAD;
    const head = chainHead(prevHead, members);
    const key = keys.signing[keys.signing.length - 1]!;
    const signature = await sm2.sign(headText(source.chain, seqNo, members.length, head), key.privateKey, key.publicKey);
    const id = ids.next();
    await group.transaction(async (tx) => {
      await tx.insertMany('seal_segment', [{ id, chain: source.chain, seq_no: seqNo, member_count: members.length, first_at: oldest, last_at: members.reduce((at, m) => Math.max(at, m.at), 0), prev_head: prevHead, head, members: writeMembers(members), signature, key_id: key.id, sealed_at: clock.now(), dropped_at: null }]);
      const marked = await tx.execute(`update ${source.table} set segment_id = $1 where segment_id is null and ${source.idColumn} in (${members.map((_, i) => `$${i + 2}`).join(',')})`, [id, ...members.map((m) => m.id)]);
      if (marked !== members.length) throw new Error(`sealing ${source.chain}: ${members.length} members, ${marked} marked`);
    });
    await anchor?.save(source.chain as ChainName, { seqNo, head });
    return members.length;
  }
}
