import { randomUUID } from 'node:crypto';
import type { AgentView, PhoneCommand } from '@ronghu/contract';
import { AppError } from '../../../platform/errors/app-error';
import { agentLeg, consultedLeg, createCall, customerLeg } from '../call/call-model.rules';
import type { CallModel, Leg } from '../call/call.types';
import type { DirectorOps, LiveCall } from '../director-protocol';
import type { LiveAgent } from './agents';
import type { Core } from './core';
import type { Flow } from './flow';
import { KEPT } from './switch-moves';

type Command<K extends PhoneCommand['command']> = Extract<PhoneCommand, { command: K }>;
const refuse = (message: string): AppError => new AppError('STATE_CONFLICT', message);
/** Seconds a phone that waits for its customer may stand parked: the ring of the other side and a little more. */
const MARGIN_SECONDS = 10;
const CONSULT_SECONDS = 30;

/** The buttons of the phone bar, each checked against the state the agent is in (appendix 6), then done as a move of the switch. */
export class PhoneBar {
  /** Number or agent that a customer is being sent to, by leg. */
  private readonly sending = new Map<string, 'transfer' | 'consult' | 'dial'>();
  constructor(private readonly core: Core, private readonly flow: Flow) {
    flow.onParked = (call, leg, at) => this.parked(call, leg, at);
  }

  async command(agentId: number, command: PhoneCommand, key: string, clearNumber?: string): Promise<{ agent: AgentView; call: LiveCall | null }> {
    const agent = this.core.agents.get(agentId);
    if (!agent) throw new AppError('NOT_FOUND', '没有找到该坐席，可能已停用');
    await this.run(agent, command, key, clearNumber);
    return { agent: this.core.agents.view(agent), call: agent.callId ? this.core.live(agent.callId) : null };
  }

  private async run(agent: LiveAgent, command: PhoneCommand, key: string, clearNumber?: string): Promise<void> {
    const { core } = this, at = core.now, id = agent.config.agentId;
    switch (command.command) {
      case 'signIn': this.signIn(agent, at); return;
      case 'signOut': this.signOut(agent, at); return;
      case 'setReadiness': this.readiness(agent, command, at); return;
      case 'extendWrapUp': if (core.distributor.agents.get(id)?.readiness !== 'wrapUp') throw refuse('当前不在话后处理中，不能延长'); core.dispatch({ kind: 'wrapUpExtended', at, agentId: id, byMs: command.seconds * 1000 }); core.agents.keep(agent, at); core.pusher.agent(id); return;
      case 'endWrapUp': if (core.distributor.agents.get(id)?.readiness !== 'wrapUp') throw refuse('当前不在话后处理中'); core.dispatch({ kind: 'wrapUpEnded', at, agentId: id }); return;
      case 'dial': await this.dial(agent, command, clearNumber, key, at); return;
      default: this.link();
    }
    const { call, leg } = this.mine(agent);
    switch (command.command) {
      case 'answer':
        if (leg.answeredAt !== null) throw refuse('电话已经接起');
        await this.sure(core.moves.answerPhone(leg.uuid), '话机没有响应，请直接拿起话机接听');
        return;
      case 'refuse':
        if (leg.answeredAt !== null) throw refuse('电话已经接起，请使用挂机');
        await this.sure(core.moves.kill(leg.uuid, 'CALL_REJECTED'), '振铃已经结束');
        return;
      case 'hangUp': await this.hangUp(call, leg, id); return;
      case 'hold': await this.hold(call, leg, id, 'hold'); return;
      case 'resume': await this.resume(call, leg, id); return;
      case 'mute': case 'unmute': {
        if (!['talking', 'consulting', 'conferencing'].includes(agent.callState)) throw refuse('只有通话中才能静音');
        const on = command.command === 'mute';
        await this.sure(core.moves.mute(leg.uuid, on), '静音没有成功，通话可能已经结束');
        core.feed(call, { kind: 'muted', at, uuid: leg.uuid, muted: on });
        return;
      }
      case 'transfer': await this.transfer(call, agent, leg, command, key, at); return;
      case 'consult': await this.consult(call, agent, leg, command, key, at); return;
      case 'retrieve': await this.retrieve(call, leg, id); return;
      case 'completeTransfer': await this.complete(call, leg, id); return;
      case 'conference': await this.conference(call, leg, id); return;
      case 'sendDigits': {
        const customer = this.customer(call);
        if (agent.callState !== 'talking') throw refuse('只有通话中才能发送按键');
        await this.sure(core.moves.sendDigits(customer.uuid, command.digits), '按键没有发送成功，通话可能已经结束');
        core.feed(call, { kind: 'note', at, event: 'digits', text: `发送按键 ${command.digits.length} 位`, agentId: id });
      }
    }
  }

