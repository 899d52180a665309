import { createApi, createLive, useSession } from '@ronghu/ui/core';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { prepareSound } from './device/sound';
import { i18n } from './locales/i18n';
import { fetchAhead, router } from './router';
import './styles/mobile.css';

/** Dark by ambient choice: the same token names in their dark values (tokens.css, `.wall`). */
const dark = window.matchMedia('(prefers-color-scheme: dark)');
const follow = (): void => { document.documentElement.classList.toggle('wall', dark.matches); };
dark.addEventListener('change', follow);
follow();

createApi('mobile');
createLive('mobile');
prepareSound();
const app = createApp(App).use(createPinia()).use(i18n);
useSession().attach();
app.use(router).mount('#app');
void router.isReady().then(fetchAhead);
