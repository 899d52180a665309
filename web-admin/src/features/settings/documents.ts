import type { OrderSource, OrderType, Urgency } from '@ronghu/contract';

/** Shapes of the setting documents as the forms edit them; the server's schemas decide. */
export interface DeadlineRules { version: number; rules: { type: OrderType | '*'; urgency: Urgency | '*'; source: OrderSource | '*'; minutes: number; clock: 'working' | 'calendar' }[]; nearDueShare: number; escalateEveryMinutes: number; escalateMax: number; revisitMinutes: number; revisitRetryMinutes: number; approvalMinutes: number }
export type Period = [string, string];
export interface WorkCalendar { version: number; utcOffsetMinutes: number; week: Record<string, Period[]>; makeUpPeriods: Period[]; days: Record<string, { kind: 'holiday' | 'workday'; name: string; periods?: Period[] }>; years: number[] }
export interface SkillRule { code: string; strategy?: string; fallback?: string; lastAgentWaitSeconds?: number; ringSeconds?: number; retrySeconds?: number; wrapUpSeconds?: number; missesToRest?: number; quickHangupSeconds?: number; restCap?: number; overflowLength?: number; overflowWaitSeconds?: number; overflowRings?: number; overflowTo?: string | null; bestLevelFirst?: boolean; rating?: boolean }
export type IvrCondition = { test: 'equals'; variable: string; value: string } | { test: 'present'; variable: string } | { test: 'matches'; variable: string; prefix: string } | { test: 'minutes'; from: number; to: number } | { test: 'weekday'; days: number[] };
export type IvrNode =
  | { kind: 'menu'; label: string; prompt: string; keys: Record<string, string>; labels?: Record<string, string>; invalidPrompt?: string; timeoutMs: number; retries: number; onFail: string }
  | { kind: 'prompt'; label: string; prompt: string; next: string }
  | { kind: 'collect'; label: string; prompt: string; variable: string; minDigits: number; maxDigits: number; terminator: '#' | '*' | 'none'; invalidPrompt?: string; timeoutMs: number; retries: number; next: string; onFail: string; secret?: boolean }
  | { kind: 'condition'; label: string; branches: { all: IvrCondition[]; next: string }[]; otherwise: string }
  | { kind: 'queue'; label: string; skillGroup: string; level?: number; priority?: number; prompt?: string }
  | { kind: 'hangUp'; label: string; prompt?: string };
export interface IvrFlow { code: string; name: string; start: string; nodes: Record<string, IvrNode> }
export interface Question { key: string; label: string; kind: string; options?: string[]; required: boolean; unit?: string }

/** A value of its own: the form changes it without touching what was loaded. */
export function copyOf<T>(value: T): T { return JSON.parse(JSON.stringify(value)) as T; }
/** A key for a new question or node that no other one has. */
export function freeKey(taken: string[], stem: string): string { for (let n = taken.length + 1; ; n++) if (!taken.includes(`${stem}${n}`)) return `${stem}${n}`; }
