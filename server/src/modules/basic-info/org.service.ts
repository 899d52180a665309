import type { BodyOf, OrgNode, routes } from '@ronghu/contract';
import { AppError } from '../../platform/errors/app-error';
import { isUniqueViolation } from '../../platform/database/shards';
import type { OrgRow } from '../../platform/identity/org.store';
import { requireOrg, requirePermission, type Scope } from '../../platform/identity/scope';
import type { BasicInfoParts } from './basic-info.parts';

const PARENT_KINDS: Record<'division' | 'company' | 'station', readonly string[]> = { division: ['group'], company: ['group', 'division'], station: ['company'] };
const KIND_NAMES: Record<string, string> = { group: '集团', division: '事业部', company: '公司', station: '维修站' };

/** The organisation as people see and extend it (ST-01, BI-08). A new company brings a database of its own, made and opened while the system runs (PF-01). */
export class OrgService {
  constructor(private readonly d: Pick<BasicInfoParts, 'shards' | 'ids' | 'orgs' | 'audit' | 'outbox' | 'sessions'>) {}

  /** Nodes of the caller's scope, flat, parents first, siblings in their order. */
  tree(scope: Scope): OrgNode[] {
    const out: OrgNode[] = [];
    const walk = (node: OrgRow): void => { out.push(this.view(node)); for (const child of this.d.orgs.childrenOf(node.id)) walk(child); };
    const roots = scope.system ? this.d.orgs.childrenOf(null) : scope.orgRootIds.flatMap((id) => this.d.orgs.get(id) ?? []);
    for (const root of roots) walk(root);
    return out;
  }

  /** A company's shard is made first, so that nobody meets a company without one. @throws AppError STATE_CONFLICT when the kind may not stand there; CONFLICT when the code is taken. */
  async create(scope: Scope, body: BodyOf<typeof routes.orgCreate>): Promise<OrgNode> {
    requirePermission(scope, 'org.write');
    requireOrg(scope, body.parentId);
    const parent = this.d.orgs.get(body.parentId);
    if (!parent) throw new AppError('NOT_FOUND');
    if (!PARENT_KINDS[body.kind].includes(parent.kind)) throw new AppError('STATE_CONFLICT', `${KIND_NAMES[body.kind]}不能建在${KIND_NAMES[parent.kind]}之下`);
    if (this.d.orgs.childrenOf(parent.id).some((n) => n.name === body.name)) throw new AppError('CONFLICT', `${parent.name}之下已有“${body.name}”`);
    if ((await this.d.shards.group().query('select id from org_node where code = $1', [body.code])).length) throw new AppError('CONFLICT', `编码 ${body.code} 已被使用`);
    const id = this.d.ids.next(), company = body.kind === 'company';
    if (company) await this.d.shards.create(id);
    const written = this.write(scope, 'org.create', id, `${body.kind} ${body.name}（${body.code}）`, (tx) => tx.insertMany('org_node', [{ id, parent_id: parent.id, kind: body.kind, name: body.name, code: body.code, path: `${parent.path}${id}/`, company_id: company ? id : parent.companyId, sort_no: this.d.orgs.childrenOf(parent.id).length, org_status: 'active' }]), body.code);
    try { await written; } catch (error) { if (company && (await this.d.shards.group().query('select id from org_node where id = $1', [id])).length === 0) await this.d.shards.discard(id); throw error; } // it may have been written and only the reading after it failed
    if (company) await this.d.shards.open(id);
    return this.view(this.d.orgs.get(id) as OrgRow);
  }

  async rename(scope: Scope, id: number, name: string): Promise<OrgNode> {
    requirePermission(scope, 'org.write');
    requireOrg(scope, id);
    const node = this.d.orgs.get(id);
    if (!node) throw new AppError('NOT_FOUND');
    if (node.name !== name) await this.write(scope, 'org.rename', id, `${node.name} → ${name}`, async (tx) => { await tx.execute('update org_node set name = $1 where id = $2', [name, id]); }, node.code);
    return this.view(this.d.orgs.get(id) as OrgRow);
  }

  private async write(scope: Scope, action: string, id: number, detail: string, change: (tx: Parameters<Parameters<ReturnType<BasicInfoParts['shards']['group']>['transaction']>[0]>[0]) => Promise<void>, code: string): Promise<void> {
    try {
      await this.d.shards.group().transaction(async (tx) => {
        await change(tx);
        await this.d.audit.record(tx, scope, { action, target: `org:${id}`, detail });
        await this.d.outbox.add(tx, { kind: 'org.changed', aggregate: 'org', aggregateId: id, companyId: null, payload: { id } });
      });
    } catch (error) { throw isUniqueViolation(error) ? new AppError('CONFLICT', `编码 ${code} 已被使用`, undefined, error) : error; }
    await this.d.orgs.changed();
    this.d.sessions.rightsChanged();
  }
  private view(node: OrgRow): OrgNode { return { id: node.id, parentId: node.parentId, kind: node.kind, name: node.name, code: node.code, companyId: node.companyId, children: this.d.orgs.childrenOf(node.id).length }; }
}
