import type { Readable } from 'node:stream';
import type { AttachmentView } from '@ronghu/contract';
import { AppError } from '../../platform/errors/app-error';
import { requireCompany, requirePermission, type Scope } from '../../platform/identity/scope';
import { safeName, sniff, type FileKind } from './file-kind.rules';
import { attachmentView } from './order-query.service';
import { requireOrder } from './order-scope';
import { orderStore, type AttachmentRecord } from './order.store';
import type { WorkOrderParts } from './ports';

/** 20 MB, as the contract says. */
export const MAX_ATTACHMENT_BYTES = 20_000_000;
export interface UploadFacts { companyId: number; name: string; stage: 'intake' | 'field'; takenAt: number | null; place: { lat: number; lng: number } | null }
export interface KeptFile { kind: FileKind; sm3: string; bytes: number }
export interface OpenedAttachment { name: string; mime: string; inline: boolean; size: number; start: number; end: number; stream: Readable }

/** Files of orders: kept by content in the blob store, named and guarded here. */
export class AttachmentService {
  constructor(private readonly d: WorkOrderParts) {}

  /**
   * Enters an upload that `keep` has stored; it hangs on no order until intake or `attach` claims it, and until then only its sender sees it.
   * @throws AppError NOT_FOUND for a company outside the caller's scope.
   */
  async enter(scope: Scope, facts: UploadFacts, { kind, sm3, bytes }: KeptFile): Promise<AttachmentView> {
    requirePermission(scope, 'order.read');
    requireCompany(scope, facts.companyId);
    const record: AttachmentRecord = { id: this.d.ids.next(), orderId: null, deviceUuid: null, name: safeName(facts.name, kind), mime: kind.mime, byteCount: bytes, kind: kind.kind, stage: facts.stage, sm3, takenAt: facts.takenAt, lat: facts.place?.lat ?? null, lng: facts.place?.lng ?? null, roundNo: 1, uploadedBy: scope.accountId, uploadedAt: this.d.clock.now() };
    await orderStore.addAttachment(this.d.shards.company(facts.companyId), record);
    return attachmentView(record, facts.companyId);
  }
  /**
   * Tells by the first bytes what the file is, then streams on to the blob store.
   * @throws AppError TOO_LARGE beyond 20 MB, UNSUPPORTED_FILE by content, whatever the name says.
   */
  async keep(source: AsyncIterable<Buffer>, maxBytes = MAX_ATTACHMENT_BYTES): Promise<KeptFile> {
    const parts: Buffer[] = [];
    const iterator = source[Symbol.asyncIterator]();
    let head = Buffer.alloc(0);
    while (head.length < 16) { const next = await iterator.next(); if (next.done) break; parts.push(next.value); head = Buffer.concat(parts); }
    const kind = sniff(head);
    if (!kind) { await iterator.return?.(undefined); throw new AppError('UNSUPPORTED_FILE', head.length === 0 ? '文件是空的，请重新选择' : '只能上传图片、视频、录音、PDF 或 ZIP 文件'); }
    async function* whole(): AsyncGenerator<Buffer> { yield head; for (;;) { const next = await iterator.next(); if (next.done) return; yield next.value; } }
    const stored = await this.d.blobs.put(whole(), { maxBytes });
    return { kind, ...stored };
  }
  /** Opens a file of an order the caller sees, or an own upload. `range`: bytes, both inclusive. */
  async open(scope: Scope, companyId: number, id: number, range?: { start: number; end: number }): Promise<OpenedAttachment> {
    requirePermission(scope, 'order.read');
    if (!scope.system && !this.d.shards.companyIds().includes(companyId)) throw new AppError('NOT_FOUND');
    const db = this.d.shards.company(companyId), a = await orderStore.attachment(db, id);
    if (!a) throw new AppError('NOT_FOUND', '没有找到该附件');
    if (a.orderId !== null) requireOrder(scope, await orderStore.find(db, a.orderId));
    else if (!scope.system && a.uploadedBy !== scope.accountId) throw new AppError('NOT_FOUND', '没有找到该附件');
    const blob = await this.d.blobs.open(a.sm3, range);
    return { name: a.name, mime: a.mime, inline: /^(image\/(jpeg|png|webp|gif)|audio\/(wav|mpeg|ogg|mp4)|video\/(mp4|webm))$/.test(a.mime), size: blob.size, start: blob.start, end: blob.end, stream: blob.stream };
  }
}
