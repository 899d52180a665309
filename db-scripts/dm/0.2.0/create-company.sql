-- 融呼 0.2.0 建表脚本：公司库（每个公司一份）
-- 达梦 DM8（UTF-8，页大小 32K，大小写敏感）
-- 由 npm run db-scripts 从表定义生成，请勿手工修改。先执行 00-users.sql，再以产品用户在对应的模式（库）中执行。
-- 共 26 张表

-- 表结构版本记录
create table schema_ledger (
  digest varchar(64 char) not null,
  applied_at bigint not null,
  remark varchar(200 char),
  primary key (digest)
) storage (using long row);
comment on table schema_ledger is '表结构版本记录';
comment on column schema_ledger.digest is '表定义摘要';
comment on column schema_ledger.applied_at is '完成时间';
comment on column schema_ledger.remark is '说明';

-- 待发布事件（与业务同一事务写入）
create table outbox (
  id bigint not null,
  kind varchar(60 char),
  aggregate varchar(30 char),
  aggregate_id varchar(40 char),
  company_id bigint,
  payload clob,
  "AT" bigint not null,
  due_at bigint default 0 not null,
  outbox_status int default 0 not null,
  seq bigint,
  attempts int default 0 not null,
  last_error varchar(500 char),
  published_at bigint,
  primary key (id)
) storage (using long row);
create index ix_outbox_outbox_status_at_id on outbox (outbox_status, "AT", id);
create index ix_outbox_outbox_statu_14j76lf on outbox (outbox_status, attempts);
create index ix_outbox_published_at on outbox (published_at);
comment on table outbox is '待发布事件（与业务同一事务写入）';
comment on column outbox.id is '编号';
comment on column outbox.kind is '事件';
comment on column outbox.aggregate is '聚合';
comment on column outbox.aggregate_id is '聚合编号';
comment on column outbox.company_id is '公司';
comment on column outbox.payload is '内容';
comment on column outbox."AT" is '时间';
comment on column outbox.due_at is '不早于';
comment on column outbox.outbox_status is '0 待发 1 已处理 2 失败搁置 3 已交消息中间件待确认';
comment on column outbox.seq is '发布序号';
comment on column outbox.attempts is '次数';
comment on column outbox.last_error is '最近错误';
comment on column outbox.published_at is '发布时间';

-- 租约：同一时刻一个持有者
create table lease (
  name varchar(60 char) not null,
  holder varchar(60 char),
  epoch bigint not null,
  until_at bigint not null,
  primary key (name)
) storage (using long row);
comment on table lease is '租约：同一时刻一个持有者';
comment on column lease.name is '名称';
comment on column lease.holder is '持有者';
comment on column lease.epoch is '任期';
comment on column lease.until_at is '到期';

-- 持久定时
create table durable_timer (
  id bigint not null,
  kind varchar(40 char) not null,
  timer_key varchar(80 char) not null,
  due_at bigint not null,
  company_id bigint,
  payload clob,
  lease_until bigint default 0 not null,
  attempts int default 0 not null,
  last_error varchar(500 char),
  primary key (id)
) storage (using long row);
create unique index uq_durable_timer_kind__1pz3mu3 on durable_timer (kind, timer_key);
create index ix_durable_timer_due_at on durable_timer (due_at);
comment on table durable_timer is '持久定时';
comment on column durable_timer.id is '编号';
comment on column durable_timer.kind is '类别';
comment on column durable_timer.timer_key is '键';
comment on column durable_timer.due_at is '到期';
comment on column durable_timer.company_id is '公司';
comment on column durable_timer.payload is '内容';
comment on column durable_timer.lease_until is '占用到';
comment on column durable_timer.attempts is '次数';
comment on column durable_timer.last_error is '最近错误';

