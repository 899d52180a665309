import type { RevisitForm } from '@ronghu/contract';

/** Keys of the required questions that have no answer yet. */
export function lackingAnswers(form: RevisitForm, answers: Record<string, string | number>): string[] {
  return form.questions.filter((q) => {
    if (!q.required) return false;
    const given = answers[q.key];
    return given === undefined || (typeof given === 'string' ? given.trim() === '' : given === 0);
  }).map((q) => q.key);
}
