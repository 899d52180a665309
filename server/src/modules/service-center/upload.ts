import type { IncomingMessage } from 'node:http';
import busboy from 'busboy';
import { z } from 'zod';
import { Id, Millis } from '@ronghu/contract';
import { MAX_ATTACHMENT_BYTES, type KeptFile, type UploadFacts } from '../../domain/work-order';
import { AppError } from '../../platform/errors/app-error';

const Fields = z.strictObject({ companyId: Id, stage: z.enum(['intake', 'field']).default('intake'), kind: z.string().max(20).optional(), takenAt: Millis.optional(), lat: z.coerce.number().min(-90).max(90).optional(), lng: z.coerce.number().min(-180).max(180).optional() });

/**
 * Reads one multipart form: the field `file` streams into `keep` while it arrives, the other fields follow in any order.
 * @throws AppError BAD_INPUT (no file, more than one, wrong fields), and whatever `keep` throws. The rest of a refused request is read and thrown away.
 */
export async function readUpload(request: IncomingMessage, keep: (stream: AsyncIterable<Buffer>) => Promise<KeptFile>): Promise<{ facts: UploadFacts; kept: KeptFile }> {
  let form: busboy.Busboy;
  try { form = busboy({ headers: request.headers, defParamCharset: 'utf8', limits: { files: 1, fields: 12, fieldSize: 1000, fileSize: MAX_ATTACHMENT_BYTES + 1, parts: 14 } }); } catch (error) { request.resume(); throw new AppError('BAD_INPUT', '请以 multipart/form-data 上传文件', undefined, error); }
  const fields: Record<string, string> = {};
  let name = '', kept: Promise<KeptFile> | null = null;
  try {
    await new Promise<void>((resolve, reject) => {
      form.on('field', (key, value) => { fields[key] = value; });
      form.on('file', (key, stream, info) => {
        if (key !== 'file') { reject(new AppError('BAD_INPUT', '文件字段应名为 file')); stream.resume(); return; }
        name = info.filename ?? '';
        kept = keep(stream);
        kept.catch((error) => { reject(error as Error); stream.resume(); });
      });
      form.on('filesLimit', () => reject(new AppError('BAD_INPUT', '一次只能上传一个文件')));
      form.on('partsLimit', () => reject(new AppError('BAD_INPUT', '表单项目过多')));
      form.on('close', resolve);
      form.on('error', (error) => reject(new AppError('BAD_INPUT', '上传内容不完整，请重新上传', undefined, error)));
      request.once('aborted', () => reject(new AppError('BAD_INPUT', '上传中断，请重新上传')));
      request.pipe(form);
    });
  } catch (error) {
    request.unpipe(form);
    request.resume();
    throw error;
  }
  if (!kept) throw new AppError('BAD_INPUT', '没有收到文件', [{ path: 'file', message: '不能为空' }]);
  const parsed = Fields.safeParse(fields);
  if (!parsed.success) throw new AppError('BAD_INPUT', '上传的说明不正确', parsed.error.issues.slice(0, 10).map((i) => ({ path: i.path.join('.'), message: '格式不正确' })));
  const f = parsed.data;
  return { kept: await (kept as Promise<KeptFile>), facts: { companyId: f.companyId, stage: f.stage, name, takenAt: f.takenAt ?? null, place: f.lat !== undefined && f.lng !== undefined ? { lat: f.lat, lng: f.lng } : null } };
}