-- 工单
create table work_order (
  id bigint not null,
  company_id bigint not null,
  order_no varchar(40 char) not null,
  order_type varchar(30 char),
  urgency varchar(10 char),
  order_source varchar(20 char),
  fault_code varchar(30 char),
  fault varchar(100 char),
  state varchar(12 char),
  version_no int not null,
  round_no int default 1 not null,
  priority int default 0 not null,
  supervised bit default 0 not null,
  over_level bit default 0 not null,
  near_due bit default 0 not null,
  overdue bit default 0 not null,
  was_overdue bit default 0 not null,
  urged int default 0 not null,
  pending_approval varchar(20 char),
  direct_closed bit default 0 not null,
  exempt bit default 0 not null,
  close_kind varchar(12 char),
  customer_id bigint,
  customer_name varchar(40 char),
  number_sealed varchar(400 char),
  number_blind varchar(64 char),
  number_last4 varchar(64 char),
  house_id bigint,
  unit_id bigint,
  community_id bigint,
  community_name varchar(60 char),
  address varchar(200 char),
  station_id bigint,
  worker_id bigint,
  worker_name varchar(40 char),
  agent_id bigint,
  agent_account_id bigint,
  agent_name varchar(40 char),
  call_id varchar(36 char),
  created_at bigint not null,
  due_at bigint,
  dispatched_at bigint,
  on_site_at bigint,
  completed_at bigint,
  closed_at bigint,
  outcome varchar(10 char),
  rating int,
  satisfied bit,
  revisit_attempts int default 0 not null,
  updated_at bigint not null,
  description varchar(2000 char),
  expert bit default 0 not null,
  escalations int default 0 not null,
  rule_version int not null,
  due_explained varchar(1000 char),
  due_overridden bit default 0 not null,
  round_at bigint,
  confirmed_at bigint,
  assigned_at bigint,
  accepted_at bigint,
  round_on_site_at bigint,
  signed bit default 0 not null,
  round_outcome varchar(10 char),
  last_revisit varchar(14 char),
  pending_id bigint,
  report_hours int,
  linked_company_id bigint,
  linked_order_id bigint,
  linked_order_no varchar(40 char),
  link_relation varchar(20 char),
  primary key (id)
) storage (using long row);
create unique index uq_work_order_order_no on work_order (order_no);
create index ix_work_order_state_station_id on work_order (state, station_id);
create index ix_work_order_worker_id_state on work_order (worker_id, state);
create index ix_work_order_house_id_9gjdeo on work_order (house_id, created_at);
create index ix_work_order_customer_vnnhi4 on work_order (customer_id, created_at);
create index ix_work_order_unit_id__9grrwi on work_order (unit_id, created_at);
create index ix_work_order_communit_vhcobt on work_order (community_id, created_at);
create index ix_work_order_number_b_1vv6jsr on work_order (number_blind, created_at);
create index ix_work_order_call_id on work_order (call_id);
comment on table work_order is '工单';
comment on column work_order.id is '编号';
comment on column work_order.company_id is '公司';
comment on column work_order.order_no is '工单号';
comment on column work_order.order_type is '类型';
comment on column work_order.urgency is '紧急程度';
comment on column work_order.order_source is '来源';
comment on column work_order.fault_code is '故障代码';
comment on column work_order.fault is '故障摘要';
comment on column work_order.state is '状态';
comment on column work_order.version_no is '版本';
comment on column work_order.round_no is '派单轮次';
comment on column work_order.priority is '优先级';
comment on column work_order.supervised is '督办';
comment on column work_order.over_level is '越级投诉';
comment on column work_order.near_due is '临期';
comment on column work_order.overdue is '本轮超时';
comment on column work_order.was_overdue is '曾经超时（考核用）';
comment on column work_order.urged is '催办次数';
comment on column work_order.pending_approval is '待审批事项';
comment on column work_order.direct_closed is '直接处结';
comment on column work_order.exempt is '免回访';
comment on column work_order.close_kind is '办结方式';
comment on column work_order.customer_id is '客户';
comment on column work_order.customer_name is '客户姓名';
comment on column work_order.number_sealed is '客户号码（密文）';
comment on column work_order.number_blind is '号码盲索引';
comment on column work_order.number_last4 is '后四位盲索引';
comment on column work_order.house_id is '房屋';
comment on column work_order.unit_id is '单元';
comment on column work_order.community_id is '小区';
comment on column work_order.community_name is '小区名称';
comment on column work_order.address is '地址';
comment on column work_order.station_id is '维修站';
comment on column work_order.worker_id is '处理人账号';
comment on column work_order.worker_name is '处理人姓名';
comment on column work_order.agent_id is '受理坐席';
comment on column work_order.agent_account_id is '受理人账号';
comment on column work_order.agent_name is '受理人姓名';
comment on column work_order.call_id is '通话编号';
comment on column work_order.created_at is '受理时间';
comment on column work_order.due_at is '处理期限';
comment on column work_order.dispatched_at is '首次派站时间';
comment on column work_order.on_site_at is '首次现场签到时间';
comment on column work_order.completed_at is '完成时间';
comment on column work_order.closed_at is '办结或结束时间';
comment on column work_order.outcome is '处理结果 fixed/unfixed';
comment on column work_order.rating is '现场评价 1-5';
comment on column work_order.satisfied is '客户满意（回访优先，否则现场评价 4 分及以上）';
comment on column work_order.revisit_attempts is '回访次数';
comment on column work_order.updated_at is '最近变更';
comment on column work_order.description is '故障描述';
comment on column work_order.expert is '专家处理中';
comment on column work_order.escalations is '超时升级次数';
comment on column work_order.rule_version is '时限规则版本';
comment on column work_order.due_explained is '时限说明';
comment on column work_order.due_overridden is '时限人工修改';
comment on column work_order.round_at is '本轮派站时间';
comment on column work_order.confirmed_at is '本轮确认时间';
comment on column work_order.assigned_at is '本轮分派时间';
comment on column work_order.accepted_at is '本轮接单时间';
comment on column work_order.round_on_site_at is '本轮签到时间';
comment on column work_order.signed is '本轮已签名';
comment on column work_order.round_outcome is '本轮处理结果';
comment on column work_order.last_revisit is '本轮回访结论';
comment on column work_order.pending_id is '待审批申请';
comment on column work_order.report_hours is '督办上报间隔（小时）';
comment on column work_order.linked_company_id is '关联工单公司';
comment on column work_order.linked_order_id is '关联工单';
comment on column work_order.linked_order_no is '关联工单号';
comment on column work_order.link_relation is '关联关系';

