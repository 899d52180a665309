import { c, defineTable, type TableDefinition } from '../../platform/database/table';

/** Tables of the telephone, all in the group's shard: agents take calls of every company. */
export const telephonyTables: TableDefinition[] = [
  defineTable({
    name: 'agent', comment: '坐席', shard: 'group', primaryKey: ['agent_id'], unique: [['work_no'], ['account_id']], indexes: [['station_id']],
    columns: {
      agent_id: c.id('坐席编号'), account_id: c.id('账号'), work_no: c.text('工号', 12), name: c.text('姓名', 40), station_id: c.id('站部'), company_id: c.id('公司'),
      active: c.bool('启用', { default: true }), independent_sip: c.bool('允许话机独立在线', { default: false }), version: c.int('版本', { default: 1 }),
    },
  }),
  defineTable({
    name: 'skill_group', comment: '技能组', shard: 'group', primaryKey: ['skill_group_id'], unique: [['code']],
    columns: {
      skill_group_id: c.id('技能组编号'), name: c.text('名称', 40), code: c.text('编码', 30), direction: c.text('方向 inbound outbound', 10, { default: 'inbound' }), strategy: c.text('振铃策略', 20, { default: 'longestIdle' }),
      fallback: c.text('回头客之后的策略', 20, { default: 'longestIdle' }), count_period: c.text('计数周期 day signIn reset', 10, { default: 'day' }), last_agent_wait_s: c.int('等候上次坐席秒数', { default: 15 }), ring_s: c.int('振铃秒数', { default: 15 }),
      retry_s: c.int('全部未接后重试秒数', { default: 5 }), wrap_up_s: c.int('话后处理秒数', { default: 30 }), misses_to_rest: c.int('连续漏接几次置小休，0 为不置', { default: 3 }), quick_hangup_s: c.int('客户快速挂机秒数', { default: 5 }),
      rest_cap: c.int('小休人数上限，0 为不限', { default: 0 }), rest_limit_s: c.int('小休时长上限秒，0 为不限', { default: 0 }), overflow_length: c.int('溢出队列长度，0 为关', { default: 0 }), overflow_wait_s: c.int('溢出等候秒数，0 为关', { default: 0 }), overflow_rings: c.int('溢出振铃次数，0 为关', { default: 0 }),
      overflow_group_id: c.id('溢出到的技能组', { nullable: true }), best_level_first: c.bool('高等级优先', { default: false }), rating: c.bool('通话后评价', { default: true }), active: c.bool('启用', { default: true }), version: c.int('版本', { default: 1 }),
    },
  }),
  defineTable({
    name: 'agent_skill', comment: '坐席技能', shard: 'group', primaryKey: ['agent_id', 'skill_group_id'], indexes: [['skill_group_id']],
    columns: { agent_id: c.id('坐席'), skill_group_id: c.id('技能组'), skill_level: c.int('等级 1 至 9', { default: 5 }) },
  }),
  defineTable({
    name: 'phone', comment: '话机', shard: 'group', primaryKey: ['extension'], indexes: [['station_id']],
    columns: { extension: c.text('分机号', 6), station_id: c.id('站部'), sip_secret: c.text('注册密钥（密文）', 400, { nullable: true }), mac: c.text('话机地址', 17, { nullable: true }), is_online: c.bool('在线', { default: false }), seen_at: c.time('最近注册', { nullable: true }) },
  }),
  defineTable({
    // One to one both ways (CC-172): the database refuses a second binding of either side.
    name: 'binding', comment: '坐席与话机绑定', shard: 'group', primaryKey: ['agent_id'], unique: [['extension']],
    columns: { agent_id: c.id('坐席'), extension: c.text('分机号', 6), bound_by: c.id('操作人'), bound_at: c.time('绑定时间') },
  }),
  defineTable({
    name: 'access_number', comment: '接入号码', shard: 'group', primaryKey: ['called_number'],
    columns: { called_number: c.text('接入号码', 20), target_kind: c.text('去向 ivr skillGroup', 12, { default: 'ivr' }), skill_group_id: c.id('技能组', { nullable: true }), ivr_code: c.text('流程编码', 30, { nullable: true }), priority: c.int('优先级 1 最先 至 9', { default: 5 }), company_id: c.id('公司', { nullable: true }) },
  }),
  defineTable({
    name: 'call_record', comment: '话单', shard: 'group', primaryKey: ['call_id'], indexes: [['started_at'], ['agent_id', 'started_at'], ['number_blind', 'started_at'], ['number_last4', 'started_at'], ['order_id'], ['station_id', 'started_at'], ['company_id', 'started_at']],
    columns: {
      call_id: c.text('通话编号', 36), direction: c.text('方向', 10), purpose: c.text('用途', 10), number_sealed: c.text('客户号码（密文）', 400, { nullable: true }), number_blind: c.text('号码盲索引', 64, { nullable: true }), number_last4: c.text('后四位盲索引', 64, { nullable: true }), called_number: c.text('被叫', 30, { nullable: true }),
      started_at: c.time('开始'), queued_at: c.time('入队', { nullable: true }), answered_at: c.time('接通', { nullable: true }), ended_at: c.time('结束', { nullable: true }), talk_s: c.int('通话秒', { default: 0 }), wait_s: c.int('等候秒', { default: 0 }), ring_s: c.int('振铃秒', { default: 0 }),
      end_reason: c.text('结束原因', 20, { nullable: true }), ended_by: c.text('挂机方', 10, { nullable: true }), rating: c.int('评价', { nullable: true }), skill_group_id: c.id('技能组', { nullable: true }), agent_id: c.id('坐席', { nullable: true }), agent_name: c.text('坐席姓名', 40, { nullable: true }),
      station_id: c.id('站部', { nullable: true }), company_id: c.id('公司', { nullable: true }), customer_id: c.id('客户', { nullable: true }), customer_name: c.text('客户姓名', 40, { nullable: true }), house_address: c.text('房屋地址', 200, { nullable: true }), order_id: c.id('工单', { nullable: true }), order_company_id: c.id('工单公司', { nullable: true }), order_no: c.text('工单号', 40, { nullable: true }),
      disposition: c.text('通话小结', 60, { nullable: true }), remark: c.text('备注', 500, { nullable: true }), priority: c.int('优先级 1 最先 至 9', { default: 5 }), repeat_count: c.int('重复来电次数', { default: 0 }), misses: c.int('漏接次数', { default: 0 }), transfers: c.int('转接次数', { default: 0 }),
      ivr_path: c.json('导航路径', { nullable: true }), recording_id: c.id('录音', { nullable: true }), source: c.text('来源 director spool', 10, { default: 'director' }), epoch: c.bigint('调度任期', { default: 0 }),
    },
  }),
  defineTable({
    name: 'call_event', comment: '通话事件', shard: 'group', primaryKey: ['event_id'], indexes: [['call_id', 'event_id']],
    columns: { event_id: c.id('编号'), call_id: c.text('通话编号', 36), happened_at: c.time('时间'), kind: c.text('事件', 30), agent_id: c.id('坐席', { nullable: true }), detail: c.text('说明', 400, { nullable: true }), epoch: c.bigint('调度任期', { default: 0 }) },
  }),
  defineTable({
    name: 'agent_state_log', comment: '坐席状态日志', shard: 'group', primaryKey: ['log_id'], indexes: [['agent_id', 'began_at'], ['began_at']],
    columns: {
      log_id: c.id('编号'), agent_id: c.id('坐席'), layer: c.text('层 presence readiness call', 10), state_from: c.text('原状态', 20, { nullable: true }), state_to: c.text('新状态', 20), reason: c.text('原因或子状态', 60, { nullable: true }), cause: c.text('由谁 agent system leader phone', 10),
      operator_id: c.id('操作人', { nullable: true }), operator_name: c.text('操作人姓名', 40, { nullable: true }), began_at: c.time('开始'), lasted_ms: c.bigint('上一状态持续毫秒', { nullable: true }), call_id: c.text('通话编号', 36, { nullable: true }),
    },
  }),
  defineTable({
    name: 'agent_state', comment: '坐席当前状态（重启后恢复）', shard: 'group', primaryKey: ['agent_id'],
    columns: { agent_id: c.id('坐席'), presence: c.text('在线层', 12), readiness: c.text('就绪层', 12, { nullable: true }), chosen: c.text('话后处理之后的就绪', 12, { nullable: true }), rest_reason: c.text('小休子状态', 30, { nullable: true }), wrap_up_until: c.time('话后处理到', { nullable: true }), misses: c.int('连续漏接', { default: 0 }), idle_since: c.time('空闲自', { nullable: true }), answered_at: c.time('最近接通', { nullable: true }), changed_at: c.time('变更时间'), epoch: c.bigint('调度任期', { default: 0 }) },
  }),
  defineTable({
    name: 'recording', comment: '录音', shard: 'group', primaryKey: ['recording_id'], unique: [['call_id', 'file_path']], indexes: [['segment_id'], ['made_at']],
    columns: { recording_id: c.id('录音编号'), call_id: c.text('通话编号', 36), file_path: c.text('文件路径', 300), byte_count: c.bigint('字节数'), duration_ms: c.bigint('时长毫秒', { default: 0 }), made_at: c.time('完成时间'), sm3: c.text('杂凑', 64, { nullable: true }), segment_id: c.id('封存段', { nullable: true }), missing: c.bool('文件缺失', { default: false }) },
  }),
  defineTable({
    name: 'blocklist', comment: '黑名单', shard: 'group', primaryKey: ['blocklist_id'], indexes: [['number_blind']],
    columns: { blocklist_id: c.id('编号'), number_blind: c.text('号码盲索引', 64), number_sealed: c.text('号码（密文）', 400), treatment: c.text('处理 prompt reject', 10, { default: 'prompt' }), reason: c.text('原因', 200), account_id: c.id('操作人'), person_name: c.text('操作人姓名', 40), added_at: c.time('加入时间'), removed_at: c.time('移出时间', { nullable: true }), removed_by: c.id('移出人', { nullable: true }) },
  }),
  defineTable({
    name: 'number_segment', comment: '号段归属地（可导入）', shard: 'group', primaryKey: ['prefix'],
    columns: { prefix: c.text('号段：手机前 3 至 7 位，固话区号', 8), province: c.text('省', 20, { nullable: true }), city: c.text('市', 20, { nullable: true }), carrier: c.text('运营商', 10, { nullable: true }) },
  }),
];
