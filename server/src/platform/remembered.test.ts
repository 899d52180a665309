import { remembered } from './remembered';

it('computes each text once, an empty result too, and begins anew when it holds too many', () => {
  const asked: string[] = [], of = remembered((text) => { asked.push(text); return text.slice(1); }, 2);
  expect([of('ab'), of('x'), of('ab'), of('x')]).toEqual(['b', '', 'b', '']);
  expect(asked).toEqual(['ab', 'x']);
  expect([of('cd'), of('ab')]).toEqual(['d', 'b']);
  expect(asked).toEqual(['ab', 'x', 'cd', 'ab']);
});
