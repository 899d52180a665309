import { z } from 'zod';
import { route } from './route';
import { requiredText } from './common';

/** Settings are versioned documents; each save is a new version, older ones can be restored (ST traceability). */
export const SETTING_CODES = ['deadlineRules', 'workCalendar', 'kpiTargets', 'ivr', 'skillGroups', 'restReasons', 'revisitForm', 'resultTemplates', 'approvalRules'] as const;
export type SettingCode = (typeof SETTING_CODES)[number];
export interface SettingView { code: SettingCode; name: string; version: number; value: unknown; savedAt: number; savedBy: string; history: { version: number; savedAt: number; savedBy: string; reason: string }[] }
const P = z.strictObject({ code: z.enum(SETTING_CODES) });
export const settingsRoutes = {
  setting: route<SettingView>()({ method: 'GET', path: '/settings/:code', permission: 'setting.read', params: P }),
  settingSave: route<SettingView>()({ method: 'PUT', path: '/settings/:code', permission: 'setting.write', params: P, body: z.strictObject({ value: z.unknown(), baseVersion: z.number().int(), reason: requiredText(200) }) }),
  settingRestore: route<SettingView>()({ method: 'POST', path: '/settings/:code/restore', permission: 'setting.write', params: P, body: z.strictObject({ version: z.number().int().min(1), reason: requiredText(200) }) }),
  systemState: route<{ at: number; version: string; database: string; directorConnected: boolean; directorEpoch: number | null; switchConnected: boolean; callsInProgress: number; liveConnections: number; outboxWaiting: number; phonesOnline: number; uptimeSeconds: number }>()({ method: 'GET', path: '/system/state', permission: 'system.read' }),
};
