import type { AnyDefinition, CallFact, Definition, Fact, FieldOf, OrderFact, Test } from './metric.types';
import { DEFINITIONS } from './definitions';

/** What one row gives to one indicator. `at`: its anchor. `amount`: 1 or 0 for a rate, milliseconds for a duration. */
export interface Measured { definition: AnyDefinition; at: number; amount: number }

type Value = string | number | boolean | null;
const read = <F extends Fact>(fact: F, field: FieldOf<F>): Value => (fact as unknown as Record<string, Value>)[field] ?? null;

function passes<F extends Fact>(fact: F, test: Test<F>): boolean {
  if (test.is === 'any') return test.of.some((one) => passes(fact, one));
  const value = read(fact, test.field);
  switch (test.is) {
    case 'present': return value !== null;
    case 'absent': return value === null;
    case 'yes': return value === true;
    case 'no': return value === false;
    case 'oneOf': return value !== null && (test.values as readonly Value[]).includes(value);
    case 'noneOf': return value !== null && !(test.values as readonly Value[]).includes(value);
  }
}
function measureOne<F extends Fact>(definition: Definition<F>, fact: F): { at: number; amount: number } | null {
  if (!definition.within.every((test) => passes(fact, test))) return null;
  const at = Number(read(fact, definition.anchor));
  if (!definition.duration) return { at, amount: definition.counted.every((test) => passes(fact, test)) ? 1 : 0 };
  return { at, amount: Number(read(fact, definition.duration.to)) - Number(read(fact, definition.duration.from)) };
}

/** Everything one row gives to the figures: at most one entry a figure. */
export function measure(fact: Fact): Measured[] {
  const found: Measured[] = [];
  for (const definition of DEFINITIONS) {
    if (definition.source !== fact.source) continue;
    const result = fact.source === 'call' ? measureOne(definition as Definition<CallFact>, fact) : measureOne(definition as Definition<OrderFact>, fact);
    if (result) found.push({ definition, ...result });
  }
  return found;
}
