import type { Db } from './db';
import { engineOf, type Place } from './engine';
import { identifier } from './engine/engine';
import { c, defineTable, type TableDefinition } from './table';

/**
 * How companies are laid out (see docs/配置.md). `schemas`: one server, a schema each. `databases`: one server, a database each. `servers`: as `schemas`,
 * on several servers; `newCompanies` names the server that a company added from now on goes to. The group is always at `url`.
 */
export interface ShardLayout { mode: 'schemas' | 'databases' | 'servers'; prefix?: string; servers?: Record<string, string>; newCompanies?: string }
export interface DatabaseTarget { url: string; shards?: ShardLayout }
/** The server of `url` itself, under which the group and, without more servers, every company lives. */
export const MAIN = 'main';
const OWN_SCHEMA = 'ronghu';

export const shardTables: TableDefinition[] = [
  defineTable({ name: 'shard_place', comment: '公司数据所在的服务器', shard: 'group', primaryKey: ['company_id'], columns: { company_id: c.id('公司'), server_name: c.text('服务器名（配置 database.shards.servers 中的名字，main 为主服务器）', 40), made_at: c.time('建立时间') } }),
];
export const asTarget = (target: string | DatabaseTarget): DatabaseTarget => (typeof target === 'string' ? { url: target } : target);

/** Places by name. @throws Error naming the setting for a layout that cannot be. */
export class Places {
  private readonly layout: ShardLayout;
  private readonly prefix: string;
  constructor(private readonly target: DatabaseTarget) {
    this.layout = target.shards ?? { mode: 'schemas' };
    if (!['schemas', 'databases', 'servers'].includes(this.layout.mode)) throw new Error(`setting database.shards.mode is ${String(this.layout.mode)}; it may be schemas, databases or servers`);
    this.prefix = identifier(this.layout.prefix ?? 'ronghu');
    if (this.prefix.length > 12) throw new Error('setting database.shards.prefix is longer than 12 characters');
    if (this.layout.mode === 'servers') {
      if (!this.layout.servers || Object.keys(this.layout.servers).length === 0) throw new Error('setting database.shards.servers is empty');
      this.serverUrl(this.newServer());
    }
  }
  get severalServers(): boolean { return this.layout.mode === 'servers'; }
  newServer(): string { return this.layout.mode === 'servers' ? (this.layout.newCompanies ?? MAIN) : MAIN; }
  group(): Place { return this.at(this.target.url, 'group'); }
  /** @param server the name kept in `shard_place`; without one the company is on the main server. */
  company(id: number, server: string = MAIN): Place { return this.at(this.serverUrl(server), `c${id}`); }
  /** Where each company lives, as kept in the group's database. */
  async servers(group: Pick<Db, 'query'>): Promise<Map<number, string>> {
    if (!this.severalServers) return new Map();
    return new Map((await group.query<{ company_id: number; server_name: string }>('select company_id, server_name from shard_place')).map((row) => [row.company_id, row.server_name]));
  }
  private serverUrl(server: string): string {
    if (server === MAIN) return this.target.url;
    const url = this.layout.servers?.[server];
    if (!url) throw new Error(`setting database.shards.servers has no server named ${server}`);
    return url;
  }
  /** MySQL mode and DM have one namespace for what PostgreSQL divides into databases and schemas. */
  private at(url: string, part: string): Place {
    const name = `${this.prefix}_${part}`, { name: engine } = engineOf(url);
    if (this.layout.mode !== 'databases' || engine === 'oceanbase' || engine === 'dm') return { url, schema: name };
    const own = new URL(url);
    own.pathname = `/${name}`;
    return { url: own.toString(), schema: OWN_SCHEMA };
  }
}
