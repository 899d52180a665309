export { Reseal, sealedColumns } from './reseal';
export { resealTables } from './reseal.tables';
