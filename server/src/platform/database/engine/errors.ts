import { AppError } from '../../errors/app-error';

export type Failure = 'unique' | 'lost' | 'deadlock' | 'other';
/** PostgreSQL and KingbaseES by SQLSTATE, MySQL mode by name, DM by its number (DM8 程序员手册 appendix, 错误码). */
const UNIQUE = new Set(['23505', 'ER_DUP_ENTRY', 'ER_DUP_ENTRY_WITH_KEY_NAME', '-6602', '-6625']);
const DEADLOCK = new Set(['40P01', '40001', 'ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT', '-6403', '-6407']);
const LOST_CODE = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT', /* a server that has become a standby */ '25006', 'ER_OPTION_PREVENTS_STATEMENT', '57P01', '57P02', '57P03', '08006', '08001', '08003', 'PROTOCOL_CONNECTION_LOST', 'PROTOCOL_SEQUENCE_TIMEOUT', 'ER_SERVER_SHUTDOWN', 'ER_CON_COUNT_ERROR', 'ER_CONNECTION_KILLED', '-6010', '-6001', '-70028', '-70019']);
const LOST_TEXT = /ECONNREFUSED|ECONNRESET|EPIPE|connection terminated|timeout exceeded when trying to connect|terminating connection|the database system is (starting up|shutting down|in recovery)|client has encountered a connection error|connection is closed|closed state|connection lost|connection ended|网络通信异常|连接已关闭/i;

const codeOf = (error: unknown): string => { const e = error as { code?: unknown; errCode?: unknown } | null; return String(e?.code ?? e?.errCode ?? ''); };
/** What a driver's error means, the same on every wire. */
export function classify(error: unknown): Failure {
  const code = codeOf(error);
  if (UNIQUE.has(code)) return 'unique';
  if (DEADLOCK.has(code)) return 'deadlock';
  if (error instanceof AppError) return error.code === 'DATABASE_UNAVAILABLE' ? 'lost' : 'other';
  return LOST_CODE.has(code) || LOST_TEXT.test(error instanceof Error ? error.message : String(error)) ? 'lost' : 'other';
}
/** True for a unique violation, on any of the databases' wires. */
export const isUniqueViolation = (error: unknown): boolean => classify(error) === 'unique';
/** Turns a lost connection or a deadlock's victim into the error a person can act on; everything else passes. */
export function translate(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const failure = classify(error);
  if (failure === 'lost') return new AppError('DATABASE_UNAVAILABLE', undefined, undefined, error);
  return failure === 'deadlock' ? new AppError('CONFLICT', '数据正被其他操作占用，请稍后再试', undefined, error) : error;
}
