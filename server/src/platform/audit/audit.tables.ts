import { c, defineTable, type TableDefinition } from '../database/table';

export const auditTables: TableDefinition[] = [
  defineTable({
    name: 'audit_row', comment: '审计行（写入时不成链，由封存任务成段）', shard: 'group', primaryKey: ['id'], indexes: [['segment_id'], ['at'], ['action', 'at'], ['account_id', 'at']],
    columns: {
      id: c.id('编号'), at: c.time('时间'), account_id: c.id('账号，0 为系统'), person_name: c.text('姓名', 40), login: c.text('登录名', 60), org_root_id: c.id('操作人所管组织', { nullable: true }),
      action: c.text('动作', 40), target: c.text('对象', 200), detail: c.longText('说明', { nullable: true }), address: c.text('来源地址', 64), segment_id: c.id('封存段，空为未封存', { nullable: true }),
    },
  }),
  defineTable({
    name: 'seal_segment', comment: '封存段：SM3 链与 SM2 签名的段首', shard: 'group', primaryKey: ['id'], unique: [['chain', 'seq_no']],
    columns: {
      id: c.id('编号'), chain: c.text('链 audit/recording', 12), seq_no: c.bigint('链内序号，从 1 起'), member_count: c.int('成员数'), first_at: c.time('最早'), last_at: c.time('最晚'),
      prev_head: c.text('上一段首', 64), head: c.text('本段首', 64), members: c.longText('成员编号与摘要'), signature: c.text('SM2 签名', 200), key_id: c.text('签名密钥', 20), sealed_at: c.time('封存时间'), dropped_at: c.time('按保存期限清除成员的时间', { nullable: true }),
    },
  }),
];
