/**
 * Expands `${name}` and `${function(arguments)}` with nesting, as the switch does it when an action runs or `expand` is called.
 * @param variable value of a variable, '' when unset
 * @param call an API function in the form `${name(argument)}`
 */
export function expand(text: string, variable: (name: string) => string, call: (name: string, argument: string) => string): string {
  if (!text.includes('${')) return text;
  let result = '';
  let at = 0;
  while (at < text.length) {
    const start = text.indexOf('${', at);
    if (start < 0) return result + text.slice(at);
    result += text.slice(at, start);
    const end = closing(text, start + 2);
    if (end < 0) return result + text.slice(start);
    const inner = text.slice(start + 2, end);
    const bracket = /^([A-Za-z_]\w*)\(([\s\S]*)\)$/.exec(inner);
    result += bracket ? call(bracket[1] ?? '', expand(bracket[2] ?? '', variable, call)).trim() : variable(expand(inner, variable, call));
    at = end + 1;
  }
  return result;
}

function closing(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return -1;
}

/** `cond` of the switch: numbers compare as numbers, quoted or other text as text, and mixed by length. */
export function condition(text: string): string {
  const match = /^\s*('(?:[^']*)'|\S*)\s+(==|!=|<=|>=|<|>)\s+('(?:[^']*)'|\S*)\s+\?\s*([\s\S]*?)\s*:\s*([\s\S]*)$/.exec(text);
  if (!match) return '-ERR';
  const [, left = '', operator = '', right = '', yes = '', no = ''] = match;
  if (left === '' || right === '') return '-ERR';
  const bare = (value: string): string => (value.startsWith("'") ? value.slice(1, -1) : value);
  const isNumber = (value: string): boolean => !value.startsWith("'") && /^-?\d+(\.\d+)?$/.test(value);
  const a = isNumber(left) ? Number(left) : bare(left).length;
  const b = isNumber(right) ? Number(right) : bare(right).length;
  const text2 = !isNumber(left) && !isNumber(right);
  const truth = operator === '==' ? (text2 ? bare(left) === bare(right) : a === b) : operator === '!=' ? (text2 ? bare(left) !== bare(right) : a !== b) : operator === '<' ? a < b : operator === '>' ? a > b : operator === '<=' ? a <= b : a >= b;
  return truth ? yes : no.trimEnd();
}

/** `expr` for sums, differences and products of numbers; anything else is an error, as an unset variable is in the switch. */
export function arithmetic(text: string): string {
  if (!/^[\d\s+\-*.]+$/.test(text)) return '-ERR';
  const terms = text.replace(/\s/g, '').match(/[+-]?[^+-]+/g);
  if (!terms) return '-ERR';
  const total = terms.reduce((sum, term) => sum + term.split('*').reduce((product, factor) => product * Number(factor), 1), 0);
  return Number.isFinite(total) ? String(total) : '-ERR';
}
