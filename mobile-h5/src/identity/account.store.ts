import type { Me } from '@ronghu/contract';
import { ApiError, useLive, useSession } from '@ronghu/ui/core';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { useField } from '../store/field.store';

const REMEMBERED = 'ronghu-m-me';
const LEAVING = 'ronghu-m-leaving';

function remembered(): Me | null {
  try { return JSON.parse(localStorage.getItem(REMEMBERED) ?? 'null') as Me | null; } catch { return null; }
}

/**
 * Whose phone this is. A phone that has been signed in once opens without network and without asking the server first; when the server later says
 * that the session is over, the work stays on the screen and a quiet line asks to sign in again.
 */
export const useAccount = defineStore('account', () => {
  const session = useSession();
  const field = useField();
  const me = shallowRef<Me | null>(remembered());
  const broken = ref(false);
  /** The server said that the session is over; the phone's own data is still open. */
  const lapsed = computed(() => me.value !== null && session.state === 'signedOut');
  const mustChangePassword = computed(() => session.mustChangePassword || me.value?.mustChangePassword === true);
  const mayWork = computed(() => me.value?.permissions.includes('order.field') === true);
  const mayApprove = computed(() => me.value?.permissions.includes('order.approve') === true);
  let booted: Promise<void> | null = null;

  async function enter(answer: Me): Promise<void> {
    me.value = answer;
    localStorage.setItem(REMEMBERED, JSON.stringify(answer));
    if (answer.mustChangePassword) return;
    if (answer.permissions.includes('order.field')) {
      try { await field.open(answer.accountId); broken.value = false; } catch { broken.value = true; }
    }
    useLive().connect();
    void navigator.storage?.persist?.();
  }

  /** Asks the server who this is. Without an answer the remembered person stays. */
  async function confirm(): Promise<void> {
    try {
      if (localStorage.getItem(LEAVING)) { await session.signOut(); localStorage.removeItem(LEAVING); return; }
      if (await session.load() && session.me) await enter(session.me);
    } catch (error) { if (!(error instanceof ApiError)) throw error; }
  }

  async function start(): Promise<void> {
    if (me.value) { await enter(me.value); void confirm(); } else await confirm();
  }
  /** Opens what is on the phone; runs once. */
  const boot = (): Promise<void> => (booted ??= start());

  async function signIn(login: string, password: string): Promise<void> {
    const before = me.value?.accountId;
    const answer = await session.signIn(login, password);
    localStorage.removeItem(LEAVING);
    if (before !== undefined && before !== answer.accountId) { field.close(); useLive().close(); }
    await enter(answer);
  }

  async function changePassword(old: string, fresh: string): Promise<void> {
    await session.changePassword(old, fresh);
    if (me.value) await enter({ ...me.value, mustChangePassword: false });
  }

  /** Leaves this phone. What waits stays in the account's storage; without network the server hears it at the next opening. */
  async function signOut(): Promise<void> {
    useLive().close();
    localStorage.removeItem(REMEMBERED);
    if (field.db) await field.forget();
    me.value = null;
    try { await session.signOut(); } catch { localStorage.setItem(LEAVING, '1'); }
  }

  return { me, broken, lapsed, mustChangePassword, mayWork, mayApprove, boot, signIn, signOut, changePassword };
});
