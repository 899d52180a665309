import type { IncomingMessage } from 'node:http';
import busboy from 'busboy';
import type { z } from 'zod';
import { AppError } from '../errors/app-error';

/**
 * Reads one multipart form: the field `file` streams into `keep` while it arrives, the other fields follow in any order.
 * @param limits the file's bytes (one more is let through, so that whoever keeps it can tell) and how many other fields there may be.
 * @throws AppError BAD_INPUT (no file, more than one, wrong fields), and whatever `keep` throws. The rest of a refused request is read and thrown away.
 */
export async function readFormUpload<T, F>(request: IncomingMessage, limits: { maxBytes: number; fields: number }, schema: z.ZodType<F>, keep: (stream: AsyncIterable<Buffer>) => Promise<T>): Promise<{ name: string; kept: T; fields: F }> {
  let form: busboy.Busboy;
  try { form = busboy({ headers: request.headers, defParamCharset: 'utf8', limits: { files: 1, fields: limits.fields, fieldSize: 1000, fileSize: limits.maxBytes + 1, parts: limits.fields + 2 } }); } catch (error) { request.resume(); throw new AppError('BAD_INPUT', '请以 multipart/form-data 上传文件', undefined, error); }
  const fields: Record<string, string> = {};
  let name = '', kept: Promise<T> | null = null;
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
  const parsed = schema.safeParse(fields);
  if (!parsed.success) throw new AppError('BAD_INPUT', '上传的说明不正确', parsed.error.issues.slice(0, 10).map((i) => ({ path: i.path.join('.'), message: '格式不正确' })));
  return { name, kept: await (kept as Promise<T>), fields: parsed.data };
}
