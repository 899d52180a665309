import type { RevisitForm } from '@ronghu/contract';
import { lackingAnswers } from './revisit.rules';

const form: RevisitForm = { version: 2, title: '回访', questions: [{ key: 'fixed', label: '是否修好', kind: 'single', options: ['是', '否'], required: true }, { key: 'score', label: '满意度', kind: 'score', required: true }, { key: 'words', label: '意见', kind: 'text', required: false }] };

test('only required questions without an answer keep the form back', () => {
  expect(lackingAnswers(form, {})).toEqual(['fixed', 'score']);
  expect(lackingAnswers(form, { fixed: ' ', score: 0 })).toEqual(['fixed', 'score']);
  expect(lackingAnswers(form, { fixed: '是', score: 5 })).toEqual([]);
});
