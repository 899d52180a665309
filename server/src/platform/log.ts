/** Structured log lines on standard error: time, severity, message, fields. Numbers and secrets are masked by whoever logs; errors keep their stack. */
export interface Log { info(message: string, fields?: Record<string, unknown>): void; warn(message: string, fields?: Record<string, unknown>): void; error(message: string, fields?: Record<string, unknown>): void }
const plain = (value: unknown): unknown => (value instanceof Error ? { message: value.message, code: (value as { code?: unknown }).code, stack: value.stack, cause: value.cause === undefined ? undefined : plain(value.cause) } : value);
/** @param write where a line goes; @param base fields of every line (process role). */
export function createLog(base: Record<string, unknown>, write: (line: string) => void = (line) => void process.stderr.write(line)): Log {
  const at = (severity: string) => (message: string, fields: Record<string, unknown> = {}) => write(`${JSON.stringify({ time: new Date().toISOString(), severity, message, ...base, ...Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, plain(v)])) })}\n`);
  return { info: at('info'), warn: at('warn'), error: at('error') };
}
export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
