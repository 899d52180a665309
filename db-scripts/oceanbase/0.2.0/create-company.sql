-- 融呼 0.2.0 建表脚本：公司库（每个公司一份）
-- OceanBase（MySQL 模式租户）
-- 由 npm run db-scripts 从表定义生成，请勿手工修改。先执行 00-users.sql，再以产品用户在对应的模式（库）中执行。
-- 共 26 张表

-- 表结构版本记录
create table if not exists schema_ledger (
  digest varchar(64) not null comment '表定义摘要',
  applied_at bigint not null comment '完成时间',
  remark varchar(200) not null comment '说明',
  primary key (digest)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '表结构版本记录';

-- 待发布事件（与业务同一事务写入）
create table if not exists outbox (
  id bigint not null comment '编号',
  kind varchar(60) not null comment '事件',
  aggregate varchar(30) not null comment '聚合',
  aggregate_id varchar(40) not null comment '聚合编号',
  company_id bigint comment '公司',
  payload longtext not null comment '内容',
  at bigint not null comment '时间',
  due_at bigint not null default 0 comment '不早于',
  outbox_status int not null default 0 comment '0 待发 1 已处理 2 失败搁置 3 已交消息中间件待确认',
  seq bigint comment '发布序号',
  attempts int not null default 0 comment '次数',
  last_error varchar(500) comment '最近错误',
  published_at bigint comment '发布时间',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '待发布事件（与业务同一事务写入）';
create index ix_outbox_outbox_status_at_id on outbox (outbox_status, at, id);
create index ix_outbox_outbox_statu_14j76lf on outbox (outbox_status, attempts);
create index ix_outbox_published_at on outbox (published_at);

-- 租约：同一时刻一个持有者
create table if not exists lease (
  name varchar(60) not null comment '名称',
  holder varchar(60) not null comment '持有者',
  epoch bigint not null comment '任期',
  until_at bigint not null comment '到期',
  primary key (name)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '租约：同一时刻一个持有者';

-- 持久定时
create table if not exists durable_timer (
  id bigint not null comment '编号',
  kind varchar(40) not null comment '类别',
  timer_key varchar(80) not null comment '键',
  due_at bigint not null comment '到期',
  company_id bigint comment '公司',
  payload longtext not null comment '内容',
  lease_until bigint not null default 0 comment '占用到',
  attempts int not null default 0 comment '次数',
  last_error varchar(500) comment '最近错误',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '持久定时';
create unique index uq_durable_timer_kind__1pz3mu3 on durable_timer (kind, timer_key);
create index ix_durable_timer_due_at on durable_timer (due_at);

-- 工单
create table if not exists work_order (
  id bigint not null comment '编号',
  company_id bigint not null comment '公司',
  order_no varchar(40) not null comment '工单号',
  order_type varchar(30) not null comment '类型',
  urgency varchar(10) not null comment '紧急程度',
  order_source varchar(20) not null comment '来源',
  fault_code varchar(30) not null comment '故障代码',
  fault varchar(100) not null comment '故障摘要',
  state varchar(12) not null comment '状态',
  version_no int not null comment '版本',
  round_no int not null default 1 comment '派单轮次',
  priority int not null default 0 comment '优先级',
  supervised tinyint(1) not null default 0 comment '督办',
  over_level tinyint(1) not null default 0 comment '越级投诉',
  near_due tinyint(1) not null default 0 comment '临期',
  overdue tinyint(1) not null default 0 comment '本轮超时',
  was_overdue tinyint(1) not null default 0 comment '曾经超时（考核用）',
  urged int not null default 0 comment '催办次数',
  pending_approval varchar(20) comment '待审批事项',
  direct_closed tinyint(1) not null default 0 comment '直接处结',
  exempt tinyint(1) not null default 0 comment '免回访',
  close_kind varchar(12) comment '办结方式',
  customer_id bigint comment '客户',
  customer_name varchar(40) comment '客户姓名',
  number_sealed varchar(400) comment '客户号码（密文）',
  number_blind varchar(64) comment '号码盲索引',
  number_last4 varchar(64) comment '后四位盲索引',
  house_id bigint comment '房屋',
  unit_id bigint comment '单元',
  community_id bigint comment '小区',
  community_name varchar(60) comment '小区名称',
  address varchar(200) not null comment '地址',
  station_id bigint comment '维修站',
  worker_id bigint comment '处理人账号',
  worker_name varchar(40) comment '处理人姓名',
  agent_id bigint comment '受理坐席',
  agent_account_id bigint comment '受理人账号',
  agent_name varchar(40) comment '受理人姓名',
  call_id varchar(36) comment '通话编号',
  created_at bigint not null comment '受理时间',
  due_at bigint comment '处理期限',
  dispatched_at bigint comment '首次派站时间',
  on_site_at bigint comment '首次现场签到时间',
  completed_at bigint comment '完成时间',
  closed_at bigint comment '办结或结束时间',
  outcome varchar(10) comment '处理结果 fixed/unfixed',
  rating int comment '现场评价 1-5',
  satisfied tinyint(1) comment '客户满意（回访优先，否则现场评价 4 分及以上）',
  revisit_attempts int not null default 0 comment '回访次数',
  updated_at bigint not null comment '最近变更',
  description varchar(2000) not null comment '故障描述',
  expert tinyint(1) not null default 0 comment '专家处理中',
  escalations int not null default 0 comment '超时升级次数',
  rule_version int not null comment '时限规则版本',
  due_explained varchar(1000) not null comment '时限说明',
  due_overridden tinyint(1) not null default 0 comment '时限人工修改',
  round_at bigint comment '本轮派站时间',
  confirmed_at bigint comment '本轮确认时间',
  assigned_at bigint comment '本轮分派时间',
  accepted_at bigint comment '本轮接单时间',
  round_on_site_at bigint comment '本轮签到时间',
  signed tinyint(1) not null default 0 comment '本轮已签名',
  round_outcome varchar(10) comment '本轮处理结果',
  last_revisit varchar(14) comment '本轮回访结论',
  pending_id bigint comment '待审批申请',
  report_hours int comment '督办上报间隔（小时）',
  linked_company_id bigint comment '关联工单公司',
  linked_order_id bigint comment '关联工单',
  linked_order_no varchar(40) comment '关联工单号',
  link_relation varchar(20) comment '关联关系',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '工单';
create unique index uq_work_order_order_no on work_order (order_no);
create index ix_work_order_state_station_id on work_order (state, station_id);
create index ix_work_order_worker_id_state on work_order (worker_id, state);
create index ix_work_order_house_id_9gjdeo on work_order (house_id, created_at);
create index ix_work_order_customer_vnnhi4 on work_order (customer_id, created_at);
create index ix_work_order_unit_id__9grrwi on work_order (unit_id, created_at);
create index ix_work_order_communit_vhcobt on work_order (community_id, created_at);
create index ix_work_order_number_b_1vv6jsr on work_order (number_blind, created_at);
create index ix_work_order_call_id on work_order (call_id);

-- 工单历程（只增）
create table if not exists work_order_event (
  id bigint not null comment '编号',
  order_id bigint not null comment '工单',
  happened_at bigint not null comment '时间',
  account_id bigint not null comment '操作人（0 为系统）',
  person_name varchar(40) not null comment '操作人姓名',
  rule_no int not null comment '状态表行号',
  kind varchar(30) not null comment '事件',
  title varchar(60) not null comment '标题',
  from_state varchar(12) comment '原状态',
  to_state varchar(12) comment '新状态',
  reason varchar(1000) comment '原因',
  round_no int not null comment '轮次',
  version_no int not null comment '工单版本',
  intervention tinyint(1) not null default 0 comment '监控中心干预',
  lat decimal(18,4) comment '纬度',
  lng decimal(18,4) comment '经度',
  detail longtext comment '附加内容',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '工单历程（只增）';
create index ix_work_order_event_or_ezrrmi on work_order_event (order_id, id);

-- 工单审批
create table if not exists work_order_approval (
  id bigint not null comment '编号',
  order_id bigint not null comment '工单',
  kind varchar(20) not null comment '事项',
  event_name varchar(30) not null comment '批准后执行',
  reason varchar(500) not null comment '申请原因',
  requested_by bigint not null comment '申请人',
  requester_name varchar(40) not null comment '申请人姓名',
  requested_at bigint not null comment '申请时间',
  new_due_at bigint comment '申请的新时限',
  approval_status varchar(10) not null comment '状态 pending/approved/rejected/withdrawn',
  decided_by bigint comment '审批人',
  decider_name varchar(40) comment '审批人姓名',
  decided_at bigint comment '审批时间',
  decision_reason varchar(500) comment '审批意见',
  round_no int not null comment '轮次',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '工单审批';
create index ix_work_order_approval_kwybb5 on work_order_approval (order_id, id);

-- 工单附件
create table if not exists attachment (
  id bigint not null comment '编号',
  order_id bigint comment '工单（受理前上传的为空）',
  device_uuid varchar(36) comment '移动端文件编号',
  name varchar(120) not null comment '文件名',
  mime varchar(60) not null comment '内容类型',
  byte_count bigint not null comment '字节数',
  kind varchar(12) not null comment '类别',
  stage varchar(10) not null comment '环节 intake/field',
  sm3 varchar(64) not null comment '内容摘要',
  taken_at bigint comment '拍摄时间',
  lat decimal(18,4) comment '纬度',
  lng decimal(18,4) comment '经度',
  round_no int not null default 1 comment '轮次',
  uploaded_by bigint not null comment '上传人',
  uploaded_at bigint not null comment '上传时间',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '工单附件';
create unique index uq_attachment_device_uuid on attachment (device_uuid);
create index ix_attachment_order_id_id on attachment (order_id, id);

-- 移动端步骤（每步只生效一次）
create table if not exists field_step (
  step_id varchar(36) not null comment '步骤编号',
  device_id varchar(36) not null comment '设备',
  device_seq bigint not null comment '设备内次序',
  order_id bigint not null comment '工单',
  account_id bigint not null comment '操作人',
  kind varchar(20) not null comment '步骤',
  step_status varchar(10) not null comment '结果 applied/rejected',
  code varchar(30) comment '错误码',
  message varchar(200) comment '说明',
  done_at bigint not null comment '现场时间',
  received_at bigint not null comment '到达时间',
  payload longtext not null comment '内容',
  primary key (step_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '移动端步骤（每步只生效一次）';
create index ix_field_step_order_id_aa0ipo on field_step (order_id, received_at);

-- 客户评价与签名（封存，不可改）
create table if not exists evidence (
  id bigint not null comment '编号',
  order_id bigint not null comment '工单',
  round_no int not null comment '轮次',
  rating int not null comment '评价 1-5',
  remark varchar(500) comment '客户意见',
  signed_by varchar(40) not null comment '签名人',
  signed_at bigint not null comment '签名时间',
  lat decimal(18,4) comment '纬度',
  lng decimal(18,4) comment '经度',
  signature_id bigint not null comment '签名附件',
  signature_sm3 varchar(64) not null comment '签名图像摘要',
  worker_id bigint not null comment '处理人',
  canonical longtext not null comment '封存内容（规范化）',
  sm3 varchar(64) not null comment '封存摘要',
  sealed_at bigint not null comment '封存时间',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '客户评价与签名（封存，不可改）';
create unique index uq_evidence_order_id_round_no on evidence (order_id, round_no);

-- 处理结果回填
create table if not exists order_result (
  id bigint not null comment '编号',
  order_id bigint not null comment '工单',
  round_no int not null comment '轮次',
  template_version int not null comment '模板版本',
  field_values longtext not null comment '模板内容',
  parts longtext not null comment '更换配件',
  duration_minutes int not null comment '用时（分钟）',
  outcome varchar(10) not null comment '结果',
  filled_by bigint not null comment '填写人',
  filled_at bigint not null comment '填写时间',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '处理结果回填';
create unique index uq_order_result_order__rzqjcn on order_result (order_id, round_no);

-- 室温记录
create table if not exists room_temperature (
  id bigint not null comment '编号',
  house_id bigint comment '房屋',
  order_id bigint comment '工单',
  measured_at bigint not null comment '测量时间',
  celsius decimal(18,4) not null comment '温度',
  room varchar(20) not null comment '房间',
  data_source varchar(10) not null comment '来源 field/sensor/resident',
  account_id bigint comment '测量人',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '室温记录';
create index ix_room_temperature_ho_1r97xt2 on room_temperature (house_id, measured_at);
create index ix_room_temperature_or_18cic54 on room_temperature (order_id, measured_at);

-- 回访记录（永久绑定工单）
create table if not exists revisit (
  id bigint not null comment '编号',
  order_id bigint not null comment '工单',
  round_no int not null comment '轮次',
  happened_at bigint not null comment '时间',
  account_id bigint not null comment '回访人',
  person_name varchar(40) not null comment '回访人姓名',
  outcome varchar(14) not null comment '结论',
  form_version int not null comment '表单版本',
  answers longtext not null comment '答案',
  remark varchar(1000) comment '备注',
  call_id varchar(36) comment '通话编号',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '回访记录（永久绑定工单）';
create index ix_revisit_order_id_id on revisit (order_id, id);

-- 谁处理过该工单（移动端据此提示已改派，并允许补传文件）
create table if not exists worker_hold (
  order_id bigint not null comment '工单',
  account_id bigint not null comment '处理人',
  since_at bigint not null comment '最近一次分派',
  primary key (order_id, account_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '谁处理过该工单（移动端据此提示已改派，并允许补传文件）';
create index ix_worker_hold_account_1vwh33v on worker_hold (account_id, since_at);

-- 受理幂等键（与工单同一事务写入）
create table if not exists intake_key (
  account_id bigint not null comment '受理人',
  idem_key varchar(64) not null comment '幂等键',
  order_id bigint not null comment '工单',
  made_at bigint not null comment '时间',
  primary key (account_id, idem_key)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '受理幂等键（与工单同一事务写入）';

-- 工单号流水
create table if not exists order_counter (
  day_code varchar(8) not null comment '日期 yyyymmdd',
  last_no int not null comment '已发出的最大流水号',
  primary key (day_code)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '工单号流水';

-- 楼宇树节点：热源、热站、小区、楼栋、单元（公司一级是组织节点）
create table if not exists area_node (
  id bigint not null comment '编号',
  company_id bigint not null comment '公司',
  parent_id bigint not null comment '上级节点，0 为公司',
  kind varchar(12) not null comment '级别',
  node_name varchar(60) not null comment '名称',
  path varchar(200) not null comment '从热源到本节点的编号路径',
  own_station_id bigint comment '本节点指定的维修站',
  station_id bigint comment '生效的维修站（本节点或最近上级指定）',
  house_count int not null default 0 comment '本节点之下的房屋数',
  sort_key varchar(120) not null comment '排序键（自然序）',
  version int not null default 1 comment '版本',
  updated_at bigint not null comment '最近变更',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '楼宇树节点：热源、热站、小区、楼栋、单元（公司一级是组织节点）';
create unique index uq_area_node_parent_id_1n2t6q3 on area_node (parent_id, node_name);
create index ix_area_node_path on area_node (path);

-- 楼宇树变更日志（只增）
create table if not exists area_log (
  id bigint not null comment '编号',
  node_id bigint not null comment '节点',
  at bigint not null comment '时间',
  account_id bigint not null comment '操作人',
  person_name varchar(40) not null comment '操作人姓名',
  field_name varchar(30) not null comment '项目',
  old_text varchar(200) comment '原值',
  new_text varchar(200) comment '新值',
  change_source varchar(10) not null comment '来源 ui/import/sync',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '楼宇树变更日志（只增）';
create index ix_area_log_node_id_id on area_log (node_id, id);

-- 房屋
create table if not exists house (
  id bigint not null comment '编号',
  company_id bigint not null comment '公司',
  unit_id bigint not null comment '单元',
  building_id bigint not null comment '楼栋',
  community_id bigint not null comment '小区',
  station_id bigint comment '维修站',
  room_no varchar(20) not null comment '房号',
  address varchar(200) not null comment '地址',
  area_m2 decimal(18,4) not null comment '供热面积，平方米',
  heating varchar(10) not null comment '供热状态 on/suspended/off',
  contract_no varchar(30) not null comment '合同号',
  arrears_cents bigint not null default 0 comment '欠费，分',
  owner_id bigint comment '户主',
  version int not null default 1 comment '版本',
  updated_at bigint not null comment '最近变更',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '房屋';
create unique index uq_house_unit_id_room_no on house (unit_id, room_no);
create unique index uq_house_contract_no on house (contract_no);
create index ix_house_building_id on house (building_id);
create index ix_house_community_id on house (community_id);
create index ix_house_owner_id on house (owner_id);

-- 客户
create table if not exists customer (
  id bigint not null comment '编号',
  company_id bigint not null comment '公司',
  customer_name varchar(40) not null comment '姓名',
  customer_level varchar(10) not null default 'normal' comment '级别 normal/vip',
  id_no_sealed varchar(400) comment '证件号（密文）',
  id_no_blind varchar(64) comment '证件号盲索引',
  remark varchar(500) comment '备注',
  version int not null default 1 comment '版本',
  updated_at bigint not null comment '最近变更',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '客户';
create index ix_customer_customer_name on customer (customer_name);
create index ix_customer_id_no_blind on customer (id_no_blind);

-- 客户号码
create table if not exists customer_phone (
  customer_id bigint not null comment '客户',
  number_blind varchar(64) not null comment '号码盲索引',
  number_last4 varchar(64) not null comment '后四位盲索引',
  number_sealed varchar(400) not null comment '号码（密文）',
  attribution varchar(40) comment '归属地',
  sort_no int not null default 0 comment '次序',
  primary key (customer_id, number_blind)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '客户号码';
create index ix_customer_phone_number_blind on customer_phone (number_blind);

-- 房屋与客户
create table if not exists house_customer (
  house_id bigint not null comment '房屋',
  customer_id bigint not null comment '客户',
  relation varchar(10) not null comment '关系 owner/resident',
  since_at bigint not null comment '起始',
  primary key (house_id, customer_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '房屋与客户';
create index ix_house_customer_customer_id on house_customer (customer_id);

-- 交退费
create table if not exists payment (
  id bigint not null comment '编号',
  house_id bigint not null comment '房屋',
  customer_id bigint comment '客户',
  paid_at bigint not null comment '时间',
  pay_kind varchar(10) not null comment '类别 payment/refund',
  season varchar(12) not null comment '供热季',
  amount_cents bigint not null comment '金额，分',
  channel varchar(20) not null comment '渠道',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '交退费';
create index ix_payment_house_id_paid_at on payment (house_id, paid_at);

-- 年度记录
create table if not exists year_record (
  house_id bigint not null comment '房屋',
  season varchar(12) not null comment '供热季',
  heating varchar(10) not null comment '供热状态',
  due_cents bigint not null comment '应收，分',
  paid_cents bigint not null comment '已收，分',
  mean_celsius decimal(18,4) comment '平均室温',
  primary key (house_id, season)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '年度记录';

-- 导入任务已保存的一段行
create table if not exists import_chunk (
  job_id bigint not null comment '任务',
  chunk_no int not null comment '段号',
  n_rows int not null comment '行数',
  n_created int not null comment '新增',
  n_changed int not null comment '更新',
  n_same int not null comment '未变',
  n_bad int not null comment '错误行',
  n_nodes int not null comment '新建节点',
  indexed tinyint(1) not null default 0 comment '集团索引已更新',
  primary key (job_id, chunk_no)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '导入任务已保存的一段行';

-- 导入任务的错误行
create table if not exists import_bad_row (
  job_id bigint not null comment '任务',
  row_no int not null comment '文件中的行号',
  cells_sealed varchar(4000) not null comment '原行内容（密文）',
  reason varchar(1000) not null comment '原因',
  primary key (job_id, row_no)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '导入任务的错误行';

-- 记录版本：有了这一行，产品启动时不再改动表结构
insert into schema_ledger (digest, applied_at, remark) values ('8c8b342beaaf0581d3a928bbb1394aec8225cd2c54972c0cdabc079d4f01801b', 0, '0.2.0 by script');
commit;