-- 工单历程（只增）
create table work_order_event (
  id bigint not null,
  order_id bigint not null,
  happened_at bigint not null,
  account_id bigint not null,
  person_name varchar(40 char),
  rule_no int not null,
  kind varchar(30 char),
  title varchar(60 char),
  from_state varchar(12 char),
  to_state varchar(12 char),
  reason varchar(1000 char),
  round_no int not null,
  version_no int not null,
  intervention bit default 0 not null,
  lat decimal(18,4),
  lng decimal(18,4),
  detail clob,
  primary key (id)
) storage (using long row);
create index ix_work_order_event_or_ezrrmi on work_order_event (order_id, id);
comment on table work_order_event is '工单历程（只增）';
comment on column work_order_event.id is '编号';
comment on column work_order_event.order_id is '工单';
comment on column work_order_event.happened_at is '时间';
comment on column work_order_event.account_id is '操作人（0 为系统）';
comment on column work_order_event.person_name is '操作人姓名';
comment on column work_order_event.rule_no is '状态表行号';
comment on column work_order_event.kind is '事件';
comment on column work_order_event.title is '标题';
comment on column work_order_event.from_state is '原状态';
comment on column work_order_event.to_state is '新状态';
comment on column work_order_event.reason is '原因';
comment on column work_order_event.round_no is '轮次';
comment on column work_order_event.version_no is '工单版本';
comment on column work_order_event.intervention is '监控中心干预';
comment on column work_order_event.lat is '纬度';
comment on column work_order_event.lng is '经度';
comment on column work_order_event.detail is '附加内容';

