import { defineStore } from 'pinia';
import { computed, getCurrentScope, onScopeDispose, ref } from 'vue';
import type { AgentView, CallView, PhoneBarState, PhoneCommand } from '@ronghu/contract';
import { ActionKey, learnServerTime, online, useApi, useLive } from '@ronghu/ui/core';
import { failureOf, tellFailure, type LoadFailure } from '@ronghu/ui';
import { answerCounts, phoneActions } from './phone.rules';

type CommandName = PhoneCommand['command'];

/** What the server said last about this agent's phone, and the commands to it. */
export const usePhone = defineStore('phone', () => {
  const agent = ref<AgentView | null>(null);
  const call = ref<CallView | null>(null);
  const restReasons = ref<string[]>([]);
  const waiting = ref(0);
  const longestWaitMs = ref(0);
  const allBusy = ref(false);
  const sending = ref<CommandName | null>(null);
  const failure = ref<LoadFailure | null>(null);
  const keys = new Map<CommandName, ActionKey>();
  /** Calls that this agent has talked in since the page was opened: those want a disposition. */
  const talked = ref(new Set<string>());
  /** Live messages about this phone so far; see `show`. */
  let heard = 0;
  const callHearers = new Set<(call: CallView, switchAt: number | null) => void>();

  const actions = computed(() => phoneActions({ agent: agent.value, call: call.value, sending: sending.value !== null, connected: online.value && useLive().state.value !== 'interrupted' }));

  function show(next: { agent: AgentView; call: CallView | null }, switchAt: number | null = null): void {
    agent.value = next.agent;
    call.value = next.call;
    if (next.call !== null && next.call.answeredAt !== null && next.agent.callState !== 'ringing' && next.agent.callState !== 'dialing') talked.value.add(next.call.callId);
    if (next.call !== null) for (const hear of callHearers) hear(next.call, switchAt);
  }

  /**
   * Takes an answer over HTTP. Answers and live messages travel on two roads: the messages come in order, but an answer may hold a state from
   * before a message that overtook it. So it counts only when no message has come since it was asked for (`asked`).
   */
  function take(state: PhoneBarState, asked: number): void {
    learnServerTime(state.serverTime);
    restReasons.value = state.restReasons;
    waiting.value = state.waiting;
    allBusy.value = state.allBusy;
    if (answerCounts(asked, heard)) show(state);
  }

  async function load(): Promise<void> {
    const asked = heard;
    try {
      take(await useApi().call('phoneState'), asked);
      failure.value = null;
    } catch (error) {
      failure.value = failureOf(error);
    }
  }

  /**
   * Sends one command. The same press repeated after a lost answer goes with the same key, so nothing rings twice. Answers whether the server took it;
   * a refusal has been told to the person.
   */
  async function send(command: PhoneCommand): Promise<boolean> {
    if (sending.value !== null) return false;
    const key = keys.get(command.command) ?? new ActionKey();
    keys.set(command.command, key);
    sending.value = command.command;
    const asked = heard;
    try {
      take(await key.run(command, (k) => useApi().call('phoneCommand', { body: command, key: k })), asked);
      failure.value = null;
      return true;
    } catch (error) {
      tellFailure(error);
      void load();
      return false;
    } finally {
      sending.value = null;
    }
  }

  /** Hears every change of the agent's call; `switchAt` with an offer only. Until the surrounding scope ends: the next person's shell hears for itself. */
  function onCall(hear: (call: CallView, switchAt: number | null) => void): void {
    callHearers.add(hear);
    if (getCurrentScope() !== undefined) onScopeDispose(() => callHearers.delete(hear));
  }

  /** Ties the store to the live connection; once, inside the shell's scope. */
  function listen(): void {
    const live = useLive();
    live.on('offer', (event, message) => {
      const now = agent.value;
      if (now === null) return;
      heard += 1;
      show({ agent: { ...now, callState: 'ringing', callId: event.call.callId, since: message.at }, call: event.call }, event.switchAt);
    });
    live.on('phone', (event) => { heard += 1; show(event); });
    live.on('queue', (event) => { waiting.value = event.waiting; longestWaitMs.value = event.longestWaitMs; allBusy.value = event.allBusy; });
    live.onReload(() => void load());
  }

  function clear(): void { agent.value = null; call.value = null; failure.value = null; }

  return { agent, call, restReasons, waiting, longestWaitMs, allBusy, sending, failure, talked, actions, load, send, listen, onCall, clear };
});
