import { z } from 'zod';
import { route } from './route';
import { Id, Millis, PageQuery, text, type Page } from './common';
import type { OrderState } from './work-order';

/** The six group indicators (MC-33): one definition for live and history. `value` null when the denominator is 0. Rates in 0..1, response time in seconds. */
export const KPI_CODES = ['connectRate', 'responseTime', 'firstTimeFixRate', 'closureRate', 'satisfactionRate', 'overdueRate'] as const;
export type KpiCode = (typeof KPI_CODES)[number];
export const KPI_NAMES: Record<KpiCode, string> = { connectRate: '接通率', responseTime: '响应时长', firstTimeFixRate: '一次解决率', closureRate: '办结率', satisfactionRate: '满意率', overdueRate: '超时率' };
export interface KpiValue { code: KpiCode; name: string; value: number | null; numerator: number; denominator: number; unit: 'rate' | 'seconds'; target: number; betterWhen: 'higher' | 'lower'; formula: string; trend: { day: string; value: number | null; numerator: number; denominator: number }[] }
export interface OrderFigures { orgId: number; name: string; kind: 'group' | 'division' | 'company' | 'station' | 'worker'; byState: Partial<Record<OrderState, number>>; open: number; nearDue: number; overdue: number; supervised: number; todayNew: number; todayClosed: number; drillable: boolean }
export interface BoardView {
  /** False while the director is away: agents and waiting calls are then what it last said. */
  telephoneLive: boolean;
  at: number; orgId: number; waiting: number; longestWaitMs: number; agents: { ready: number; ringing: number; talking: number; held: number; wrapUp: number; rest: number; busy: number; signedIn: number; total: number };
  callsToday: { inbound: number; outbound: number; answered: number; abandoned: number; averageWaitSeconds: number | null; inIvr: number; talking: number }; byHour: { hour: number; inbound: number; answered: number }[];
  orders: OrderFigures; children: OrderFigures[]; kpis: KpiValue[];
}
export interface AuditRow { id: number; at: number; personName: string; login: string; action: string; target: string; detail: string; address: string; segmentId: number | null }
export interface VerifyReport { at: number; audit: { segments: number; rows: number; broken: { segmentId: number; rowId: number | null; reason: string }[]; unsealedRows: number; unsealedFrom: number | null }; recordings: { segments: number; files: number; broken: { recordingId: number; reason: string }[]; unsealed: number }; ok: boolean; tookMs: number }
const Range = { from: Millis.optional(), to: Millis.optional(), orgId: Id.optional() };
/** `request`: the second person's consent, where more rows leave than one person may take (PF-24). */
const ExportRange = { ...Range, request: Id.optional() };

export const monitorRoutes = {
  board: route<BoardView>()({ method: 'GET', path: '/board', permission: 'board.read', query: z.strictObject({ orgId: Id.optional() }) }),
  kpis: route<KpiValue[]>()({ method: 'GET', path: '/kpis', permission: 'kpi.read', query: z.strictObject(Range) }),
  /** Rows behind one indicator: `counted` = in the numerator. Order rows or call rows by indicator. */
  kpiRows: route<Page<{ kind: 'order' | 'call'; id: number | string; companyId: number | null; title: string; subtitle: string; at: number; counted: boolean; value: string }>>()({ method: 'GET', path: '/kpis/:code/rows', permission: 'kpi.read', params: z.strictObject({ code: z.enum(KPI_CODES) }), query: PageQuery.extend({ ...Range, counted: z.enum(['yes', 'no']).optional() }).strict() }),
  /** xlsx of exactly this list; sealed into the audit. */
  exportOrders: route<never>()({ method: 'GET', path: '/reports/orders.xlsx', permission: 'report.export', query: z.strictObject(ExportRange), response: 'file' }),
  exportCalls: route<never>()({ method: 'GET', path: '/reports/calls.xlsx', permission: 'report.export', query: z.strictObject(ExportRange), response: 'file' }),
  audit: route<Page<AuditRow>>()({ method: 'GET', path: '/audit', permission: 'audit.read', query: PageQuery.extend({ from: Millis.optional(), to: Millis.optional(), q: text(60).optional(), action: text(40).optional() }).strict() }),
  verify: route<VerifyReport>()({ method: 'POST', path: '/audit/verify', permission: 'audit.verify', body: z.strictObject({}) }),
};
