import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { VerifyReport } from '@ronghu/contract';
import type { Clock } from '../clock';
import type { Keys, Sm2Worker } from '../crypto';
import type { Sql } from '../database/db';
import type { HeadAnchor } from './anchor';
import { chainHead, FIRST_HEAD, headText, readMembers } from './chain';
import { auditSource, recordingSource, type ChainSource, type RecordedFile } from './sources';

/** A report names this many faults a chain; more would not help anybody. */
const MAX_BROKEN = 500;
interface Segment { id: number; seq_no: number; member_count: number; prev_head: string; head: string; signature: string; key_id: string; dropped_at: number | null }
interface Fault { segmentId: number; memberId: number | null; reason: string }

export interface VerifyParts { group: Sql; clock: Clock; keys: Pick<Keys, 'signing'>; sm2: Sm2Worker; recordingsDir: string; anchor?: HeadAnchor }

/**
 * Proves audit rows and recordings unbroken: signatures of the heads, links between segments, digest of every row, SM3 of every sound file.
 * Names the broken ones and the tail that is not sealed yet. Reads everything that is kept, so it takes as long as the disk needs.
 */
export async function verifyChains(parts: VerifyParts): Promise<VerifyReport> {
  const begin = parts.clock.now();
  const audit = await verifyChain(parts, auditSource);
  const recordings = await verifyChain(parts, recordingSource);
  return {
    at: begin, ok: audit.faults.length === 0 && recordings.faults.length === 0, tookMs: parts.clock.now() - begin,
    audit: { segments: audit.segments, rows: audit.members, broken: audit.faults.map((f) => ({ segmentId: f.segmentId, rowId: f.memberId, reason: f.reason })), unsealedRows: audit.unsealed.count, unsealedFrom: audit.unsealed.from },
    recordings: { segments: recordings.segments, files: recordings.members, broken: recordings.faults.map((f) => ({ recordingId: f.memberId ?? 0, reason: f.memberId === null ? `第 ${f.segmentId} 段：${f.reason}` : f.reason })), unsealed: recordings.unsealed.count },
  };
}

async function verifyChain(parts: VerifyParts, source: ChainSource): Promise<{ segments: number; members: number; faults: Fault[]; unsealed: { count: number; from: number | null } }> {
  const { group } = parts;
  const faults: Fault[] = [];
  const fault = (segmentId: number, memberId: number | null, reason: string): void => { if (faults.length < MAX_BROKEN) faults.push({ segmentId, memberId, reason }); };
  let prev = { seqNo: 0, head: FIRST_HEAD }, segments = 0, members = 0;
  const anchor = (await parts.anchor?.load(source.chain)) ?? null;
  let anchorSeen = anchor === null;
  for (;;) {
    const page = await group.query<Segment>('select id, seq_no, member_count, prev_head, head, signature, key_id, dropped_at from seal_segment where chain = $1 and seq_no > $2 order by seq_no limit 100', [source.chain, prev.seqNo]);
    for (const segment of page) {
      segments += 1;
      if (segment.seq_no !== prev.seqNo + 1) fault(segment.id, null, `第 ${prev.seqNo + 1} 至 ${segment.seq_no - 1} 号封存段缺失`);
      else if (segment.prev_head !== prev.head) fault(segment.id, null, '与上一封存段不相连');
      const key = parts.keys.signing.find((k) => k.id === segment.key_id);
      if (!key) fault(segment.id, null, `签名密钥 ${segment.key_id} 不在密钥文件中`);
      else if (!(await parts.sm2.verify(headText(source.chain, segment.seq_no, segment.member_count, segment.head), segment.signature, key.publicKey))) fault(segment.id, null, '段首签名不成立');
      if (anchor?.seqNo === segment.seq_no) { anchorSeen = true; if (anchor.head !== segment.head) fault(segment.id, null, '段首与库外留存的段首不符'); }
      members += await verifyMembers(parts, source, segment, fault);
      prev = { seqNo: segment.seq_no, head: segment.head };
    }
    if (page.length < 100) break;
  }
  if (!anchorSeen) fault(0, null, `库外留存到第 ${anchor?.seqNo ?? 0} 号封存段，库中缺失`);
  const strays = await group.query<{ id: number; segment_id: number }>(`select t.${source.idColumn} as id, t.segment_id from ${source.table} t left join seal_segment s on s.id = t.segment_id and s.chain = $1 where t.segment_id is not null and s.id is null limit 100`, [source.chain]);
  for (const stray of strays) fault(stray.segment_id, stray.id, '所属封存段不存在');
  return { segments, members, faults, unsealed: await source.unsealedCount(group) };
}

async function verifyMembers(parts: VerifyParts, source: ChainSource, segment: Segment, fault: (segmentId: number, memberId: number | null, reason: string) => void): Promise<number> {
  const [text] = await parts.group.query<{ members: string }>('select members from seal_segment where id = $1', [segment.id]);
  const sealed = readMembers(text?.members ?? '');
  if (sealed.length !== segment.member_count || chainHead(segment.prev_head, sealed) !== segment.head) fault(segment.id, null, '成员清单与段首不符');
  if (segment.dropped_at !== null) return 0; // retention took the members, the head stays
  const present = new Map((await source.ofSegment(parts.group, segment.id)).map((m) => [m.id, m]));
  const noun = source.chain === 'audit' ? '审计行' : '录音记录';
  for (const { id, digest } of sealed) {
    const member = present.get(id);
    if (!member) { fault(segment.id, id, `${noun}被删除或被移出封存段`); continue; }
    present.delete(id);
    if (member.digest !== digest) fault(segment.id, id, `${noun}内容被改动`);
    const reason = member.file ? await fileFault(parts.recordingsDir, member.file) : null;
    if (reason) fault(segment.id, id, reason);
  }
  for (const id of present.keys()) fault(segment.id, id, `${noun}是封存后插入的`);
  return sealed.length;
}

/** Null when the sound file is there and unchanged. */
async function fileFault(root: string, file: RecordedFile): Promise<string | null> {
  const path = resolve(root, file.path);
  const inside = relative(resolve(root), path);
  if (inside.startsWith('..') || isAbsolute(inside)) return '录音文件路径在录音目录之外';
  const hash = createHash('sm3');
  try { await pipeline(createReadStream(path), hash); } catch (error) { return (error as NodeJS.ErrnoException).code === 'ENOENT' ? '录音文件缺失' : `录音文件不能读取（${(error as NodeJS.ErrnoException).code ?? '未知原因'}）`; }
  return hash.digest('hex') === file.sm3 ? null : '录音文件内容与封存时不符';
}