-- 工单审批
create table work_order_approval (
  id bigint not null,
  order_id bigint not null,
  kind varchar(20 char),
  event_name varchar(30 char),
  reason varchar(500 char),
  requested_by bigint not null,
  requester_name varchar(40 char),
  requested_at bigint not null,
  new_due_at bigint,
  approval_status varchar(10 char),
  decided_by bigint,
  decider_name varchar(40 char),
  decided_at bigint,
  decision_reason varchar(500 char),
  round_no int not null,
  primary key (id)
) storage (using long row);
create index ix_work_order_approval_kwybb5 on work_order_approval (order_id, id);
comment on table work_order_approval is '工单审批';
comment on column work_order_approval.id is '编号';
comment on column work_order_approval.order_id is '工单';
comment on column work_order_approval.kind is '事项';
comment on column work_order_approval.event_name is '批准后执行';
comment on column work_order_approval.reason is '申请原因';
comment on column work_order_approval.requested_by is '申请人';
comment on column work_order_approval.requester_name is '申请人姓名';
comment on column work_order_approval.requested_at is '申请时间';
comment on column work_order_approval.new_due_at is '申请的新时限';
comment on column work_order_approval.approval_status is '状态 pending/approved/rejected/withdrawn';
comment on column work_order_approval.decided_by is '审批人';
comment on column work_order_approval.decider_name is '审批人姓名';
comment on column work_order_approval.decided_at is '审批时间';
comment on column work_order_approval.decision_reason is '审批意见';
comment on column work_order_approval.round_no is '轮次';

-- 工单附件
create table attachment (
  id bigint not null,
  order_id bigint,
  device_uuid varchar(36 char),
  name varchar(120 char),
  mime varchar(60 char),
  byte_count bigint not null,
  kind varchar(12 char),
  stage varchar(10 char),
  sm3 varchar(64 char),
  taken_at bigint,
  lat decimal(18,4),
  lng decimal(18,4),
  round_no int default 1 not null,
  uploaded_by bigint not null,
  uploaded_at bigint not null,
  primary key (id)
) storage (using long row);
create unique index uq_attachment_device_uuid on attachment (device_uuid);
create index ix_attachment_order_id_id on attachment (order_id, id);
comment on table attachment is '工单附件';
comment on column attachment.id is '编号';
comment on column attachment.order_id is '工单（受理前上传的为空）';
comment on column attachment.device_uuid is '移动端文件编号';
comment on column attachment.name is '文件名';
comment on column attachment.mime is '内容类型';
comment on column attachment.byte_count is '字节数';
comment on column attachment.kind is '类别';
comment on column attachment.stage is '环节 intake/field';
comment on column attachment.sm3 is '内容摘要';
comment on column attachment.taken_at is '拍摄时间';
comment on column attachment.lat is '纬度';
comment on column attachment.lng is '经度';
comment on column attachment.round_no is '轮次';
comment on column attachment.uploaded_by is '上传人';
comment on column attachment.uploaded_at is '上传时间';

