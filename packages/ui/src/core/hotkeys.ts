import { computed, onScopeDispose, ref, shallowReactive, type ComputedRef } from 'vue';

/** A command that a key can run. `keys` is the default, in the form of `keysOf`. */
export interface HotkeyCommand { id: string; title: string; group: string; keys: string; run: () => void; enabled?: () => boolean }
export interface KeyLike { key: string; code: string; ctrlKey: boolean; altKey: boolean; shiftKey: boolean; metaKey: boolean }

/**
 * A key press as text: `Alt+A`, `Ctrl+Enter`, `F2`, `?`. Letters and digits are read from the key's place, since Alt changes the letter on some
 * layouts and an input method hides it. '' for a modifier alone.
 */
export function keysOf(event: KeyLike): string {
  if (['Control', 'Alt', 'Shift', 'Meta', 'Process', 'Dead'].includes(event.key)) return '';
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1] ?? /^Digit(\d)$/.exec(event.code)?.[1] ?? null;
  const modified = event.ctrlKey || event.altKey || event.metaKey;
  const name = event.key === ' ' ? 'Space' : event.key === '?' && !modified ? '?' : letter !== null ? letter : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const shift = event.shiftKey && name !== '?' ? 'Shift+' : '';
  return `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${shift}${name}`;
}

/** Whether keys may work while the person is typing: only those that type nothing. */
export function worksWhileTyping(keys: string): boolean { return /^(Ctrl\+|Alt\+)/.test(keys) || /^(Shift\+)?F\d{1,2}$/.test(keys); }

/** Defaults with the person's own changes over them; '' switches a command's key off. Unknown ids of old versions are ignored. */
export function effectiveKeys(commands: { id: string; keys: string }[], changed: Record<string, string>): Record<string, string> {
  return Object.fromEntries(commands.map((c) => [c.id, changed[c.id] ?? c.keys]));
}

/** Ids of the commands that would share `keys` with `id`. */
export function conflicts(keysById: Record<string, string>, id: string, keys: string): string[] {
  return keys === '' ? [] : Object.entries(keysById).filter(([other, k]) => other !== id && k === keys).map(([other]) => other);
}

const STORAGE = 'ronghu.hotkeys';
const commands = shallowReactive(new Map<string, HotkeyCommand>());
const changed = ref<Record<string, string>>(readChanges());
let listening = false;

/** Registers commands until the surrounding Vue scope ends. */
export function useHotkeys(list: HotkeyCommand[]): void {
  for (const command of list) commands.set(command.id, command);
  if (!listening) { listening = true; window.addEventListener('keydown', onKeyDown); }
  onScopeDispose(() => { for (const command of list) if (commands.get(command.id) === command) commands.delete(command.id); });
}

/** What the `?` sheet shows and changes. */
export function useHotkeySheet(): { rows: ComputedRef<{ id: string; title: string; group: string; keys: string; isDefault: boolean }[]>; change: (id: string, keys: string) => string[]; reset: () => void } {
  const rows = computed(() => [...commands.values()].map((c) => ({ id: c.id, title: c.title, group: c.group, keys: changed.value[c.id] ?? c.keys, isDefault: changed.value[c.id] === undefined })));
  return {
    rows,
    /** Sets the keys of a command; answers the titles in conflict, and then changes nothing. */
    change(id, keys) {
      const clash = conflicts(effectiveKeys([...commands.values()], changed.value), id, keys);
      if (clash.length === 0) { changed.value = { ...changed.value, [id]: keys }; localStorage.setItem(STORAGE, JSON.stringify(changed.value)); }
      return clash.map((other) => commands.get(other)?.title ?? other);
    },
    reset() { changed.value = {}; localStorage.removeItem(STORAGE); },
  };
}

/** Keys of a command for its tooltip, or ''. */
export function keysFor(id: string): string { return changed.value[id] ?? commands.get(id)?.keys ?? ''; }

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  const keys = keysOf(event);
  if (keys === '') return;
  const target = event.target as HTMLElement | null;
  const typing = target !== null && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));
  if (typing && !worksWhileTyping(keys)) return;
  for (const command of commands.values()) {
    if ((changed.value[command.id] ?? command.keys) !== keys || command.enabled?.() === false) continue;
    event.preventDefault();
    command.run();
    return;
  }
}

function readChanges(): Record<string, string> {
  if (typeof localStorage === 'undefined') return {};
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(STORAGE) ?? '{}');
    if (typeof parsed !== 'object' || parsed === null) return {};
    return Object.fromEntries(Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    return {};
  }
}