  private signIn(agent: LiveAgent, at: number): void {
    const { core } = this, id = agent.config.agentId;
    if (agent.presence === 'signedIn') return;
    if (!agent.config.extension) throw refuse('该坐席没有绑定话机，请联系管理员绑定后再签入');
    core.agents.presence(agent, 'signedIn', at, { cause: 'agent' });
    core.dispatch({ kind: 'agentSignedIn', at, agentId: id, readiness: core.deps.settings.signInReadiness });
    core.agents.keep(agent, at);
    core.pusher.agent(id);
  }
  private signOut(agent: LiveAgent, at: number, cause: 'agent' | 'leader' = 'agent'): void {
    const { core } = this, id = agent.config.agentId;
    if (agent.presence !== 'signedIn') return;
    if (agent.callState !== 'idle' && agent.callState !== 'ringing') throw refuse('通话还没有结束，不能签出');
    core.agents.presence(agent, 'signedOut', at, this.flow.operator ? { cause: 'leader', operatorId: this.flow.operator.operatorId, operatorName: this.flow.operator.operatorName } : { cause });
    core.dispatch({ kind: 'agentSignedOut', at, agentId: id });
    core.agents.keep(agent, at);
    core.pusher.agent(id);
  }
  private readiness(agent: LiveAgent, command: Command<'setReadiness'>, at: number): void {
    const { core } = this, id = agent.config.agentId;
    if (agent.presence !== 'signedIn') throw refuse('请先签入');
    const reason = command.readiness === 'rest' ? (command.restReason ?? core.config.restReasons[0] ?? null) : null;
    if (reason !== null && core.config.restReasons.length > 0 && !core.config.restReasons.includes(reason)) throw new AppError('BAD_INPUT', '小休原因不在设置的列表中', [{ path: 'restReason', message: '请从列表中选择' }]);
    const effects = core.dispatch({ kind: 'readinessSet', at, agentId: id, readiness: command.readiness, reason, cause: 'agent' });
    if (effects.some((e) => e.kind === 'refused' && e.reason === 'restCap')) throw refuse('小休人数已达上限，请稍后再申请');
    core.agents.keep(agent, at);
    core.pusher.agent(id);
  }
  /** A leader's or administrator's change (CC-75). */
  force(args: DirectorOps['agentForce']['args']): AgentView {
    const { core } = this, agent = core.agents.get(args.agentId), at = core.now;
    if (!agent) throw new AppError('NOT_FOUND', '没有找到该坐席，可能已停用');
    this.flow.operator = { agentId: args.agentId, operatorId: args.byAccountId, operatorName: args.byName };
    try {
      if (args.readiness === 'signedOut') this.signOut(agent, at, 'leader');
      else {
        if (agent.presence !== 'signedIn') throw refuse('该坐席没有签入，不能改变状态');
        core.dispatch({ kind: 'readinessSet', at, agentId: args.agentId, readiness: args.readiness, reason: args.reason, cause: 'leader' });
        core.agents.keep(agent, at);
      }
    } finally { this.flow.operator = null; }
    core.pusher.agent(args.agentId);
    return core.agents.view(agent);
  }

  private async hangUp(call: CallModel, leg: Leg, agentId: number): Promise<void> {
    // In a consultation the button ends the consultation, never the customer who waits.
    if (call.want === 'consult' && call.agentId === agentId) { await this.retrieve(call, leg, agentId); return; }
    await this.sure(this.core.moves.kill(leg.uuid, 'NORMAL_CLEARING'), '通话已经结束');
  }
  private async hold(call: CallModel, leg: Leg, agentId: number, want: 'hold' | 'consult'): Promise<void> {
    const { core } = this, customer = this.customer(call);
    if (call.phase !== 'connected' || call.agentId !== agentId || call.want !== 'talk' || leg.answeredAt === null) throw refuse(want === 'hold' ? '只有通话中才能保持' : '只有通话中才能咨询');
    core.feed(call, { kind: 'wants', at: core.now, want, by: agentId });
    try { await this.sure(core.moves.hold(customer.uuid), '保持没有成功，通话可能已经结束'); } catch (error) { core.feed(call, { kind: 'wants', at: core.now, want: 'talk', by: agentId }); throw error; }
    core.quietly('keep', core.moves.setVariables(customer.uuid, { [KEPT.want]: want }));
  }
  private async resume(call: CallModel, leg: Leg, agentId: number): Promise<void> {
    const customer = this.customer(call);
    if (call.want !== 'hold' || call.agentId !== agentId) throw refuse('当前没有保持的通话');
    await this.rejoin(call, customer, leg);
  }
  private async rejoin(call: CallModel, customer: Leg, leg: Leg): Promise<void> {
    const { core } = this;
    await this.sure(core.moves.bridge(customer.uuid, leg.uuid), '恢复没有成功，客户可能已经挂机');
    core.feed(call, { kind: 'wants', at: core.now, want: 'talk', by: leg.agentId });
    core.quietly('keep', core.moves.setVariables(customer.uuid, { [KEPT.want]: 'talk' }));
  }

