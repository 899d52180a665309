import { createI18n } from 'vue-i18n';
import { uiZhCN } from '@ronghu/ui';
import { zhCN } from './locales/zh-CN';

/** One language today; texts stay out of the components so that a second one is a file. */
export const i18n = createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { ...zhCN, ui: uiZhCN } } });
