import type { NoticeRow, Page } from '@ronghu/contract';
import type { Bus, BusEvent } from '../../platform/bus/bus';
import type { Clock } from '../../platform/clock';
import type { Ids } from '../../platform/database/ids';
import { isUniqueViolation, type Shards } from '../../platform/database/shards';
import { AppError } from '../../platform/errors/app-error';
import type { OrgDirectory } from '../../platform/identity/org.store';
import type { Scope } from '../../platform/identity/scope';
import type { Hub } from '../../platform/realtime/hub';
import { noticeStore } from './notice.store';
import { accountsAt, headsOf, nearestAccounts } from './recipients';

export interface MessagingParts { shards: Shards; ids: Ids; clock: Clock; orgs: OrgDirectory; bus: Bus; hub: Hub }
/** What this room reads of an order's event (the order's room writes more). */
export interface ToldNotice { key: string; kind: string; title: string; text: string; urgent: boolean; recipients: readonly string[]; stationId: number | null; formerStationId: number | null; workerId: number | null; formerWorkerId: number | null; agentAccountId: number | null; requesterId: number | null; byId: number }
interface OrderTold { order: { id: number; company_id: number; station_id: number | null; pending_approval: string | null }; notices: ToldNotice[] }

/**
 * Notices to persons (SC-45, RC-01, RC-05, RC-27): kept until read and pushed to the person's live room. Channel: this system's own front ends.
 * SMS and WeChat are switched off until their modules stand; `channels()` says so to whoever shows the page.
 */
export class NoticeService {
  constructor(private readonly d: MessagingParts) {}
  listen(bus: Bus): void {
    for (const kind of ['order.changed', 'order.reminded']) bus.on(kind, 'messaging.notices', (event) => this.onOrder(event as unknown as BusEvent<OrderTold & Record<string, unknown>>));
  }
  channels(): { code: 'app' | 'sms' | 'wechat'; name: string; on: boolean; remark: string | null }[] {
    return [{ code: 'app', name: '系统内提醒', on: true, remark: null }, { code: 'sms', name: '短信', on: false, remark: '短信平台未接入' }, { code: 'wechat', name: '微信', on: false, remark: '内外网接口未接入' }];
  }

  private async onOrder({ payload, at }: BusEvent<OrderTold & Record<string, unknown>>): Promise<void> {
    const told = new Set<number>(); // one act rings once with a person, by its first reason
    for (const n of payload.notices) {
      const people = (await this.resolve(n, payload.order)).filter((id) => id !== n.byId && !told.has(id));
      for (const id of people) told.add(id);
      await this.deliver(people, { sourceKey: n.key, at, kind: n.kind, title: n.title.slice(0, 80), text: n.text.slice(0, 500), orderId: payload.order.id, companyId: payload.order.company_id, urgent: n.urgent });
    }
  }
  private async resolve(n: ToldNotice, order: OrderTold['order']): Promise<number[]> {
    const sql = this.d.shards.group(), node = n.stationId ?? order.company_id, out: number[] = [];
    for (const who of n.recipients) switch (who) {
      case 'head': if (n.stationId !== null) out.push(...(await headsOf(sql, n.stationId))); break;
      case 'formerHead': if (n.formerStationId !== null) out.push(...(await headsOf(sql, n.formerStationId))); break;
      case 'worker': if (n.workerId !== null) out.push(n.workerId); break;
      case 'formerWorker': if (n.formerWorkerId !== null) out.push(n.formerWorkerId); break;
      case 'agent': case 'revisitor': if (n.agentAccountId !== null) out.push(n.agentAccountId); break;
      case 'requester': if (n.requesterId !== null) out.push(n.requesterId); break;
      // a worker's requests go to the head; those of the desk to whoever leads it
      case 'approver': {
        const kind = order.pending_approval;
        if (kind === 'extension' || kind === 'cancel' || kind === 'secondDispatch') out.push(...(await headsOf(sql, node)));
        if (kind !== 'extension' && kind !== 'cancel') out.push(...(await nearestAccounts(sql, this.d.orgs, ['supervisor', 'subsidiaryOperator'], node)));
        break;
      }
      case 'leader': out.push(...(await nearestAccounts(sql, this.d.orgs, ['subsidiaryOperator', 'groupLeader'], node))); break;
      case 'group': { const root = this.d.orgs.root(); if (root) out.push(...(await accountsAt(sql, ['groupAdmin', 'groupLeader'], [root.id]))); break; }
      default: break;
    }
    return [...new Set(out)];
  }
  /** Keeps and pushes one notice for each person; a repeated source writes and rings nothing. */
  async deliver(accountIds: readonly number[], n: { sourceKey: string; at: number; kind: string; title: string; text: string; orderId: number | null; companyId: number | null; urgent: boolean }): Promise<void> {
    const sql = this.d.shards.group();
    for (const accountId of accountIds) {
      const id = this.d.ids.next();
      try { await noticeStore.insert(sql, [{ ...n, id, accountId }]); } catch (error) { if (isUniqueViolation(error)) continue; throw error; } // the event came again
      const notice: NoticeRow = { id, at: n.at, kind: n.kind, title: n.title, text: n.text, orderId: n.orderId, companyId: n.companyId, readAt: null, urgent: n.urgent };
      this.d.hub.publish(`person:${accountId}`, { kind: 'notice', notice, unread: await noticeStore.unread(sql, accountId) });
    }
  }

  /** The caller's own notices, newest first. */
  async list(scope: Scope, q: { page: number; size: number; unread?: boolean }): Promise<Page<NoticeRow> & { unread: number }> {
    const sql = this.d.shards.group(), found = await noticeStore.list(sql, scope.accountId, q);
    return { ...found, page: q.page, size: q.size, unread: await noticeStore.unread(sql, scope.accountId) };
  }
  async read(scope: Scope, id: number): Promise<{ unread: number }> {
    const sql = this.d.shards.group();
    if (!(await noticeStore.markRead(sql, scope.accountId, id, this.d.clock.now()))) throw new AppError('NOT_FOUND', '没有找到该通知');
    return { unread: await noticeStore.unread(sql, scope.accountId) };
  }
  async readAll(scope: Scope): Promise<{ unread: number }> {
    await noticeStore.markAllRead(this.d.shards.group(), scope.accountId, this.d.clock.now());
    return { unread: 0 };
  }
}