  private async transfer(call: CallModel, agent: LiveAgent, leg: Leg, command: Command<'transfer'>, key: string, at: number): Promise<void> {
    const { core } = this, customer = this.customer(call), { to } = command;
    if (call.phase !== 'connected' || call.agentId !== agent.config.agentId || !['talk', 'hold'].includes(call.want)) throw refuse('只有通话中或保持中才能转接');
    if (to.kind === 'number') {
      const legUuid = randomUUID();
      core.feed(call, { kind: 'transferred', at, to: to.number });
      await this.apart(call, customer, leg);
      this.sending.set(legUuid, 'transfer');
      core.feed(call, { kind: 'legCreated', at, uuid: legUuid, role: 'consulted', label: to.number });
      const colleague = core.agents.ofExtension(to.number);
      this.flow.ring(call, legUuid, core.moves.ringNumber({ legUuid, callId: call.callId, extension: to.number, number: to.number, internal: colleague !== undefined, record: false, agentId: null, role: 'consulted', callerNumber: call.clearNumber, seconds: core.deps.settings.dialSeconds, parkSeconds: 5, key: `transfer:${key}` }));
      return;
    }
    if (call.direction !== 'inbound') throw refuse('呼出的电话请转接到号码');
    if (to.kind === 'agent') {
      const target = core.agents.get(to.agentId), slot = core.distributor.agents.get(to.agentId);
      if (!target || to.agentId === agent.config.agentId) throw refuse('不能转接给该坐席');
      if (!slot?.available) throw refuse(`${target.config.name} 当前不能接听，请选择其他坐席或先咨询`);
      core.feed(call, { kind: 'transferred', at, to: target.config.name });
      await this.apart(call, customer, leg);
      this.flow.requeue(call, at, { preferredAgentId: to.agentId, text: `转接给 ${target.config.name}` });
      return;
    }
    const group = core.groups.get(to.skillGroupId);
    if (!group || group.direction !== 'inbound') throw refuse('不能转接到该技能组');
    core.feed(call, { kind: 'transferred', at, to: group.name });
    await this.apart(call, customer, leg);
    this.flow.requeue(call, at, { groupId: to.skillGroupId, text: `转接到${group.name}` });
  }
  /** Customer to the music, agent free. The rating is disarmed first: the customer is not through yet. */
  private async apart(_call: CallModel, customer: Leg, leg: Leg): Promise<void> {
    const { core } = this;
    await core.moves.setVariables(customer.uuid, { transfer_after_bridge: null });
    await this.sure(core.moves.transfer(customer.uuid, 'wait'), '转接没有成功，客户可能已经挂机');
    core.quietly('free the agent', core.moves.kill(leg.uuid, 'NORMAL_CLEARING'));
  }

