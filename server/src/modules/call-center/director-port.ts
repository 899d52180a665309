import type { AgentView, MaskedNumber, SkillGroupView } from '@ronghu/contract';
import type { DirectorEvents, DirectorHealth, DirectorOp, DirectorOps, LiveCall, QueueState } from '../../domain/telephony/director-protocol';
import type { Scope } from '../../platform/identity/scope';
import { AppError } from '../../platform/errors/app-error';

/** What this module asks of the director: DirectorClient fits. `agents`, `calls`, `queue`, `skillGroups` mirror what it last said. */
export interface DirectorPort {
  readonly agents: ReadonlyMap<number, AgentView>; readonly calls: ReadonlyMap<string, LiveCall>; readonly queue: QueueState; readonly skillGroups: SkillGroupView[]; readonly restReasons: string[];
  readonly health: DirectorHealth | null; readonly connected: boolean;
  request<O extends DirectorOp>(op: O, args: DirectorOps[O]['args'], key?: string): Promise<DirectorOps[O]['result']>;
  on<K extends keyof DirectorEvents>(kind: K, listener: (data: DirectorEvents[K]) => void): () => void;
  onLink(listener: (connected: boolean) => void): () => void;
}
/** Masks a clear number on its way out; fits CallNumbers. */
export type Mask = (clearNumber: string) => MaskedNumber;

/** A figure of a director that is away is not shown as if it were live. @throws AppError DIRECTOR_UNAVAILABLE */
export function requireDirector(director: DirectorPort): void {
  if (!director.connected) throw new AppError('DIRECTOR_UNAVAILABLE');
}
/** The caller's own agent, which is the only one the caller may act as. @throws AppError FORBIDDEN */
export function requireAgent(scope: Scope): number {
  if (scope.agentId === null) throw new AppError('FORBIDDEN', '当前账号没有坐席身份，不能使用电话');
  return scope.agentId;
}
/** Agents whose station lies in the scope (MC-10). */
export const reachesStation = (scope: Scope, stationId: number): boolean => scope.system || scope.orgIds.has(stationId);
