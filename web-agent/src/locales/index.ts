import { createI18n } from 'vue-i18n';
import { uiZhCN } from '@ronghu/ui';
import { zhCN } from './zh-CN';

export const i18n = createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { ...zhCN, ui: uiZhCN } }, missingWarn: import.meta.env.DEV, fallbackWarn: false });
/** For stores, which have no component around them. */
export const t = (key: string, named: Record<string, unknown> = {}): string => i18n.global.t(key, named);
