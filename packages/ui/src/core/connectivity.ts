import { ref, type Ref } from 'vue';

/** Whether the server was reachable at the last attempt; drives the offline banner. Starts from what the browser believes. */
export const online: Ref<boolean> = ref(typeof navigator === 'undefined' || navigator.onLine !== false);

if (typeof window !== 'undefined') {
  window.addEventListener('offline', () => { online.value = false; });
  window.addEventListener('online', () => { online.value = true; });
}
