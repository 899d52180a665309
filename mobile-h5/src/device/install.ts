import { ref } from 'vue';

interface InstallPrompt extends Event { prompt(): Promise<void> }
let offered: InstallPrompt | null = null;
/** Whether the browser offers to put the app on the home screen now. */
export const installable = ref(false);
export const standalone = window.matchMedia('(display-mode: standalone)').matches;

window.addEventListener('beforeinstallprompt', (event) => {
  event.preventDefault();
  offered = event as InstallPrompt;
  installable.value = true;
});
window.addEventListener('appinstalled', () => { offered = null; installable.value = false; });

export async function install(): Promise<void> {
  await offered?.prompt();
  offered = null;
  installable.value = false;
}
