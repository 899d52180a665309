/** What a KingbaseES says of itself. */
export interface ServerFacts { version: string; mode: string | null }
const VERSION = /KingbaseES\s+(V\d+R\d+\w*)/i;
export const FACTS_SQL = "select version() as version", MODE_SQL = 'show database_mode';

/**
 * Refuses what the product cannot run on: a server that is no KingbaseES, or one made in Oracle or MySQL mode (the installer's default is Oracle), where an
 * empty text is NULL and types differ. The mode is chosen when the instance is made (`initdb --dbmode=pg`) and cannot be changed later.
 * @throws Error with a Chinese sentence that says what to do.
 */
export function checkServer(versionText: string, mode: string | null): ServerFacts {
  const version = VERSION.exec(versionText)?.[1];
  if (!version) throw new Error(`地址以 kingbase:// 开头，但对端不是 KingbaseES（它自称：${versionText.slice(0, 80)}）。PostgreSQL 请改用 postgres://`);
  if (mode !== null && mode.toLowerCase() !== 'pg') throw new Error(`KingbaseES 实例的 database_mode 是 ${mode}，本产品只支持 pg 模式。请用 initdb --dbmode=pg（或安装时选择 PostgreSQL 兼容模式）重新建立实例`);
  if (mode === null) throw new Error(`KingbaseES ${version} 没有 database_mode 参数，无法确认兼容模式。请使用 V8R6 及以上版本，并以 pg 模式建立实例`);
  return { version, mode };
}
