import { c, defineTable, type TableDefinition } from '../database/table';

export const cacheTables: TableDefinition[] = [
  defineTable({
    name: 'cache_entry', comment: '短期共享数据：缓存值、计数、一次性标记（过期即清）', shard: 'group', primaryKey: ['cache_key'], indexes: [['until_at']],
    columns: { cache_key: c.text('键', 160), body: c.longText('值', { nullable: true }), hits: c.bigint('计数', { default: 0 }), until_at: c.time('到期') },
  }),
  defineTable({
    name: 'presence', comment: '在线成员：服务进程等，到期自动退出', shard: 'group', primaryKey: ['set_name', 'member_name'], indexes: [['until_at']],
    columns: { set_name: c.text('集合', 60), member_name: c.text('成员', 100), body: c.longText('说明', { nullable: true }), until_at: c.time('到期') },
  }),
  defineTable({
    name: 'broadcast', comment: '进程间广播（保留一分钟）', shard: 'group', primaryKey: ['id'], indexes: [['at']],
    columns: { id: c.id('编号'), channel: c.text('频道', 40), sender: c.text('发送进程', 100), body: c.longText('内容'), at: c.time('时间') },
  }),
];
