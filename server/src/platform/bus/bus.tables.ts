import { c, defineTable, type TableDefinition } from '../database/table';

export const busTables: TableDefinition[] = [
  defineTable({
    name: 'outbox', comment: '待发布事件（与业务同一事务写入）', shard: 'both', primaryKey: ['id'], indexes: [['outbox_status', 'at', 'id'], ['outbox_status', 'attempts'], ['published_at']],
    columns: { id: c.id('编号'), kind: c.text('事件', 60), aggregate: c.text('聚合', 30), aggregate_id: c.text('聚合编号', 40), company_id: c.id('公司', { nullable: true }), payload: c.json('内容'), at: c.time('时间'), due_at: c.time('不早于', { default: 0 }), outbox_status: c.int('0 待发 1 已处理 2 失败搁置 3 已交消息中间件待确认', { default: 0 }), seq: c.bigint('发布序号', { nullable: true }), attempts: c.int('次数', { default: 0 }), last_error: c.text('最近错误', 500, { nullable: true }), published_at: c.time('发布时间', { nullable: true }) },
  }),
  defineTable({
    name: 'bus_seen', comment: '消费者已处理的事件（按事件编号去重）', shard: 'group', primaryKey: ['consumer', 'event_id'], indexes: [['at']],
    columns: { consumer: c.text('消费者', 60), event_id: c.id('事件'), at: c.time('时间') },
  }),
  defineTable({
    name: 'lease', comment: '租约：同一时刻一个持有者', shard: 'both', primaryKey: ['name'],
    columns: { name: c.text('名称', 60), holder: c.text('持有者', 60), epoch: c.bigint('任期'), until_at: c.time('到期') },
  }),
  defineTable({
    name: 'durable_timer', comment: '持久定时', shard: 'both', primaryKey: ['id'], unique: [['kind', 'timer_key']], indexes: [['due_at']],
    columns: { id: c.id('编号'), kind: c.text('类别', 40), timer_key: c.text('键', 80), due_at: c.time('到期'), company_id: c.id('公司', { nullable: true }), payload: c.json('内容'), lease_until: c.time('占用到', { default: 0 }), attempts: c.int('次数', { default: 0 }), last_error: c.text('最近错误', 500, { nullable: true }) },
  }),
  defineTable({
    name: 'idempotency', comment: '幂等键与结果', shard: 'group', primaryKey: ['account_id', 'idem_key'], indexes: [['at']],
    columns: { account_id: c.id('账号'), idem_key: c.text('幂等键', 64), route: c.text('路由', 120), body_digest: c.text('内容摘要', 64), http_status: c.int('状态，0 处理中', { default: 0 }), answer: c.longText('结果', { nullable: true }), at: c.time('时间'), holder: c.text('受理的进程', 80, { nullable: true }) },
  }),
];
