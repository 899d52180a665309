import { c, defineTable, type TableDefinition } from '../database/table';

export const twoPersonTables: TableDefinition[] = [
  defineTable({
    name: 'two_person_request', comment: '双人操作申请（多人负责）', shard: 'group', primaryKey: ['id'], indexes: [['kind', 'asked_at'], ['request_state', 'until_at']],
    columns: {
      id: c.id('编号'), kind: c.text('操作', 40), detail: c.json('内容'), summary: c.text('说明', 400), reason: c.text('原因', 200), org_id: c.id('涉及的组织', { nullable: true }),
      asked_by: c.id('申请人'), asked_name: c.text('申请人姓名', 40), asked_at: c.time('申请时间'), until_at: c.time('确认期限；确认后为使用期限'), request_state: c.text('状态 asked/confirmed/refused/used', 12),
      answered_by: c.id('确认人', { nullable: true }), answered_name: c.text('确认人姓名', 40, { nullable: true }), answered_at: c.time('确认时间', { nullable: true }),
    },
  }),
];
