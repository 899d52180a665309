import { c, defineTable, type TableDefinition } from '../database/table';

export const resealTables: TableDefinition[] = [
  defineTable({ name: 'reseal_job', comment: '重新加密任务', shard: 'group', primaryKey: ['id'], indexes: [['started_at']], columns: { id: c.id('编号'), target_key: c.text('目标密钥编号', 20), job_state: c.text('状态 running/done/failed', 10), rounds: c.int('已核对的轮数', { default: 0 }), started_at: c.time('开始'), finished_at: c.time('结束', { nullable: true }), last_error: c.text('最近错误', 500, { nullable: true }) } }),
  defineTable({
    name: 'reseal_column', comment: '重新加密进度（每库每列一行）', shard: 'group', primaryKey: ['job_id', 'shard_name', 'table_name', 'column_name'],
    columns: { job_id: c.id('任务'), shard_name: c.text('库', 40), table_name: c.text('表', 30), column_name: c.text('列', 30), last_key: c.text('已处理到的主键（JSON）', 400, { nullable: true }), total_rows: c.bigint('总行数', { nullable: true }), done_rows: c.bigint('已处理', { default: 0 }), resealed_rows: c.bigint('已换密钥', { default: 0 }), finished: c.bool('已完成', { default: false }) },
  }),
];
