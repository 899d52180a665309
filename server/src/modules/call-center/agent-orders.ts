import type { AgentView } from '@ronghu/contract';
import { dayOf, dayStart } from '../../domain/metric/metric.types';
import type { Clock } from '../../platform/clock';
import type { Sql } from '../../platform/database/db';

/** Orders each agent took today (MC-11): the one figure of an agent that the director cannot know. Kept in memory, corrected by events, counted anew at midnight and every minute. */
export class AgentOrders {
  private counts = new Map<number, number>();
  private day = 0;
  constructor(private readonly d: { sql: Sql; clock: Clock }) {}

  fill(agent: AgentView): AgentView {
    const orders = this.day === dayOf(this.d.clock.now()) ? (this.counts.get(agent.agentId) ?? 0) : 0;
    return agent.today.orders === orders ? agent : { ...agent, today: { ...agent.today, orders } };
  }
  async reload(): Promise<void> {
    const day = dayOf(this.d.clock.now());
    const rows = await this.d.sql.query<{ agent_id: number; n: number }>('select agent_id, count(*) as n from work_order_index where created_at >= $1 and agent_id is not null group by agent_id', [dayStart(day)]);
    this.counts = new Map(rows.map((row) => [row.agent_id, Number(row.n)]));
    this.day = day;
  }
  /** An order was taken or changed: counts its agent's again, so that a repeated event cannot count twice. Returns the agent, or null when none took it. */
  async recount(orderId: number): Promise<number | null> {
    const day = dayOf(this.d.clock.now());
    if (day !== this.day) await this.reload();
    const [row] = await this.d.sql.query<{ agent_id: number; n: number }>('select o.agent_id, (select count(*) from work_order_index t where t.agent_id = o.agent_id and t.created_at >= $1) as n from work_order_index o where o.id = $2 and o.agent_id is not null', [dayStart(day), orderId]);
    if (!row) return null;
    if (this.counts.get(row.agent_id) === Number(row.n)) return null;
    this.counts.set(row.agent_id, Number(row.n));
    return row.agent_id;
  }
}
