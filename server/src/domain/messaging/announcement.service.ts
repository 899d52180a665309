import { AppError } from '../../platform/errors/app-error';
import { requireOrg, requirePermission, type Scope } from '../../platform/identity/scope';
import type { MessagingParts } from './notice.service';

/** Announcements to a part of the organisation (marquee, SC-54, NT-01): shown to everybody at or below the node until they lapse. */
export class AnnouncementService {
  constructor(private readonly d: MessagingParts) {}

  async current(scope: Scope): Promise<{ id: number; text: string; until: number; personName: string }[]> {
    // published at a node above the caller's, or inside the part the caller looks after
    const nodes = new Set<number>([...scope.orgIds, ...scope.orgRootIds.flatMap((id) => this.d.orgs.ancestors(id).map((n) => n.id))]);
    const rows = await this.d.shards.group().query<{ id: number; org_id: number; body: string; until_at: number; person_name: string }>('select id, org_id, body, until_at, person_name from announcement where until_at > $1 order by id desc limit 200', [this.d.clock.now()]);
    return rows.filter((r) => scope.system || nodes.has(r.org_id)).map((r) => ({ id: r.id, text: r.body, until: r.until_at, personName: r.person_name }));
  }
  /** Publishes at once; needs notice.write and a node of the caller's scope. */
  async create(scope: Scope, body: { text: string; until: number; orgId: number }): Promise<{ id: number }> {
    requirePermission(scope, 'notice.write');
    requireOrg(scope, body.orgId);
    const now = this.d.clock.now();
    if (body.until <= now) throw new AppError('BAD_INPUT', '公告的有效期必须晚于现在', [{ path: 'until', message: '必须晚于现在' }]);
    const id = this.d.ids.next();
    await this.d.shards.group().insertMany('announcement', [{ id, org_id: body.orgId, body: body.text, until_at: body.until, account_id: scope.accountId, person_name: scope.personName, created_at: now }]);
    for (const node of this.d.orgs.below(body.orgId)) this.d.hub.publish(`org:${node.id}`, { kind: 'announcement', text: body.text, until: body.until });
    return { id };
  }
}
