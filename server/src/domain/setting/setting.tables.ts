import { c, defineTable, type TableDefinition } from '../../platform/database/table';

export const settingTables: TableDefinition[] = [
  defineTable({
    name: 'setting_version', comment: '设置的各个版本（只增，可恢复）', shard: 'group', primaryKey: ['code', 'version_no'],
    columns: { code: c.text('设置', 40), version_no: c.int('版本，从 1 起'), body: c.longText('内容'), saved_at: c.time('保存时间'), account_id: c.id('操作人，0 为系统'), saved_by: c.text('操作人姓名', 40), reason: c.text('原因', 200), restored_from: c.int('恢复自版本', { nullable: true }) },
  }),
];
