export { XlsxStream, type CellKind, type CellValue, type SheetColumn } from './xlsx-stream';