-- 移动端步骤（每步只生效一次）
create table field_step (
  step_id varchar(36 char) not null,
  device_id varchar(36 char),
  device_seq bigint not null,
  order_id bigint not null,
  account_id bigint not null,
  kind varchar(20 char),
  step_status varchar(10 char),
  code varchar(30 char),
  message varchar(200 char),
  done_at bigint not null,
  received_at bigint not null,
  payload clob,
  primary key (step_id)
) storage (using long row);
create index ix_field_step_order_id_aa0ipo on field_step (order_id, received_at);
comment on table field_step is '移动端步骤（每步只生效一次）';
comment on column field_step.step_id is '步骤编号';
comment on column field_step.device_id is '设备';
comment on column field_step.device_seq is '设备内次序';
comment on column field_step.order_id is '工单';
comment on column field_step.account_id is '操作人';
comment on column field_step.kind is '步骤';
comment on column field_step.step_status is '结果 applied/rejected';
comment on column field_step.code is '错误码';
comment on column field_step.message is '说明';
comment on column field_step.done_at is '现场时间';
comment on column field_step.received_at is '到达时间';
comment on column field_step.payload is '内容';

-- 客户评价与签名（封存，不可改）
create table evidence (
  id bigint not null,
  order_id bigint not null,
  round_no int not null,
  rating int not null,
  remark varchar(500 char),
  signed_by varchar(40 char),
  signed_at bigint not null,
  lat decimal(18,4),
  lng decimal(18,4),
  signature_id bigint not null,
  signature_sm3 varchar(64 char),
  worker_id bigint not null,
  canonical clob,
  sm3 varchar(64 char),
  sealed_at bigint not null,
  primary key (id)
) storage (using long row);
create unique index uq_evidence_order_id_round_no on evidence (order_id, round_no);
comment on table evidence is '客户评价与签名（封存，不可改）';
comment on column evidence.id is '编号';
comment on column evidence.order_id is '工单';
comment on column evidence.round_no is '轮次';
comment on column evidence.rating is '评价 1-5';
comment on column evidence.remark is '客户意见';
comment on column evidence.signed_by is '签名人';
comment on column evidence.signed_at is '签名时间';
comment on column evidence.lat is '纬度';
comment on column evidence.lng is '经度';
comment on column evidence.signature_id is '签名附件';
comment on column evidence.signature_sm3 is '签名图像摘要';
comment on column evidence.worker_id is '处理人';
comment on column evidence.canonical is '封存内容（规范化）';
comment on column evidence.sm3 is '封存摘要';
comment on column evidence.sealed_at is '封存时间';

-- 处理结果回填
create table order_result (
  id bigint not null,
  order_id bigint not null,
  round_no int not null,
  template_version int not null,
  field_values clob,
  parts clob,
  duration_minutes int not null,
  outcome varchar(10 char),
  filled_by bigint not null,
  filled_at bigint not null,
  primary key (id)
) storage (using long row);
create unique index uq_order_result_order__rzqjcn on order_result (order_id, round_no);
comment on table order_result is '处理结果回填';
comment on column order_result.id is '编号';
comment on column order_result.order_id is '工单';
comment on column order_result.round_no is '轮次';
comment on column order_result.template_version is '模板版本';
comment on column order_result.field_values is '模板内容';
comment on column order_result.parts is '更换配件';
comment on column order_result.duration_minutes is '用时（分钟）';
comment on column order_result.outcome is '结果';
comment on column order_result.filled_by is '填写人';
comment on column order_result.filled_at is '填写时间';

-- 室温记录
create table room_temperature (
  id bigint not null,
  house_id bigint,
  order_id bigint,
  measured_at bigint not null,
  celsius decimal(18,4) not null,
  room varchar(20 char),
  data_source varchar(10 char),
  account_id bigint,
  primary key (id)
) storage (using long row);
create index ix_room_temperature_ho_1r97xt2 on room_temperature (house_id, measured_at);
create index ix_room_temperature_or_18cic54 on room_temperature (order_id, measured_at);
comment on table room_temperature is '室温记录';
comment on column room_temperature.id is '编号';
comment on column room_temperature.house_id is '房屋';
comment on column room_temperature.order_id is '工单';
comment on column room_temperature.measured_at is '测量时间';
comment on column room_temperature.celsius is '温度';
comment on column room_temperature.room is '房间';
comment on column room_temperature.data_source is '来源 field/sensor/resident';
comment on column room_temperature.account_id is '测量人';

