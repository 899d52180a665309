import type { NoticeRow, Page } from '@ronghu/contract';
import type { Bus, BusEvent } from '../../platform/bus/bus';
import type { Tx } from '../../platform/database/db';
import type { Clock } from '../../platform/clock';
import type { Ids } from '../../platform/database/ids';
import type { Shards } from '../../platform/database/shards';
import { AppError } from '../../platform/errors/app-error';
import type { OrgDirectory } from '../../platform/identity/org.store';
import type { Scope } from '../../platform/identity/scope';
import type { Hub } from '../../platform/realtime/hub';
import { noticeStore, type NewNotice } from './notice.store';
import { Recipients } from './recipients';

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
    for (const kind of ['order.changed', 'order.reminded']) bus.many(kind, 'messaging.notices', (events, tx) => this.onOrders(events as unknown as BusEvent<OrderTold & Record<string, unknown>>[], tx), { idempotent: true });
  }
  channels(): { code: 'app' | 'sms' | 'wechat'; name: string; on: boolean; remark: string | null }[] {
    return [{ code: 'app', name: '系统内提醒', on: true, remark: null }, { code: 'sms', name: '短信', on: false, remark: '短信平台未接入' }, { code: 'wechat', name: '微信', on: false, remark: '内外网接口未接入' }];
  }

  /** Keeps one notice for each person and pushes it when it is kept; a repeated source writes and rings nothing. */
  private async onOrders(events: readonly BusEvent<OrderTold & Record<string, unknown>>[], tx: Tx): Promise<void> {
    const recipients = new Recipients(tx, this.d.orgs), wanted = new Map<string, NewNotice>();
    for (const { payload, at } of events) {
      const told = new Set<number>(); // one act rings once with a person, by its first reason
      for (const n of payload.notices) for (const accountId of await this.resolve(recipients, n, payload.order)) {
        if (accountId === n.byId || told.has(accountId)) continue;
        told.add(accountId);
        wanted.set(`${accountId} ${n.key}`, { id: this.d.ids.next(), accountId, sourceKey: n.key, at, kind: n.kind, title: n.title.slice(0, 80), text: n.text.slice(0, 500), orderId: payload.order.id, companyId: payload.order.company_id, urgent: n.urgent });
      }
    }
    const people = [...new Set([...wanted.values()].map((n) => n.accountId))];
    for (const known of await noticeStore.known(tx, people, [...new Set([...wanted.values()].map((n) => n.sourceKey))])) wanted.delete(`${known.accountId} ${known.sourceKey}`);
    const fresh = [...wanted.values()];
    if (fresh.length === 0) return;
    await noticeStore.insert(tx, fresh);
    const unread = await noticeStore.unreadOf(tx, people);
    tx.afterCommit(() => { for (const { accountId, sourceKey: _, ...notice } of fresh) this.d.hub.publish(`person:${accountId}`, { kind: 'notice', notice: { ...notice, readAt: null }, unread: unread.get(accountId) ?? 0 }); });
  }
  private async resolve(recipients: Recipients, n: ToldNotice, order: OrderTold['order']): Promise<Set<number>> {
    const node = n.stationId ?? order.company_id, out: number[] = [];
    for (const who of n.recipients) switch (who) {
      case 'head': if (n.stationId !== null) out.push(...(await recipients.heads(n.stationId))); break;
      case 'formerHead': if (n.formerStationId !== null) out.push(...(await recipients.heads(n.formerStationId))); break;
      case 'worker': if (n.workerId !== null) out.push(n.workerId); break;
      case 'formerWorker': if (n.formerWorkerId !== null) out.push(n.formerWorkerId); break;
      case 'agent': case 'revisitor': if (n.agentAccountId !== null) out.push(n.agentAccountId); break;
      case 'requester': if (n.requesterId !== null) out.push(n.requesterId); break;
      // a worker's requests go to the head; those of the desk to whoever leads it
      case 'approver': {
        const kind = order.pending_approval;
        if (kind === 'extension' || kind === 'cancel' || kind === 'secondDispatch') out.push(...(await recipients.heads(node)));
        if (kind !== 'extension' && kind !== 'cancel') out.push(...(await recipients.nearest(['supervisor', 'subsidiaryOperator'], node)));
        break;
      }
      case 'leader': out.push(...(await recipients.nearest(['subsidiaryOperator', 'groupLeader'], node))); break;
      case 'group': out.push(...(await recipients.group())); break;
      default: break;
    }
    return new Set(out);
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
