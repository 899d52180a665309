import { formatTime } from '@ronghu/ui/core';
import { ORDER_TYPE_NAMES } from '@ronghu/contract';
import { i18n } from '../locales/i18n';
import type { LocalOrder } from '../work/derive.rules';
import { faultWord } from '../work/fault';

export type NotifyState = 'granted' | 'denied' | 'default' | 'unsupported';
export const notifyState = (): NotifyState => ('Notification' in window ? Notification.permission : 'unsupported');
export async function askNotify(): Promise<NotifyState> {
  return 'Notification' in window ? Notification.requestPermission() : 'unsupported';
}

/** Shows an arrival by the phone's own means while the app is in the background and still runs; no push service outside the network is involved. */
export function announce({ order }: LocalOrder): void {
  if (notifyState() !== 'granted' || document.visibilityState === 'visible' || !('serviceWorker' in navigator)) return;
  const { t } = i18n.global;
  const body = t('notify.body', { address: order.address, fault: faultWord(order), due: order.dueAt === null ? t('due.none') : t('due.at', { time: formatTime(order.dueAt) }) });
  void navigator.serviceWorker.ready.then((worker) => worker.showNotification(t('notify.title', { type: ORDER_TYPE_NAMES[order.type] }), { body, tag: `order-${order.id}`, icon: '/m/icon-192.png', data: { orderId: order.id } })).catch(() => undefined);
}
