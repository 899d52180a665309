import { maskText, maskValue } from './log-mask';

/** Structured log lines on standard error: time, severity, message, fields (`orderId`, `callId`, `requestId` where known). Errors keep their stack. */
export interface Log { info(message: string, fields?: Record<string, unknown>): void; warn(message: string, fields?: Record<string, unknown>): void; error(message: string, fields?: Record<string, unknown>): void }
/** Every line goes through the filter of log-mask.ts, whoever logs and whatever. @param write where a line goes; @param base fields of every line (process role). */
export function createLog(base: Record<string, unknown>, write: (line: string) => void = (line) => void process.stderr.write(line)): Log {
  const at = (severity: string) => (message: string, fields: Record<string, unknown> = {}) => write(`${JSON.stringify({ time: new Date().toISOString(), severity, message: maskText(message), ...base, ...(maskValue(fields) as Record<string, unknown>) })}\n`);
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
