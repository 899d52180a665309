import { ElMessage, ElMessageBox } from 'element-plus';
import { errorText } from '../core';
import { uiZhCN } from './zh-CN';

const words = uiZhCN.reason;

/** Asks for the compulsory reason of an action; null when the person thought better of it. */
export async function askReason(options: { title: string; text?: string; confirm?: string; danger?: boolean; max?: number }): Promise<string | null> {
  const max = options.max ?? 200;
  try {
    const answer = await ElMessageBox.prompt(options.text ?? '', options.title, {
      inputType: 'textarea', inputPlaceholder: words.placeholder, confirmButtonText: options.confirm ?? words.confirm, cancelButtonText: words.cancel,
      confirmButtonClass: options.danger ? 'el-button--danger' : undefined, closeOnClickModal: false,
      inputValidator: (value: string) => (!value || value.trim() === '' ? words.need : value.trim().length > max ? `不能超过 ${max} 个字` : true),
    });
    return (answer as { value: string }).value.trim();
  } catch {
    return null;
  }
}

/** A yes or no before something that cannot be taken back by a click. */
export async function askConfirm(options: { title: string; text: string; confirm?: string; danger?: boolean }): Promise<boolean> {
  try {
    await ElMessageBox.confirm(options.text, options.title, { confirmButtonText: options.confirm ?? words.confirm, cancelButtonText: words.cancel, confirmButtonClass: options.danger ? 'el-button--danger' : undefined, closeOnClickModal: false });
    return true;
  } catch {
    return false;
  }
}

/** Runs an action; says how it ended. The answer, or null after a failure that the person has been told of. */
export async function act<T>(run: () => Promise<T>, done?: string): Promise<T | null> {
  try {
    const answer = await run();
    if (done !== undefined) ElMessage.success({ message: done, grouping: true });
    return answer;
  } catch (error) {
    tellFailure(error);
    return null;
  }
}

/** The failure as a message with its code. */
export function tellFailure(error: unknown): void {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? `（${error.code}）` : '';
  if (code === '（CANCELLED）') return;
  ElMessage.error({ message: `${errorText(error)}${code}`, duration: 6000, showClose: true, grouping: true });
}
