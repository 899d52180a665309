import { z } from 'zod';
import { route } from './route';
import { Id, PageQuery, requiredText, text, type Page } from './common';

/** Settings are versioned documents; each save is a new version, older ones can be restored (ST traceability). */
export const SETTING_CODES = ['deadlineRules', 'workCalendar', 'kpiTargets', 'ivr', 'skillGroups', 'restReasons', 'revisitForm', 'resultTemplates', 'approvalRules'] as const;
export type SettingCode = (typeof SETTING_CODES)[number];
export interface SettingView { code: SettingCode; name: string; version: number; value: unknown; savedAt: number; savedBy: string; history: { version: number; savedAt: number; savedBy: string; reason: string }[] }
/** One process: memory in bytes, lag the 99th percentile in ms, CPU a share of one core. `connections`: live connections of pages; null for a director, which has none. */
export interface SystemProcess { role: string; version: string; host: string; pid: number; startedAt: number; rssBytes: number; heapBytes: number; lagMs: number; cpuShare: number; connections: number | null; databaseConnections: { open: number; max: number; waiting: number } | null }
/** One shard; null figures: it does not answer. */
export interface SystemShard { name: string; companyId: number | null; engine: string; version: string | null; latencyMs: number | null; waiting: number | null; dead: number | null; timersDue: number | null }
/** A switch node of the configuration; `leaseAgeMs`: since it last acknowledged the centre's lease. Null where nobody can say. */
export interface SystemSwitchNode { name: string; up: boolean | null; leaseHeld: boolean | null; leaseAgeMs: number | null }
export interface SystemState {
  at: number; version: string; database: string; directorConnected: boolean; directorEpoch: number | null; switchConnected: boolean; callsInProgress: number; liveConnections: number; outboxWaiting: number; phonesOnline: number; uptimeSeconds: number;
  outboxDead: number; journalWaiting: number | null; processes: SystemProcess[]; shards: SystemShard[]; switchNodes: SystemSwitchNode[];
  disks: { name: string; totalBytes: number | null; freeBytes: number | null }[];
  /** The slowest of the last hour, over all processes. `sql` holds no parameters. */
  slowQueries: { at: number; shard: string; ms: number; sql: string; role: string }[]; slowQueryMs: number;
  certificates: { name: string; subject: string; validTo: number | null }[];
}
/** An event that some consumer refused too often. `shard`: `group` or `company:<id>`. `payload`: with names, numbers and texts masked. */
export interface DeadLetterRow { shard: string; id: number; companyId: number | null; companyName: string | null; kind: string; aggregate: string; aggregateId: string; at: number; setAsideAt: number | null; attempts: number; error: string; payload: unknown }
const Shard = z.string().regex(/^(group|company:\d{1,16})$/, '分片名称不正确');
const P = z.strictObject({ code: z.enum(SETTING_CODES) });
export const settingsRoutes = {
  setting: route<SettingView>()({ method: 'GET', path: '/settings/:code', permission: 'setting.read', params: P }),
  settingSave: route<SettingView>()({ method: 'PUT', path: '/settings/:code', permission: 'setting.write', params: P, body: z.strictObject({ value: z.unknown(), baseVersion: z.number().int(), reason: requiredText(200) }) }),
  settingRestore: route<SettingView>()({ method: 'POST', path: '/settings/:code/restore', permission: 'setting.write', params: P, body: z.strictObject({ version: z.number().int().min(1), reason: requiredText(200) }) }),
  deadLetters: route<Page<DeadLetterRow>>()({ method: 'GET', path: '/system/dead-letters', permission: 'system.read', query: PageQuery.extend({ kind: text(60).optional() }) }),
  /** Puts events back to be delivered anew, each with its full number of tries; those that are no dead letters any more are not counted. */
  deadLetterReplay: route<{ replayed: number }>()({ method: 'POST', path: '/system/dead-letters/replay', permission: 'event.replay', body: z.strictObject({ letters: z.array(z.strictObject({ shard: Shard, id: Id })).min(1).max(200), reason: requiredText(200) }) }),
  systemState: route<SystemState>()({ method: 'GET', path: '/system/state', permission: 'system.read' }),
};