  private async consult(call: CallModel, agent: LiveAgent, leg: Leg, command: Command<'consult'>, key: string, at: number): Promise<void> {
    const { core } = this, legUuid = randomUUID();
    const target = command.to.kind === 'agent' ? core.agents.get(command.to.agentId) : undefined;
    if (command.to.kind === 'agent' && (!target?.config.extension || target.callState !== 'idle' || command.to.agentId === agent.config.agentId)) throw refuse('对方正忙或没有绑定话机，请稍后再咨询');
    const number = command.to.kind === 'number' ? command.to.number : (target?.config.extension ?? '');
    const wasHeld = call.want === 'hold';
    if (wasHeld && call.agentId === agent.config.agentId) { core.feed(call, { kind: 'wants', at, want: 'consult', by: agent.config.agentId }); core.quietly('keep', core.moves.setVariables(this.customer(call).uuid, { [KEPT.want]: 'consult' })); } else await this.hold(call, leg, agent.config.agentId, 'consult');
    // When the other side hangs up the agent's phone must not go with it: it parks, and the customer comes back.
    core.quietly('keep the phone', core.moves.setVariables(leg.uuid, { park_after_bridge: 'true' }));
    this.sending.set(legUuid, 'consult');
    core.feed(call, { kind: 'legCreated', at, uuid: legUuid, role: 'consulted', agentId: target?.config.agentId ?? null, label: target?.config.name ?? number });
    const order = { legUuid, callId: call.callId, extension: number, agentId: target?.config.agentId ?? null, role: 'consulted' as const, callerNumber: agent.config.extension ?? '', seconds: CONSULT_SECONDS, parkSeconds: 5, key: `consult:${key}` };
    const internal = target !== undefined || core.agents.ofExtension(number) !== undefined;
    this.flow.ring(call, legUuid, internal ? core.moves.ringPhone(order) : core.moves.ringNumber({ ...order, number, internal: false, record: false }));
  }
  private async retrieve(call: CallModel, leg: Leg, agentId: number): Promise<void> {
    const { core } = this, customer = this.customer(call), consulted = consultedLeg(call);
    if (call.want !== 'consult' || call.agentId !== agentId) throw refuse('当前没有咨询，不能接回');
    await this.rejoin(call, customer, leg);
    core.quietly('keep the phone', core.moves.setVariables(leg.uuid, { park_after_bridge: null }));
    if (consulted) core.quietly('end the consultation', core.moves.kill(consulted.uuid, consulted.answeredAt === null ? 'ORIGINATOR_CANCEL' : 'NORMAL_CLEARING'));
  }
  private async complete(call: CallModel, leg: Leg, agentId: number): Promise<void> {
    const { core } = this, customer = this.customer(call), consulted = consultedLeg(call), at = core.now;
    if (call.want !== 'consult' || call.agentId !== agentId || !consulted?.answeredAt) throw refuse('对方接听后才能完成转接');
    await this.sure(core.moves.bridge(customer.uuid, consulted.uuid), '转接没有成功，客户或对方可能已经挂机');
    // Told here too: the phone that is freed next must not look like an owner who left.
    core.feed(call, { kind: 'bridged', at, a: customer.uuid, b: consulted.uuid });
    core.quietly('keep', core.moves.setVariables(customer.uuid, { 'ronghu_agent_id': consulted.agentId, [KEPT.want]: 'talk' }));
    core.quietly('free the agent', core.moves.kill(leg.uuid, 'NORMAL_CLEARING'));
  }
  private async conference(call: CallModel, leg: Leg, agentId: number): Promise<void> {
    const { core } = this, customer = this.customer(call), consulted = consultedLeg(call);
    if (call.want !== 'consult' || call.agentId !== agentId || !consulted?.answeredAt) throw refuse('先咨询，对方接听后才能建立三方会议');
    core.feed(call, { kind: 'wants', at: core.now, want: 'conference', by: agentId });
    try { await this.sure(core.moves.conference(leg.uuid, customer.uuid, `ronghu-${call.callId}`), '会议没有建立成功，请接回客户后重试'); } catch (error) { core.feed(call, { kind: 'wants', at: core.now, want: 'consult', by: agentId }); throw error; }
    core.quietly('keep', core.moves.setVariables(customer.uuid, { [KEPT.want]: 'conference' }));
  }