-- 回访记录（永久绑定工单）
create table revisit (
  id bigint not null,
  order_id bigint not null,
  round_no int not null,
  happened_at bigint not null,
  account_id bigint not null,
  person_name varchar(40 char),
  outcome varchar(14 char),
  form_version int not null,
  answers clob,
  remark varchar(1000 char),
  call_id varchar(36 char),
  primary key (id)
) storage (using long row);
create index ix_revisit_order_id_id on revisit (order_id, id);
comment on table revisit is '回访记录（永久绑定工单）';
comment on column revisit.id is '编号';
comment on column revisit.order_id is '工单';
comment on column revisit.round_no is '轮次';
comment on column revisit.happened_at is '时间';
comment on column revisit.account_id is '回访人';
comment on column revisit.person_name is '回访人姓名';
comment on column revisit.outcome is '结论';
comment on column revisit.form_version is '表单版本';
comment on column revisit.answers is '答案';
comment on column revisit.remark is '备注';
comment on column revisit.call_id is '通话编号';

-- 谁处理过该工单（移动端据此提示已改派，并允许补传文件）
create table worker_hold (
  order_id bigint not null,
  account_id bigint not null,
  since_at bigint not null,
  primary key (order_id, account_id)
) storage (using long row);
create index ix_worker_hold_account_1vwh33v on worker_hold (account_id, since_at);
comment on table worker_hold is '谁处理过该工单（移动端据此提示已改派，并允许补传文件）';
comment on column worker_hold.order_id is '工单';
comment on column worker_hold.account_id is '处理人';
comment on column worker_hold.since_at is '最近一次分派';

-- 受理幂等键（与工单同一事务写入）
create table intake_key (
  account_id bigint not null,
  idem_key varchar(64 char) not null,
  order_id bigint not null,
  made_at bigint not null,
  primary key (account_id, idem_key)
) storage (using long row);
comment on table intake_key is '受理幂等键（与工单同一事务写入）';
comment on column intake_key.account_id is '受理人';
comment on column intake_key.idem_key is '幂等键';
comment on column intake_key.order_id is '工单';
comment on column intake_key.made_at is '时间';

-- 工单号流水
create table order_counter (
  day_code varchar(8 char) not null,
  last_no int not null,
  primary key (day_code)
) storage (using long row);
comment on table order_counter is '工单号流水';
comment on column order_counter.day_code is '日期 yyyymmdd';
comment on column order_counter.last_no is '已发出的最大流水号';

-- 楼宇树节点：热源、热站、小区、楼栋、单元（公司一级是组织节点）
create table area_node (
  id bigint not null,
  company_id bigint not null,
  parent_id bigint not null,
  kind varchar(12 char),
  node_name varchar(60 char) not null,
  path varchar(200 char),
  own_station_id bigint,
  station_id bigint,
  house_count int default 0 not null,
  sort_key varchar(120 char),
  version int default 1 not null,
  updated_at bigint not null,
  primary key (id)
) storage (using long row);
create unique index uq_area_node_parent_id_1n2t6q3 on area_node (parent_id, node_name);
create index ix_area_node_path on area_node (path);
comment on table area_node is '楼宇树节点：热源、热站、小区、楼栋、单元（公司一级是组织节点）';
comment on column area_node.id is '编号';
comment on column area_node.company_id is '公司';
comment on column area_node.parent_id is '上级节点，0 为公司';
comment on column area_node.kind is '级别';
comment on column area_node.node_name is '名称';
comment on column area_node.path is '从热源到本节点的编号路径';
comment on column area_node.own_station_id is '本节点指定的维修站';
comment on column area_node.station_id is '生效的维修站（本节点或最近上级指定）';
comment on column area_node.house_count is '本节点之下的房屋数';
comment on column area_node.sort_key is '排序键（自然序）';
comment on column area_node.version is '版本';
comment on column area_node.updated_at is '最近变更';

