import { c, defineTable, type TableDefinition } from '../../../platform/database/table';

/** The job is the group's, so that any worker finds it; what a chunk of rows did stands beside the houses, in the same transaction. */
export const importTables: TableDefinition[] = [
  defineTable({
    name: 'import_job', comment: '房屋档案导入任务', shard: 'group', primaryKey: ['id'], unique: [['id_second']], indexes: [['company_id', 'created_at'], ['job_state']],
    columns: {
      id: c.id('编号'), company_id: c.id('公司'), file_name: c.text('文件名', 200), file_bytes: c.bigint('文件字节数'), file_sm3: c.text('上传文件的 SM3', 64), rows_sm3: c.text('转成 CSV 后的 SM3，上传的就是 CSV 时相同', 64, { nullable: true }), header_text: c.text('首行（JSON）', 4000, { nullable: true }),
      job_state: c.text('状态 waiting/checking/running/done/cancelled/failed', 12), cancel_asked: c.bool('已要求取消', { default: false }), account_id: c.id('发起人'), person_name: c.text('发起人姓名', 40), login: c.text('发起人登录名', 60, { nullable: true }), address: c.text('发起人地址', 64, { nullable: true }), org_root_id: c.id('发起人所在组织', { nullable: true }),
      created_at: c.time('提交时间'), started_at: c.time('开始', { nullable: true }), finished_at: c.time('结束', { nullable: true }), holder: c.text('执行者', 60, { nullable: true }), lease_until: c.time('占用到', { default: 0 }), attempts: c.int('执行次数', { default: 0 }), id_second: c.bigint('编号段起点（2024 年起的秒）', { nullable: true }), id_seconds: c.bigint('编号段长度，秒', { nullable: true }), indexes_off: c.bool('索引待重建', { default: false }),
      rows_total: c.bigint('总行数', { nullable: true }), rows_read: c.bigint('已处理行数', { default: 0 }), n_created: c.bigint('新增', { default: 0 }), n_changed: c.bigint('更新', { default: 0 }), n_same: c.bigint('未变', { default: 0 }), n_bad: c.bigint('错误行', { default: 0 }), n_nodes: c.bigint('新建节点', { default: 0 }), progress_permille: c.int('进度，千分数', { default: 0 }), last_error: c.text('原因', 500, { nullable: true }),
    },
  }),
  defineTable({
    name: 'import_chunk', comment: '导入任务已保存的一段行', shard: 'company', primaryKey: ['job_id', 'chunk_no'],
    columns: { job_id: c.id('任务'), chunk_no: c.int('段号'), n_rows: c.int('行数'), n_created: c.int('新增'), n_changed: c.int('更新'), n_same: c.int('未变'), n_bad: c.int('错误行'), n_nodes: c.int('新建节点'), indexed: c.bool('集团索引已更新', { default: false }) },
  }),
  defineTable({
    name: 'import_bad_row', comment: '导入任务的错误行', shard: 'company', primaryKey: ['job_id', 'row_no'],
    columns: { job_id: c.id('任务'), row_no: c.int('文件中的行号'), cells_sealed: c.text('原行内容（密文）', 4000), reason: c.text('原因', 1000) },
  }),
];
