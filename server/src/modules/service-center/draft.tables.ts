import { c, defineTable, type TableDefinition } from '../../platform/database/table';

export const draftTables: TableDefinition[] = [
  defineTable({
    name: 'order_draft', comment: '受理草稿：随通话走，转接后由接手坐席继续（SC-15）', shard: 'group', primaryKey: ['call_id'], indexes: [['updated_at']],
    columns: { call_id: c.text('通话编号', 36), account_id: c.id('最近编辑人'), person_name: c.text('最近编辑人姓名', 40), body: c.longText('草稿内容'), updated_at: c.time('最近编辑') },
  }),
];