-- 楼宇树变更日志（只增）
create table area_log (
  id bigint not null,
  node_id bigint not null,
  "AT" bigint not null,
  account_id bigint not null,
  person_name varchar(40 char),
  field_name varchar(30 char),
  old_text varchar(200 char),
  new_text varchar(200 char),
  change_source varchar(10 char),
  primary key (id)
) storage (using long row);
create index ix_area_log_node_id_id on area_log (node_id, id);
comment on table area_log is '楼宇树变更日志（只增）';
comment on column area_log.id is '编号';
comment on column area_log.node_id is '节点';
comment on column area_log."AT" is '时间';
comment on column area_log.account_id is '操作人';
comment on column area_log.person_name is '操作人姓名';
comment on column area_log.field_name is '项目';
comment on column area_log.old_text is '原值';
comment on column area_log.new_text is '新值';
comment on column area_log.change_source is '来源 ui/import/sync';

-- 房屋
create table house (
  id bigint not null,
  company_id bigint not null,
  unit_id bigint not null,
  building_id bigint not null,
  community_id bigint not null,
  station_id bigint,
  room_no varchar(20 char) not null,
  address varchar(200 char),
  area_m2 decimal(18,4) not null,
  heating varchar(10 char),
  contract_no varchar(30 char) not null,
  arrears_cents bigint default 0 not null,
  owner_id bigint,
  version int default 1 not null,
  updated_at bigint not null,
  primary key (id)
) storage (using long row);
create unique index uq_house_unit_id_room_no on house (unit_id, room_no);
create unique index uq_house_contract_no on house (contract_no);
create index ix_house_building_id on house (building_id);
create index ix_house_community_id on house (community_id);
create index ix_house_owner_id on house (owner_id);
comment on table house is '房屋';
comment on column house.id is '编号';
comment on column house.company_id is '公司';
comment on column house.unit_id is '单元';
comment on column house.building_id is '楼栋';
comment on column house.community_id is '小区';
comment on column house.station_id is '维修站';
comment on column house.room_no is '房号';
comment on column house.address is '地址';
comment on column house.area_m2 is '供热面积，平方米';
comment on column house.heating is '供热状态 on/suspended/off';
comment on column house.contract_no is '合同号';
comment on column house.arrears_cents is '欠费，分';
comment on column house.owner_id is '户主';
comment on column house.version is '版本';
comment on column house.updated_at is '最近变更';

-- 客户
create table customer (
  id bigint not null,
  company_id bigint not null,
  customer_name varchar(40 char),
  customer_level varchar(10 char) default 'normal',
  id_no_sealed varchar(400 char),
  id_no_blind varchar(64 char),
  remark varchar(500 char),
  version int default 1 not null,
  updated_at bigint not null,
  primary key (id)
) storage (using long row);
create index ix_customer_customer_name on customer (customer_name);
create index ix_customer_id_no_blind on customer (id_no_blind);
comment on table customer is '客户';
comment on column customer.id is '编号';
comment on column customer.company_id is '公司';
comment on column customer.customer_name is '姓名';
comment on column customer.customer_level is '级别 normal/vip';
comment on column customer.id_no_sealed is '证件号（密文）';
comment on column customer.id_no_blind is '证件号盲索引';
comment on column customer.remark is '备注';
comment on column customer.version is '版本';
comment on column customer.updated_at is '最近变更';

-- 客户号码
create table customer_phone (
  customer_id bigint not null,
  number_blind varchar(64 char) not null,
  number_last4 varchar(64 char),
  number_sealed varchar(400 char),
  attribution varchar(40 char),
  sort_no int default 0 not null,
  primary key (customer_id, number_blind)
) storage (using long row);
create index ix_customer_phone_number_blind on customer_phone (number_blind);
comment on table customer_phone is '客户号码';
comment on column customer_phone.customer_id is '客户';
comment on column customer_phone.number_blind is '号码盲索引';
comment on column customer_phone.number_last4 is '后四位盲索引';
comment on column customer_phone.number_sealed is '号码（密文）';
comment on column customer_phone.attribution is '归属地';
comment on column customer_phone.sort_no is '次序';

