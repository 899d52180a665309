/**
 * The portable subset in another database's words. The text is cut once into code, literals, quoted names and parameters, and kept: stores use a few
 * hundred texts. Nothing inside a literal or a comment is touched, so a `$1` or a `?` in a text stays what it is.
 */
export interface Dialect {
  /** Code between literals; keywords may be rewritten here. */
  code(text: string): string;
  /** A string literal without its quotes and with '' already undone. */
  literal(text: string): string;
  /** A quoted name without its quotes. */
  name(text: string): string;
}
/** `texts[0] p[order[0]] texts[1] p[order[1]] … texts[n]`; `order` holds indexes into the caller's parameters and may repeat them. */
export interface CutSql { texts: string[]; order: number[] }

const TOKEN = /'((?:[^']|'')*)'|"((?:[^"]|"")*)"|\$(\d+)|--[^\n]*|\/\*[\s\S]*?\*\//g;
const KEEP = 2000, KEEP_LENGTH = 8000;

/** Cuts one text. @throws RangeError for a question mark in code: it would be taken for a parameter. */
export function cut(sql: string, dialect: Dialect): CutSql {
  const texts: string[] = [], order: number[] = [];
  let text = '', from = 0;
  const code = (part: string): string => { if (part.includes('?')) throw new RangeError(`a bare ? is no part of the portable subset: ${sql}`); return dialect.code(part); };
  for (const match of sql.matchAll(TOKEN)) {
    text += code(sql.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[1] !== undefined) text += dialect.literal(match[1].replaceAll("''", "'"));
    else if (match[2] !== undefined) text += dialect.name(match[2].replaceAll('""', '"'));
    else if (match[3] !== undefined) { texts.push(text); order.push(Number(match[3]) - 1); text = ''; } else text += ' ';
  }
  texts.push(text + code(sql.slice(from)));
  return { texts, order };
}
/** A cutter that remembers; the oldest texts go first when there are too many (lists of varying length make their own). */
export function createCutter(dialect: Dialect): (sql: string) => CutSql {
  const known = new Map<string, CutSql>();
  return (sql) => {
    const found = known.get(sql);
    if (found) return found;
    const made = cut(sql, dialect);
    if (sql.length > KEEP_LENGTH) return made;
    if (known.size >= KEEP) known.delete(known.keys().next().value as string);
    known.set(sql, made);
    return made;
  };
}
/** Text with `?` for each parameter, and the parameters in that order. @throws RangeError when the text asks for one that was not given. */
export function positional(cutSql: CutSql, params: readonly unknown[]): { sql: string; params: unknown[] } {
  for (const i of cutSql.order) if (i >= params.length) throw new RangeError(`parameter $${i + 1} was not given`);
  return { sql: cutSql.texts.join('?'), params: cutSql.order.map((i) => params[i]) };
}
