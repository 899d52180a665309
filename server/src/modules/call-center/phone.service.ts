import type { PhoneBarState, PhoneCommand } from '@ronghu/contract';
import { maskCall, type LiveCall } from '../../domain/telephony/director-protocol';
import type { Clock } from '../../platform/clock';
import { AppError } from '../../platform/errors/app-error';
import { requireCompany, requirePermission, type Scope } from '../../platform/identity/scope';
import type { AgentOrders } from './agent-orders';
import { requireAgent, requireDirector, type DirectorPort, type Mask } from './director-port';

/** The phone bar of one agent: what is on the line and the buttons (CC-75, CC-83 and following). The director decides; this room only opens the door for the right person. */
export class PhoneService {
  constructor(private readonly d: { director: DirectorPort; mask: Mask; openRef(ref: string): string; clock: Clock; agentOrders: AgentOrders }) {}

  /** @throws AppError FORBIDDEN without an agent, DIRECTOR_UNAVAILABLE while the director is away. */
  state(scope: Scope): PhoneBarState {
    requirePermission(scope, 'phone.use');
    const agentId = requireAgent(scope), { director } = this.d;
    requireDirector(director);
    const agent = director.agents.get(agentId);
    if (!agent) throw new AppError('NOT_FOUND', '坐席资料尚未载入话务调度，请稍候刷新；若仍如此请联系管理员检查坐席是否启用');
    return this.bar(agent, (agent.callId && director.calls.get(agent.callId)) || null);
  }

  /**
   * Does one command as the caller's own agent. `key` goes to the director as it came, so that a repeat neither rings nor transfers twice.
   * @throws AppError the director's own refusal, or DIRECTOR_UNAVAILABLE.
   */
  async command(scope: Scope, command: PhoneCommand, key: string): Promise<PhoneBarState> {
    requirePermission(scope, 'phone.use');
    const agentId = requireAgent(scope), { director } = this.d;
    requireDirector(director);
    const result = await director.request('phone', { agentId, command, ...this.clearNumber(scope, command) }, key);
    return this.bar(result.agent, result.call);
  }

  private clearNumber(scope: Scope, command: PhoneCommand): { clearNumber?: string } {
    if (command.command !== 'dial') return {};
    if (command.companyId !== undefined) requireCompany(scope, command.companyId);
    if (command.ref === undefined && command.number === undefined) throw new AppError('BAD_INPUT', '请输入要拨打的号码', [{ path: 'number', message: '不能缺少' }]);
    // a masked number is dialled by its reference; who typed digits as well would not know which of the two rings
    if (command.ref !== undefined && command.number !== undefined) throw new AppError('BAD_INPUT', '号码和号码标识只能给出一个', [{ path: 'number', message: '与 ref 重复' }]);
    return command.ref === undefined ? {} : { clearNumber: this.d.openRef(command.ref) };
  }
  private bar(agent: PhoneBarState['agent'], call: LiveCall | null): PhoneBarState {
    const { queue, restReasons } = this.d.director, groups = new Set(agent.skillGroupIds);
    return {
      agent: this.d.agentOrders.fill(agent), call: call && maskCall(call, this.d.mask), restReasons,
      waiting: queue.calls.filter((waiting) => waiting.skillGroupId === null || groups.has(waiting.skillGroupId)).length, allBusy: queue.allBusy, serverTime: this.d.clock.now(),
    };
  }
}
