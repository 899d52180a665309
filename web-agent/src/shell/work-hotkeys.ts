import { useRouter } from 'vue-router';
import { useHotkeys, type HotkeyCommand } from '@ronghu/ui/core';
import { t } from '../locales';
import type { PhoneAction } from '../phone/phone.rules';
import { nextStates } from '../phone/phone.rules';
import { usePhone } from '../phone/phone.store';
import { usePhoneBar } from '../phone/bar-actions';
import { useDeskEvents } from '../pop/desk-events';

/** Every function of the workstation by key (SC-27); the person may change each of them in the `?` sheet. */
export function useWorkHotkeys(open: { search: () => void; sheet: () => void }): void {
  const phone = usePhone();
  const bar = usePhoneBar();
  const router = useRouter();
  const desk = useDeskEvents();
  const command = (group: string, id: string, keys: string, run: () => void, enabled?: () => boolean, title = t(`shell.hotkeys.titles.${id}`)): HotkeyCommand => ({ id, keys, run, enabled, title, group: t(`shell.hotkeys.groups.${group}`) });
  const press = (action: PhoneAction, keys: string): HotkeyCommand => command('phone', action, keys, () => bar.press(action), () => phone.actions[action].enabled);
  const state = (key: string) => (): void => {
    const agent = phone.agent;
    const next = agent === null ? undefined : nextStates(agent, phone.restReasons).find((s) => s.key === key || (key === 'rest' && s.key.startsWith('rest:')));
    if (next !== undefined && next.disabled === null) void phone.send(next.command);
  };
  const go = (name: string, keys: string): HotkeyCommand => command('go', name, keys, () => void router.push({ name }));
  useHotkeys([
    press('answer', 'Alt+A'), press('hangUp', 'Alt+X'), press('hold', 'Alt+H'), press('mute', 'Alt+M'), press('transfer', 'Alt+T'), press('consult', 'Alt+C'), press('conference', 'Alt+G'), press('keypad', 'Alt+K'),
    command('state', 'ready', 'Alt+R', state('ready')), command('state', 'rest', 'Alt+B', state('rest')), command('state', 'busy', 'Alt+Z', state('busy')),
    command('state', 'endWrapUp', 'Alt+E', () => void phone.send({ command: 'endWrapUp' }), () => phone.agent?.readiness === 'wrapUp'),
    command('work', 'newOrder', 'Alt+N', () => { void router.push({ name: 'desk' }).then(() => desk.focusOrder()); }),
    command('work', 'submitOrder', 'Ctrl+Enter', () => desk.submitOrder()),
    command('work', 'search', 'Ctrl+K', open.search), command('work', 'sheet', '?', open.sheet),
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => command('work', `block${n}`, `Alt+${n}`, () => desk.openBlock(n - 1), undefined, t('shell.hotkeys.titles.block', { n }))),
    go('desk', 'F2'), go('pools', 'F3'), go('revisit', 'F4'), go('approvals', 'F6'), go('calls', 'F7'),
  ]);
}
