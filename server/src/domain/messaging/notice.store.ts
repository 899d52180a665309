import type { NoticeRow } from '@ronghu/contract';
import type { Row, Sql } from '../../platform/database/db';

export interface NewNotice { id: number; accountId: number; sourceKey: string; at: number; kind: string; title: string; text: string; orderId: number | null; companyId: number | null; urgent: boolean }
const notice = (r: Row): NoticeRow => ({ id: r.id as number, at: r.happened_at as number, kind: r.kind as string, title: r.title as string, text: r.body as string, orderId: r.order_id as number | null, companyId: r.company_id as number | null, readAt: r.read_at as number | null, urgent: r.urgent as boolean });

export const noticeStore = {
  insert: (sql: Sql, list: readonly NewNotice[]): Promise<void> => sql.insertMany('notice', list.map((n) => ({ id: n.id, account_id: n.accountId, source_key: n.sourceKey, happened_at: n.at, kind: n.kind, title: n.title, body: n.text, order_id: n.orderId, company_id: n.companyId, urgent: n.urgent, read_at: null }))),
  /** Which of these events these people have been told of. */
  async known(sql: Sql, accountIds: readonly number[], sourceKeys: readonly string[]): Promise<{ accountId: number; sourceKey: string }[]> {
    if (accountIds.length === 0) return [];
    return (await sql.query<{ account_id: number; source_key: string }>(`select account_id, source_key from notice where account_id in (${accountIds.map((_, i) => `$${i + 1}`).join(',')}) and source_key in (${sourceKeys.map((_, i) => `$${accountIds.length + i + 1}`).join(',')})`, [...accountIds, ...sourceKeys])).map((row) => ({ accountId: row.account_id, sourceKey: row.source_key }));
  },
  /** Unread notices of each person; who has none is not in it. */
  async unreadOf(sql: Sql, accountIds: readonly number[]): Promise<Map<number, number>> {
    return new Map((await sql.query<{ account_id: number; n: number }>(`select account_id, count(*) as n from notice where read_at is null and account_id in (${accountIds.map((_, i) => `$${i + 1}`).join(',')}) group by account_id`, accountIds)).map((row) => [row.account_id, row.n]));
  },
  async list(sql: Sql, accountId: number, q: { page: number; size: number; unread?: boolean }): Promise<{ rows: NoticeRow[]; total: number }> {
    const where = `account_id = $1${q.unread ? ' and read_at is null' : ''}`;
    const rows = await sql.query<Row>(`select * from notice where ${where} order by happened_at desc, id desc limit $2 offset $3`, [accountId, q.size, (q.page - 1) * q.size]);
    const [count] = await sql.query<{ n: number }>(`select count(*) as n from notice where ${where}`, [accountId]);
    return { rows: rows.map(notice), total: count?.n ?? 0 };
  },
  async unread(sql: Sql, accountId: number): Promise<number> { return (await sql.query<{ n: number }>('select count(*) as n from notice where account_id = $1 and read_at is null', [accountId]))[0]?.n ?? 0; },
  /** False when this person has no such notice. */
  async markRead(sql: Sql, accountId: number, id: number, at: number): Promise<boolean> {
    if (await sql.execute('update notice set read_at = $1 where id = $2 and account_id = $3 and read_at is null', [at, id, accountId])) return true;
    return (await sql.query('select id from notice where id = $1 and account_id = $2', [id, accountId])).length > 0;
  },
  markAllRead: (sql: Sql, accountId: number, at: number): Promise<number> => sql.execute('update notice set read_at = $1 where account_id = $2 and read_at is null', [at, accountId]),
};