  private async dial(agent: LiveAgent, command: Command<'dial'>, clearNumber: string | undefined, key: string, at: number): Promise<void> {
    const { core } = this, { config } = agent, number = clearNumber ?? command.number, slot = core.distributor.agents.get(config.agentId);
    this.link();
    if (!number || !/^\+?\d{3,20}$/.test(number)) throw new AppError('BAD_INPUT', '电话号码只能是 3 到 20 位数字', [{ path: 'number', message: '号码不正确' }]);
    if (agent.presence !== 'signedIn' || !config.extension) throw refuse('请先签入再拨号');
    if (agent.callState !== 'idle') throw refuse('当前有通话，不能拨号');
    if (slot?.readiness === 'rest' || slot?.readiness === 'suspended') throw refuse('小休或挂起时不能拨号，请先改变状态');
    if (!agent.phoneOnline) throw refuse('话机不在线，请检查话机后重试');
    const callId = randomUUID(), legUuid = randomUUID(), colleague = core.agents.ofExtension(number);
    const call = createCall({ callId, direction: colleague ? 'internal' : 'outbound', purpose: command.purpose, clearNumber: number, calledNumber: number, startedAt: at, node: core.deps.settings.node, callerKey: core.deps.blind(number), agentId: config.agentId, ownerId: config.agentId, orderId: command.orderId ?? null, orderCompanyId: command.companyId ?? null, companyId: command.companyId ?? config.companyId, stationId: config.stationId });
    core.calls.set(callId, call);
    core.feed(call, { kind: 'legCreated', at, uuid: legUuid, role: 'agent', agentId: config.agentId, label: config.extension });
    core.deps.journal.call({ record: core.record(call), final: false, source: 'director' });
    this.sending.set(legUuid, 'dial');
    const seconds = core.deps.settings.dialSeconds;
    this.flow.ring(call, legUuid, core.moves.ringPhone({ legUuid, callId, extension: config.extension, agentId: config.agentId, role: 'agent', callerNumber: number, seconds: 20, parkSeconds: seconds + MARGIN_SECONDS, key: `dial:${key}`, more: { ronghu_direction: call.direction, [KEPT.number]: number, [KEPT.purpose]: command.purpose, ...(command.orderId ? { [KEPT.orderId]: command.orderId } : {}), ...(command.companyId ? { [KEPT.orderCompanyId]: command.companyId } : {}) } }));
  }

  /** A leg of ours was answered, or gives early media, and waits: what it was rung for goes on. */
  private parked(call: CallModel, leg: Leg, at: number): void {
    const { core } = this, purpose = this.sending.get(leg.uuid), customer = customerLeg(call), agent = agentLeg(call);
    if (leg.role === 'customer') {
      if (!agent || call.direction === 'inbound' || leg.bridgedTo !== null) return;
      core.quietly('stop the ring-back tone', core.moves.stopSounds(agent.uuid));
      core.quietly('join the called one', core.moves.bridge(leg.uuid, agent.uuid));
      return;
    }
    if (purpose === undefined) return;
    this.sending.delete(leg.uuid);
    if (purpose === 'dial') { this.callOut(call, leg, at); return; }
    if (!customer || customer.endedAt !== null) { core.quietly('nobody left', core.moves.kill(leg.uuid, 'NORMAL_CLEARING')); return; }
    if (purpose === 'transfer') core.quietly('join the third', core.moves.bridge(customer.uuid, leg.uuid));
    else if (agent && call.want === 'consult') core.quietly('consult', core.moves.bridge(agent.uuid, leg.uuid));
    else core.quietly('nobody consults', core.moves.kill(leg.uuid, 'NORMAL_CLEARING'));
  }
  private callOut(call: CallModel, agentLegOf: Leg, at: number): void {
    const { core } = this, customerUuid = randomUUID();
    core.feed(call, { kind: 'legCreated', at, uuid: customerUuid, role: 'customer', label: '客户' });
    if (call.direction !== 'internal') core.quietly('ring-back tone', core.moves.ringback(agentLegOf.uuid));
    const internal = call.direction === 'internal', agent = core.agents.get(call.agentId);
    this.flow.ring(call, customerUuid, core.moves.ringNumber({ legUuid: customerUuid, callId: call.callId, extension: call.calledNumber, number: call.calledNumber, internal, record: true, agentId: null, role: 'customer', callerNumber: internal ? (agent?.config.extension ?? '') : core.deps.settings.displayNumber, seconds: core.deps.settings.dialSeconds, parkSeconds: 5, key: `out:${call.callId}`, more: { ronghu_direction: call.direction, [KEPT.purpose]: call.purpose } }));
  }

  private mine(agent: LiveAgent): { call: CallModel; leg: Leg } {
    const call = agent.callId ? this.core.calls.get(agent.callId) : undefined, leg = call && agent.legUuid ? call.legs.get(agent.legUuid) : undefined;
    if (!call || !leg || leg.endedAt !== null) throw refuse('当前没有通话');
    return { call, leg };
  }
  private customer(call: CallModel): Leg {
    const customer = customerLeg(call);
    if (!customer || customer.endedAt !== null) throw refuse('客户已经挂机');
    return customer;
  }
  private link(): void { if (this.core.deps.link.state !== 'up') throw new AppError('SWITCH_UNAVAILABLE'); }
  private async sure(command: Promise<{ ok: boolean; text: string }>, message: string): Promise<void> { if (!(await command).ok) throw refuse(message); }
}
