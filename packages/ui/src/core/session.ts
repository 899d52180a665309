import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { Me, Permission } from '@ronghu/contract';
import { ApiError } from './api-error';
import { useApi } from './request';
import { sealPassword } from './seal';
import { learnServerTime } from './server-clock';

export type SessionState = 'unknown' | 'signedOut' | 'signedIn';

/**
 * Who is signed in to this front end, and what they may do. `notice` is the sentence for the sign-in page when a session ended by itself.
 */
export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null);
  const state = ref<SessionState>('unknown');
  const notice = ref<string | null>(null);
  const mustChangePassword = ref(false);
  const permissions = computed(() => new Set<Permission>(me.value?.permissions ?? []));

  function enter(answer: Me): Me {
    me.value = answer;
    state.value = 'signedIn';
    notice.value = null;
    mustChangePassword.value = answer.mustChangePassword;
    learnServerTime(answer.serverTime);
    return answer;
  }

  /** The session ended without the person asking (expired, rights changed, signed out elsewhere). */
  function expire(sentence = '登录已失效，请重新登录'): void {
    if (state.value === 'signedIn') notice.value = sentence;
    me.value = null;
    state.value = 'signedOut';
  }

  /** Loads who is signed in; false when nobody is. Other failures are thrown: the page offers a retry. */
  async function load(): Promise<boolean> {
    try {
      enter(await useApi().call('me'));
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) { expire(); return false; }
      throw error;
    }
  }

  /** Signs in with the password sealed by SM2. Throws ApiError (BAD_CREDENTIALS, ACCOUNT_LOCKED, WRONG_FRONT_END). */
  async function signIn(login: string, password: string): Promise<Me> {
    const { publicKey, nonce } = await useApi().call('signInKey');
    return enter(await useApi().call('signIn', { body: { login: login.trim(), sealed: sealPassword(publicKey, password, nonce) } }));
  }

  /** Both passwords are sealed, each with a nonce of its own. */
  async function changePassword(oldPassword: string, newPassword: string): Promise<void> {
    const first = await useApi().call('signInKey');
    const second = await useApi().call('signInKey');
    await useApi().call('changePassword', { body: { sealedOld: sealPassword(first.publicKey, oldPassword, first.nonce), sealedNew: sealPassword(second.publicKey, newPassword, second.nonce) } });
    mustChangePassword.value = false;
    if (me.value !== null) me.value = { ...me.value, mustChangePassword: false };
  }

  async function signOut(): Promise<void> {
    try {
      await useApi().call('signOut');
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
    } finally {
      me.value = null;
      state.value = 'signedOut';
      notice.value = null;
    }
  }

  /** Whether the person has the right; pages hide or explain by it, the server decides. */
  const can = (permission: Permission | 'session' | 'public'): boolean => permission === 'session' || permission === 'public' || permissions.value.has(permission);

  /** Ties the store to the request client; called once in main.ts after `createApi` and pinia. */
  function attach(): void {
    useApi().hook({ onUnauthenticated: (error) => expire(error.message), onPasswordChangeRequired: () => { mustChangePassword.value = true; } });
  }

  return { me, state, notice, mustChangePassword, permissions, load, signIn, signOut, changePassword, expire, can, attach };
});

/** Short form for templates: `v-if="can('order.arrange')"`. */
export function can(permission: Permission | 'session' | 'public'): boolean { return useSession().can(permission); }
