import { c, defineTable, type Column, type TableDefinition } from '../../platform/database/table';

/** Columns that the order and its line in the group's index share: one source, so that the index can never lack what a list shows. */
const shared = (): Record<string, Column> => ({
  id: c.id('编号'), company_id: c.id('公司'), order_no: c.text('工单号', 40), order_type: c.text('类型', 30), urgency: c.text('紧急程度', 10), order_source: c.text('来源', 20), fault_code: c.text('故障代码', 30), fault: c.text('故障摘要', 100), state: c.text('状态', 12),
  version_no: c.int('版本'), round_no: c.int('派单轮次', { default: 1 }), priority: c.int('优先级', { default: 0 }), supervised: c.bool('督办', { default: false }), over_level: c.bool('越级投诉', { default: false }), near_due: c.bool('临期', { default: false }), overdue: c.bool('本轮超时', { default: false }),
  was_overdue: c.bool('曾经超时（考核用）', { default: false }), urged: c.int('催办次数', { default: 0 }), pending_approval: c.text('待审批事项', 20, { nullable: true }), direct_closed: c.bool('直接处结', { default: false }), exempt: c.bool('免回访', { default: false }), close_kind: c.text('办结方式', 12, { nullable: true }),
  customer_id: c.id('客户', { nullable: true }), customer_name: c.text('客户姓名', 40, { nullable: true }), number_sealed: c.text('客户号码（密文）', 400, { nullable: true }), number_blind: c.text('号码盲索引', 64, { nullable: true }), number_last4: c.text('后四位盲索引', 64, { nullable: true }),
  house_id: c.id('房屋', { nullable: true }), unit_id: c.id('单元', { nullable: true }), community_id: c.id('小区', { nullable: true }), community_name: c.text('小区名称', 60, { nullable: true }), address: c.text('地址', 200), station_id: c.id('维修站', { nullable: true }),
  worker_id: c.id('处理人账号', { nullable: true }), worker_name: c.text('处理人姓名', 40, { nullable: true }), agent_id: c.id('受理坐席', { nullable: true }), agent_account_id: c.id('受理人账号', { nullable: true }), agent_name: c.text('受理人姓名', 40, { nullable: true }), call_id: c.text('通话编号', 36, { nullable: true }),
  created_at: c.time('受理时间'), due_at: c.time('处理期限', { nullable: true }), dispatched_at: c.time('首次派站时间', { nullable: true }), on_site_at: c.time('首次现场签到时间', { nullable: true }), completed_at: c.time('完成时间', { nullable: true }), closed_at: c.time('办结或结束时间', { nullable: true }),
  outcome: c.text('处理结果 fixed/unfixed', 10, { nullable: true }), rating: c.int('现场评价 1-5', { nullable: true }), satisfied: c.bool('客户满意（回访优先，否则现场评价 4 分及以上）', { nullable: true }), revisit_attempts: c.int('回访次数', { default: 0 }), updated_at: c.time('最近变更'),
});

