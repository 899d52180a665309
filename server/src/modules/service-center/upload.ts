import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { Id, Millis } from '@ronghu/contract';
import { MAX_ATTACHMENT_BYTES, type KeptFile, type UploadFacts } from '../../domain/work-order';
import { readFormUpload } from '../../platform/http/form-upload';

const Fields = z.strictObject({ companyId: Id, stage: z.enum(['intake', 'field']).default('intake'), kind: z.string().max(20).optional(), takenAt: Millis.optional(), lat: z.coerce.number().min(-90).max(90).optional(), lng: z.coerce.number().min(-180).max(180).optional() });

/** One attachment and what is said of it. @throws AppError as `readFormUpload`. */
export async function readUpload(request: IncomingMessage, keep: (stream: AsyncIterable<Buffer>) => Promise<KeptFile>): Promise<{ facts: UploadFacts; kept: KeptFile }> {
  const { name, kept, fields: f } = await readFormUpload(request, { maxBytes: MAX_ATTACHMENT_BYTES, fields: 12 }, Fields, keep);
  return { kept, facts: { companyId: f.companyId, stage: f.stage, name, takenAt: f.takenAt ?? null, place: f.lat !== undefined && f.lng !== undefined ? { lat: f.lat, lng: f.lng } : null } };
}
