import 'element-plus/dist/index.css';
import '@ronghu/ui/styles/tokens.css';
import '@ronghu/ui/styles/base.css';
import '@ronghu/ui/styles/element.css';
import '@ronghu/ui/styles/print.css';
import './shell/workstation.css';
import { createApi, createLive, useSession } from '@ronghu/ui/core';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { i18n } from './locales';
import { makeRouter } from './router';

createApi('agent');
// After an upgrade the parts of the old page are gone from the server: load the new one, once a minute at most. A call goes on, its draft is kept.
const RELOADED = 'ronghu.agent.reloaded';
window.addEventListener('vite:preloadError', (event) => {
  if (Date.now() - Number(sessionStorage.getItem(RELOADED) ?? 0) < 60_000) return;
  event.preventDefault();
  sessionStorage.setItem(RELOADED, String(Date.now()));
  location.reload();
});
const app = createApp(App);
app.use(createPinia());
const session = useSession();
session.attach();
// A refused connection means that the session is gone; asking who we are brings the person to the sign-in page if so.
createLive('agent', { onRefused: (message) => { if (message === 'UNAUTHENTICATED' && session.state === 'signedIn') session.expire(); } });
app.use(i18n);
app.use(makeRouter());
app.mount('#app');
