import { ERRORS, type ErrorBody, type ErrorCode } from '@ronghu/contract';

/** Codes that arise in the browser itself: no connection, no answer in time, cancelled by the person, an answer that is not ours. */
export type ClientCode = 'OFFLINE' | 'TIMEOUT' | 'CANCELLED' | 'BAD_ANSWER';
const CLIENT_MESSAGES: Record<ClientCode, string> = {
  OFFLINE: '网络不通，请检查网络连接后重试',
  TIMEOUT: '服务器没有及时应答，请重试',
  CANCELLED: '操作已取消',
  BAD_ANSWER: '收到无法识别的应答，请刷新页面后重试',
};

/** Every failure of the request client. `message` is the Chinese sentence to show, `code` what the log has too. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(readonly code: ErrorCode | ClientCode | string, message: string, readonly status: number, readonly requestId: string | null = null, readonly details: { path: string; message: string }[] = []) {
    super(message);
  }

  static client(code: ClientCode): ApiError { return new ApiError(code, CLIENT_MESSAGES[code], 0); }

  /** From an HTTP answer; `body` may be anything. */
  static fromAnswer(status: number, body: unknown): ApiError {
    if (isErrorBody(body)) return new ApiError(body.code, body.message, status, body.requestId ?? null, body.details ?? []);
    if (status === 502 || status === 503 || status === 504) return new ApiError('UNREACHABLE', '服务暂时不可用，正在恢复，请稍后重试', status);
    if (status === 413) return new ApiError('TOO_LARGE', ERRORS.TOO_LARGE[1], status);
    return new ApiError('BAD_ANSWER', CLIENT_MESSAGES.BAD_ANSWER, status);
  }

  /** True when nobody knows whether the server did it: the same key must be used again. */
  get uncertain(): boolean { return this.code === 'OFFLINE' || this.code === 'TIMEOUT' || this.code === 'UNREACHABLE' || this.code === 'BAD_ANSWER'; }

  /** The sentence of one field, for forms. */
  detail(path: string): string | null { return this.details.find((d) => d.path === path || d.path.endsWith(`.${path}`))?.message ?? null; }
}

/** The Chinese sentence of anything thrown. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) return error.details.length > 0 && error.code === 'BAD_INPUT' ? `${error.message}：${error.details.map((d) => d.message).slice(0, 3).join('；')}` : error.message;
  return '页面出现意外错误，请刷新后重试';
}

function isErrorBody(body: unknown): body is ErrorBody {
  return typeof body === 'object' && body !== null && 'code' in body && 'message' in body && typeof body.code === 'string' && typeof body.message === 'string';
}