/** Company shard: the orders and everything that hangs on them. Nothing here is ever deleted; events, evidence and revisits are only added. */
const companyTables: TableDefinition[] = [
  defineTable({
    name: 'work_order', comment: '工单', shard: 'company', primaryKey: ['id'], unique: [['order_no']], indexes: [['state', 'station_id'], ['worker_id', 'state'], ['house_id', 'created_at'], ['customer_id', 'created_at'], ['unit_id', 'created_at'], ['community_id', 'created_at'], ['number_blind', 'created_at'], ['call_id']],
    columns: {
      ...shared(), description: c.text('故障描述', 2000), expert: c.bool('专家处理中', { default: false }), escalations: c.int('超时升级次数', { default: 0 }), rule_version: c.int('时限规则版本'), due_explained: c.text('时限说明', 1000), due_overridden: c.bool('时限人工修改', { default: false }),
      round_at: c.time('本轮派站时间', { nullable: true }), confirmed_at: c.time('本轮确认时间', { nullable: true }), assigned_at: c.time('本轮分派时间', { nullable: true }), accepted_at: c.time('本轮接单时间', { nullable: true }), round_on_site_at: c.time('本轮签到时间', { nullable: true }), signed: c.bool('本轮已签名', { default: false }), round_outcome: c.text('本轮处理结果', 10, { nullable: true }),
      last_revisit: c.text('本轮回访结论', 14, { nullable: true }), pending_id: c.id('待审批申请', { nullable: true }), report_hours: c.int('督办上报间隔（小时）', { nullable: true }),
      linked_company_id: c.id('关联工单公司', { nullable: true }), linked_order_id: c.id('关联工单', { nullable: true }), linked_order_no: c.text('关联工单号', 40, { nullable: true }), link_relation: c.text('关联关系', 20, { nullable: true }),
    },
  }),
  defineTable({
    name: 'work_order_event', comment: '工单历程（只增）', shard: 'company', primaryKey: ['id'], indexes: [['order_id', 'id']],
    columns: {
      id: c.id('编号'), order_id: c.id('工单'), happened_at: c.time('时间'), account_id: c.id('操作人（0 为系统）'), person_name: c.text('操作人姓名', 40), rule_no: c.int('状态表行号'), kind: c.text('事件', 30), title: c.text('标题', 60), from_state: c.text('原状态', 12, { nullable: true }), to_state: c.text('新状态', 12, { nullable: true }),
      reason: c.text('原因', 1000, { nullable: true }), round_no: c.int('轮次'), version_no: c.int('工单版本'), intervention: c.bool('监控中心干预', { default: false }), lat: c.decimal('纬度', { nullable: true }), lng: c.decimal('经度', { nullable: true }), detail: c.json('附加内容', { nullable: true }),
    },
  }),
  defineTable({
    name: 'work_order_approval', comment: '工单审批', shard: 'company', primaryKey: ['id'], indexes: [['order_id', 'id']],
    columns: {
      id: c.id('编号'), order_id: c.id('工单'), kind: c.text('事项', 20), event_name: c.text('批准后执行', 30), reason: c.text('申请原因', 500), requested_by: c.id('申请人'), requester_name: c.text('申请人姓名', 40), requested_at: c.time('申请时间'), new_due_at: c.time('申请的新时限', { nullable: true }),
      approval_status: c.text('状态 pending/approved/rejected/withdrawn', 10), decided_by: c.id('审批人', { nullable: true }), decider_name: c.text('审批人姓名', 40, { nullable: true }), decided_at: c.time('审批时间', { nullable: true }), decision_reason: c.text('审批意见', 500, { nullable: true }), round_no: c.int('轮次'),
    },
  }),
  defineTable({
    name: 'attachment', comment: '工单附件', shard: 'company', primaryKey: ['id'], unique: [['device_uuid']], indexes: [['order_id', 'id']],
    columns: {
      id: c.id('编号'), order_id: c.id('工单（受理前上传的为空）', { nullable: true }), device_uuid: c.text('移动端文件编号', 36, { nullable: true }), name: c.text('文件名', 120), mime: c.text('内容类型', 60), byte_count: c.bigint('字节数'), kind: c.text('类别', 12), stage: c.text('环节 intake/field', 10), sm3: c.text('内容摘要', 64),
      taken_at: c.time('拍摄时间', { nullable: true }), lat: c.decimal('纬度', { nullable: true }), lng: c.decimal('经度', { nullable: true }), round_no: c.int('轮次', { default: 1 }), uploaded_by: c.id('上传人'), uploaded_at: c.time('上传时间'),
    },
  }),
  defineTable({
    name: 'field_step', comment: '移动端步骤（每步只生效一次）', shard: 'company', primaryKey: ['step_id'], indexes: [['order_id', 'received_at']],
    columns: {
      step_id: c.text('步骤编号', 36), device_id: c.text('设备', 36), device_seq: c.bigint('设备内次序'), order_id: c.id('工单'), account_id: c.id('操作人'), kind: c.text('步骤', 20), step_status: c.text('结果 applied/rejected', 10), code: c.text('错误码', 30, { nullable: true }), message: c.text('说明', 200, { nullable: true }),
      done_at: c.time('现场时间'), received_at: c.time('到达时间'), payload: c.json('内容'),
    },
  }),
  defineTable({
    // One row a round, written once: `sm3` is the digest of `canonical`, which names signature, rating, result and round.
    name: 'evidence', comment: '客户评价与签名（封存，不可改）', shard: 'company', primaryKey: ['id'], unique: [['order_id', 'round_no']],
    columns: {
      id: c.id('编号'), order_id: c.id('工单'), round_no: c.int('轮次'), rating: c.int('评价 1-5'), remark: c.text('客户意见', 500, { nullable: true }), signed_by: c.text('签名人', 40), signed_at: c.time('签名时间'), lat: c.decimal('纬度', { nullable: true }), lng: c.decimal('经度', { nullable: true }),
      signature_id: c.id('签名附件'), signature_sm3: c.text('签名图像摘要', 64), worker_id: c.id('处理人'), canonical: c.longText('封存内容（规范化）'), sm3: c.text('封存摘要', 64), sealed_at: c.time('封存时间'),
    },
  }),
  defineTable({
    name: 'order_result', comment: '处理结果回填', shard: 'company', primaryKey: ['id'], unique: [['order_id', 'round_no']],
    columns: { id: c.id('编号'), order_id: c.id('工单'), round_no: c.int('轮次'), template_version: c.int('模板版本'), field_values: c.json('模板内容'), parts: c.json('更换配件'), duration_minutes: c.int('用时（分钟）'), outcome: c.text('结果', 10), filled_by: c.id('填写人'), filled_at: c.time('填写时间') },
  }),
  defineTable({
    name: 'room_temperature', comment: '室温记录', shard: 'company', primaryKey: ['id'], indexes: [['house_id', 'measured_at'], ['order_id', 'measured_at']],
    columns: { id: c.id('编号'), house_id: c.id('房屋', { nullable: true }), order_id: c.id('工单', { nullable: true }), measured_at: c.time('测量时间'), celsius: c.decimal('温度'), room: c.text('房间', 20), data_source: c.text('来源 field/sensor/resident', 10), account_id: c.id('测量人', { nullable: true }) },
  }),
  defineTable({
    name: 'revisit', comment: '回访记录（永久绑定工单）', shard: 'company', primaryKey: ['id'], indexes: [['order_id', 'id']],
    columns: { id: c.id('编号'), order_id: c.id('工单'), round_no: c.int('轮次'), happened_at: c.time('时间'), account_id: c.id('回访人'), person_name: c.text('回访人姓名', 40), outcome: c.text('结论', 14), form_version: c.int('表单版本'), answers: c.json('答案'), remark: c.text('备注', 1000, { nullable: true }), call_id: c.text('通话编号', 36, { nullable: true }) },
  }),
  defineTable({
    name: 'worker_hold', comment: '谁处理过该工单（移动端据此提示已改派，并允许补传文件）', shard: 'company', primaryKey: ['order_id', 'account_id'], indexes: [['account_id', 'since_at']],
    columns: { order_id: c.id('工单'), account_id: c.id('处理人'), since_at: c.time('最近一次分派') },
  }),
  defineTable({
    name: 'intake_key', comment: '受理幂等键（与工单同一事务写入）', shard: 'company', primaryKey: ['account_id', 'idem_key'],
    columns: { account_id: c.id('受理人'), idem_key: c.text('幂等键', 64), order_id: c.id('工单'), made_at: c.time('时间') },
  }),
  defineTable({
    name: 'order_counter', comment: '工单号流水', shard: 'company', primaryKey: ['day_code'],
    columns: { day_code: c.text('日期 yyyymmdd', 8), last_no: c.int('已发出的最大流水号') },
  }),
];

