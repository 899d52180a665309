export { TWO_PERSON_MS, TwoPerson, type OnConfirmed } from './two-person';
export { twoPersonTables } from './two-person.tables';
