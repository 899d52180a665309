import type { CellKind, SheetColumn } from './xlsx-stream';

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

/** Index into cellXfs below. */
export const STYLE_OF: Record<CellKind | 'header' | 'quoted', number> = { text: 0, header: 1, int: 2, decimal: 3, money: 3, percent: 4, time: 5, date: 6, quoted: 7 };
const WIDTH: Record<CellKind, number> = { text: 18, int: 10, decimal: 12, money: 14, percent: 10, time: 19, date: 12 };
const xf = (format: number, font = 0, fill = 0, extra = ''): string => `<xf numFmtId="${format}" fontId="${font}" fillId="${fill}" borderId="0" xfId="0" applyNumberFormat="1"${extra}/>`;
export const STYLES = `${HEAD}<styleSheet xmlns="${MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/></numFmts>`
  + '<fonts count="2"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="宋体"/></font></fonts>'
  + '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFEEF2F6"/></patternFill></fill></fills>'
  + '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
  + `<cellXfs count="8">${xf(49)}${xf(49, 1, 2, ' applyFont="1" applyFill="1"')}${xf(1)}${xf(4)}${xf(10)}${xf(164)}${xf(165)}${xf(49, 0, 0, ' quotePrefix="1"')}</cellXfs></styleSheet>`;
export const ROOT_RELS = `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`;
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
export const CONTENT_TYPES = (count: number): string => `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>`
  + '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
  + `${numbers(count).map((n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`).join('')}</Types>`;
export const workbookRels = (count: number): string => `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${numbers(count).map((n) => `<Relationship Id="rId${n}" Type="${RELS}/worksheet" Target="worksheets/sheet${n}.xml"/>`).join('')}<Relationship Id="rId${count + 1}" Type="${RELS}/styles" Target="styles.xml"/></Relationships>`;
export const workbookXml = (sheets: readonly string[]): string => `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${RELS}"><sheets>${sheets.map((name, i) => `<sheet name="${escapeText(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join('')}</sheets></workbook>`;
export function sheetHead(columns: readonly SheetColumn[]): string {
  const cols = columns.map((c, i) => `<col min="${i + 1}" max="${i + 1}" width="${c.width ?? WIDTH[c.kind]}" customWidth="1"/>`).join('');
  return `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>${cols ? `<cols>${cols}</cols>` : ''}<sheetData>`;
}

/** A sheet's name may not hold []:*?/\ nor pass 31 characters, and must be unique without regard to case. */
export function sheetName(title: string, continued: number, taken: readonly string[]): string {
  const base = title.replace(/[[\]:*?/\\]/g, ' ').replace(/^'|'$/g, '').trim() || '数据';
  for (let n = continued + 1; ; n++) {
    const suffix = n > 1 ? ` (${n})` : '';
    const name = base.slice(0, 31 - suffix.length) + suffix;
    if (!taken.some((t) => t.toLowerCase() === name.toLowerCase())) return name;
  }
}
/** Leaves out what XML 1.0 cannot hold, mends lone surrogates, keeps Excel's limit of 32,767, and guards text that looks like `_x000D_`, which Excel would decode. */
export function cleanText(value: string): string {
  let text = value.length > 32_767 ? value.slice(0, 32_767) : value;
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800-\udfff]/.test(text)) text = text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
  return text.includes('_x') ? text.replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_') : text;
}
export function escapeText(text: string): string {
  return /[&<>"\r]/.test(text) ? text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;').replace(/\r/g, '&#13;') : text;
}