/** Group shard: what lists, pools and boards read, kept by events; never a fan-out over companies. */
const groupTables: TableDefinition[] = [
  defineTable({
    name: 'work_order_index', comment: '全集团工单索引', shard: 'group', primaryKey: ['id'], unique: [['order_no']],
    indexes: [['created_at desc'], ['company_id', 'created_at desc'], ['station_id', 'created_at desc'], ['state', 'company_id', 'created_at desc'], ['state', 'station_id'], ['state', 'due_at'], ['worker_id', 'state'], ['agent_account_id', 'state', 'created_at desc'], ['agent_id', 'created_at desc'], ['number_blind', 'created_at desc'], ['number_last4', 'created_at desc'], ['house_id', 'created_at desc'], ['customer_id', 'created_at desc'], ['community_id', 'created_at desc'], ['closed_at'], ['customer_name'], ['order_no'], ['due_at'], ['priority desc', 'due_at'], ['order_type', 'created_at desc'], ['order_source', 'created_at desc']],
    columns: shared(),
  }),
  defineTable({
    name: 'approval_index', comment: '全集团审批索引', shard: 'group', primaryKey: ['id'], indexes: [['approval_status', 'company_id', 'requested_at'], ['order_id']],
    columns: {
      id: c.id('编号'), company_id: c.id('公司'), station_id: c.id('维修站', { nullable: true }), order_id: c.id('工单'), order_no: c.text('工单号', 40), kind: c.text('事项', 20), reason: c.text('申请原因', 500), requested_by: c.id('申请人'), requester_name: c.text('申请人姓名', 40), requested_at: c.time('申请时间'), new_due_at: c.time('申请的新时限', { nullable: true }),
      approval_status: c.text('状态', 10), decider_name: c.text('审批人姓名', 40, { nullable: true }), decided_at: c.time('审批时间', { nullable: true }), decision_reason: c.text('审批意见', 500, { nullable: true }), version_no: c.int('工单版本'),
    },
  }),
  defineTable({
    name: 'field_check_in', comment: '每日签到（含位置）', shard: 'group', primaryKey: ['step_id'], indexes: [['account_id', 'happened_at desc']],
    columns: { step_id: c.text('步骤编号', 36), account_id: c.id('人员'), happened_at: c.time('时间'), lat: c.decimal('纬度', { nullable: true }), lng: c.decimal('经度', { nullable: true }), accuracy_m: c.decimal('精度（米）', { nullable: true }) },
  }),
];
export const workOrderTables: TableDefinition[] = [...companyTables, ...groupTables];