-- 房屋与客户
create table house_customer (
  house_id bigint not null,
  customer_id bigint not null,
  relation varchar(10 char),
  since_at bigint not null,
  primary key (house_id, customer_id)
) storage (using long row);
create index ix_house_customer_customer_id on house_customer (customer_id);
comment on table house_customer is '房屋与客户';
comment on column house_customer.house_id is '房屋';
comment on column house_customer.customer_id is '客户';
comment on column house_customer.relation is '关系 owner/resident';
comment on column house_customer.since_at is '起始';

-- 交退费
create table payment (
  id bigint not null,
  house_id bigint not null,
  customer_id bigint,
  paid_at bigint not null,
  pay_kind varchar(10 char),
  season varchar(12 char),
  amount_cents bigint not null,
  channel varchar(20 char),
  primary key (id)
) storage (using long row);
create index ix_payment_house_id_paid_at on payment (house_id, paid_at);
comment on table payment is '交退费';
comment on column payment.id is '编号';
comment on column payment.house_id is '房屋';
comment on column payment.customer_id is '客户';
comment on column payment.paid_at is '时间';
comment on column payment.pay_kind is '类别 payment/refund';
comment on column payment.season is '供热季';
comment on column payment.amount_cents is '金额，分';
comment on column payment.channel is '渠道';

-- 年度记录
create table year_record (
  house_id bigint not null,
  season varchar(12 char) not null,
  heating varchar(10 char),
  due_cents bigint not null,
  paid_cents bigint not null,
  mean_celsius decimal(18,4),
  primary key (house_id, season)
) storage (using long row);
comment on table year_record is '年度记录';
comment on column year_record.house_id is '房屋';
comment on column year_record.season is '供热季';
comment on column year_record.heating is '供热状态';
comment on column year_record.due_cents is '应收，分';
comment on column year_record.paid_cents is '已收，分';
comment on column year_record.mean_celsius is '平均室温';

-- 导入任务已保存的一段行
create table import_chunk (
  job_id bigint not null,
  chunk_no int not null,
  n_rows int not null,
  n_created int not null,
  n_changed int not null,
  n_same int not null,
  n_bad int not null,
  n_nodes int not null,
  indexed bit default 0 not null,
  primary key (job_id, chunk_no)
) storage (using long row);
comment on table import_chunk is '导入任务已保存的一段行';
comment on column import_chunk.job_id is '任务';
comment on column import_chunk.chunk_no is '段号';
comment on column import_chunk.n_rows is '行数';
comment on column import_chunk.n_created is '新增';
comment on column import_chunk.n_changed is '更新';
comment on column import_chunk.n_same is '未变';
comment on column import_chunk.n_bad is '错误行';
comment on column import_chunk.n_nodes is '新建节点';
comment on column import_chunk.indexed is '集团索引已更新';

-- 导入任务的错误行
create table import_bad_row (
  job_id bigint not null,
  row_no int not null,
  cells_sealed clob,
  reason varchar(1000 char),
  primary key (job_id, row_no)
) storage (using long row);
comment on table import_bad_row is '导入任务的错误行';
comment on column import_bad_row.job_id is '任务';
comment on column import_bad_row.row_no is '文件中的行号';
comment on column import_bad_row.cells_sealed is '原行内容（密文）';
comment on column import_bad_row.reason is '原因';

-- 记录版本：有了这一行，产品启动时不再改动表结构
insert into schema_ledger (digest, applied_at, remark) values ('8c8b342beaaf0581d3a928bbb1394aec8225cd2c54972c0cdabc079d4f01801b', 0, '0.2.0 by script');
commit;
