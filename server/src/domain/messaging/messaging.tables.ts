import { c, defineTable, type TableDefinition } from '../../platform/database/table';

/** Notices to persons and announcements to parts of the organisation, in the group's shard. */
export const messagingTables: TableDefinition[] = [
  defineTable({
    // `source_key` names the event that caused the notice: a repeated event writes no second one.
    name: 'notice', comment: '个人通知', shard: 'group', primaryKey: ['id'], unique: [['account_id', 'source_key']], indexes: [['account_id', 'happened_at desc'], ['account_id', 'read_at']],
    columns: { id: c.id('编号'), account_id: c.id('收件人'), source_key: c.text('来源', 80), happened_at: c.time('时间'), kind: c.text('类别', 30), title: c.text('标题', 80), body: c.text('内容', 500), order_id: c.id('工单', { nullable: true }), company_id: c.id('公司', { nullable: true }), urgent: c.bool('紧急', { default: false }), read_at: c.time('已读时间', { nullable: true }) },
  }),
  defineTable({
    name: 'announcement', comment: '公告', shard: 'group', primaryKey: ['id'], indexes: [['until_at']],
    columns: { id: c.id('编号'), org_id: c.id('发布范围'), body: c.text('内容', 200), until_at: c.time('有效期至'), account_id: c.id('发布人'), person_name: c.text('发布人姓名', 40), created_at: c.time('发布时间') },
  }),
];
