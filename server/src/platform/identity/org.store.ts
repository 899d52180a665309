import type { OrgKind } from '@ronghu/contract';
import type { Signals } from '../cache';
import type { Sql } from '../database/db';

export interface OrgRow { id: number; parentId: number | null; kind: OrgKind; name: string; code: string; path: string; companyId: number | null; sortNo: number }

/** The organisation in memory: a few hundred nodes that every request needs. Reloaded on change. */
export class OrgDirectory {
  private byId = new Map<number, OrgRow>();
  private children = new Map<number | null, OrgRow[]>();
  constructor(private readonly sql: Sql, private readonly signals: Signals | null = null) {}
  /** After a change that is committed: reads it here and tells the other processes. */
  async changed(): Promise<void> { await this.reload(); this.signals?.send('organisation', {}); }
  async reload(): Promise<void> {
    const rows = await this.sql.query<{ id: number; parent_id: number | null; kind: OrgKind; name: string; code: string; path: string; company_id: number | null; sort_no: number }>("select id, parent_id, kind, name, code, path, company_id, sort_no from org_node where org_status = 'active' order by path, sort_no");
    const byId = new Map<number, OrgRow>(), children = new Map<number | null, OrgRow[]>();
    for (const r of rows) {
      const node: OrgRow = { id: r.id, parentId: r.parent_id, kind: r.kind, name: r.name, code: r.code, path: r.path, companyId: r.company_id, sortNo: r.sort_no };
      byId.set(node.id, node);
      children.set(node.parentId, [...(children.get(node.parentId) ?? []), node]);
    }
    this.byId = byId;
    this.children = children;
  }
  get(id: number): OrgRow | undefined { return this.byId.get(id); }
  name(id: number | null): string | null { return id === null ? null : (this.byId.get(id)?.name ?? null); }
  childrenOf(id: number | null): readonly OrgRow[] { return this.children.get(id) ?? []; }
  all(): readonly OrgRow[] { return [...this.byId.values()]; }
  root(): OrgRow | undefined { return this.childrenOf(null)[0]; }
  /** The node and everything below it. */
  below(id: number): OrgRow[] { const root = this.byId.get(id); return root ? [root, ...this.childrenOf(id).flatMap((n) => this.below(n.id))] : []; }
  /** The node and everything above it, nearest first: the rooms that an event of this node goes to. */
  ancestors(id: number): OrgRow[] { const out: OrgRow[] = []; for (let n = this.byId.get(id); n; n = n.parentId === null ? undefined : this.byId.get(n.parentId)) out.push(n); return out; }
}
