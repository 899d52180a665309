-- 融呼 0.2.0 建表脚本：集团库
-- OceanBase（MySQL 模式租户）
-- 由 npm run db-scripts 从表定义生成，请勿手工修改。先执行 00-users.sql，再以产品用户在对应的模式（库）中执行。
-- 共 47 张表

-- 表结构版本记录
create table if not exists schema_ledger (
  digest varchar(64) not null comment '表定义摘要',
  applied_at bigint not null comment '完成时间',
  remark varchar(200) not null comment '说明',
  primary key (digest)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '表结构版本记录';

-- 公司数据所在的服务器
create table if not exists shard_place (
  company_id bigint not null comment '公司',
  server_name varchar(40) not null comment '服务器名（配置 database.shards.servers 中的名字，main 为主服务器）',
  made_at bigint not null comment '建立时间',
  primary key (company_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '公司数据所在的服务器';

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

-- 消费者已处理的事件（按事件编号去重）
create table if not exists bus_seen (
  consumer varchar(60) not null comment '消费者',
  event_id bigint not null comment '事件',
  at bigint not null comment '时间',
  primary key (consumer, event_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '消费者已处理的事件（按事件编号去重）';
create index ix_bus_seen_at on bus_seen (at);

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

-- 幂等键与结果
create table if not exists idempotency (
  account_id bigint not null comment '账号',
  idem_key varchar(64) not null comment '幂等键',
  route varchar(120) not null comment '路由',
  body_digest varchar(64) not null comment '内容摘要',
  http_status int not null default 0 comment '状态，0 处理中',
  answer longtext comment '结果',
  at bigint not null comment '时间',
  holder varchar(80) comment '受理的进程',
  primary key (account_id, idem_key)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '幂等键与结果';
create index ix_idempotency_at on idempotency (at);

-- 短期共享数据：缓存值、计数、一次性标记（过期即清）
create table if not exists cache_entry (
  cache_key varchar(160) not null comment '键',
  body longtext comment '值',
  hits bigint not null default 0 comment '计数',
  until_at bigint not null comment '到期',
  primary key (cache_key)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '短期共享数据：缓存值、计数、一次性标记（过期即清）';
create index ix_cache_entry_until_at on cache_entry (until_at);

-- 在线成员：服务进程等，到期自动退出
create table if not exists presence (
  set_name varchar(60) not null comment '集合',
  member_name varchar(100) not null comment '成员',
  body longtext comment '说明',
  until_at bigint not null comment '到期',
  primary key (set_name, member_name)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '在线成员：服务进程等，到期自动退出';
create index ix_presence_until_at on presence (until_at);

-- 进程间广播（保留一分钟）
create table if not exists broadcast (
  id bigint not null comment '编号',
  channel varchar(40) not null comment '频道',
  sender varchar(100) not null comment '发送进程',
  body longtext not null comment '内容',
  at bigint not null comment '时间',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '进程间广播（保留一分钟）';
create index ix_broadcast_at on broadcast (at);

-- 组织节点：集团、事业部、分子公司、维修站
create table if not exists org_node (
  id bigint not null comment '编号',
  parent_id bigint comment '上级',
  kind varchar(12) not null comment '类别 group/division/company/station',
  name varchar(60) not null comment '名称',
  code varchar(12) not null comment '编码',
  path varchar(400) not null comment '从根到本节点的编号路径 /1/5/',
  company_id bigint comment '所属公司',
  sort_no int not null default 0 comment '排序',
  org_status varchar(10) not null default 'active' comment '状态 active/closed',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '组织节点：集团、事业部、分子公司、维修站';
create unique index uq_org_node_code on org_node (code);
create index ix_org_node_parent_id on org_node (parent_id);
create index ix_org_node_path on org_node (path);

-- 账号
create table if not exists account (
  id bigint not null comment '编号',
  login varchar(32) not null comment '登录名',
  person_name varchar(40) not null comment '姓名',
  org_id bigint not null comment '所属组织',
  account_status varchar(10) not null default 'active' comment '状态 active/disabled',
  password_hash varchar(400) not null comment '口令摘要（SM3 加盐慢散列，含参数）',
  must_change tinyint(1) not null default 1 comment '须修改口令',
  failed_count int not null default 0 comment '连续失败次数',
  locked_until bigint comment '锁定到',
  mobile_sealed varchar(400) comment '手机号密文',
  employee_no varchar(20) comment '工号',
  created_at bigint not null comment '创建时间',
  last_sign_in_at bigint comment '上次登录',
  version int not null default 1 comment '版本',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '账号';
create unique index uq_account_login on account (login);
create index ix_account_org_id on account (org_id);
create index ix_account_person_name on account (person_name);

-- 账号的角色及其组织范围
create table if not exists account_role (
  account_id bigint not null comment '账号',
  role_code varchar(30) not null comment '角色',
  org_id bigint not null comment '组织范围（含下级）',
  primary key (account_id, role_code, org_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '账号的角色及其组织范围';
create index ix_account_role_role_code on account_role (role_code);
create index ix_account_role_org_id on account_role (org_id);

-- 角色权限
create table if not exists role_permission (
  role_code varchar(30) not null comment '角色',
  permission varchar(40) not null comment '权限',
  primary key (role_code, permission)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '角色权限';

-- 人员技能
create table if not exists account_skill (
  account_id bigint not null comment '账号',
  skill_code varchar(30) not null comment '技能（故障代码）',
  skill_level int not null comment '等级 1-9',
  primary key (account_id, skill_code)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '人员技能';

-- 人员责任区（小区）
create table if not exists account_area (
  account_id bigint not null comment '账号',
  area_id bigint not null comment '小区节点',
  company_id bigint not null comment '公司',
  primary key (account_id, area_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '人员责任区（小区）';
create index ix_account_area_area_id on account_area (area_id);

-- 登录会话（只存令牌摘要）
create table if not exists session_row (
  token_hash varchar(64) not null comment '令牌摘要',
  account_id bigint not null comment '账号',
  front_end varchar(10) not null comment '前端',
  created_at bigint not null comment '登录时间',
  last_seen_at bigint not null comment '最近活动',
  expires_at bigint not null comment '失效时间',
  address varchar(64) not null comment '来源地址',
  ended varchar(30) comment '结束原因',
  primary key (token_hash)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '登录会话（只存令牌摘要）';
create index ix_session_row_account_id on session_row (account_id);
create index ix_session_row_expires_at on session_row (expires_at);

-- 审计行（写入时不成链，由封存任务成段）
create table if not exists audit_row (
  id bigint not null comment '编号',
  at bigint not null comment '时间',
  account_id bigint not null comment '账号，0 为系统',
  person_name varchar(40) not null comment '姓名',
  login varchar(60) not null comment '登录名',
  org_root_id bigint comment '操作人所管组织',
  action varchar(40) not null comment '动作',
  target varchar(200) not null comment '对象',
  detail longtext comment '说明',
  address varchar(64) not null comment '来源地址',
  segment_id bigint comment '封存段，空为未封存',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '审计行（写入时不成链，由封存任务成段）';
create index ix_audit_row_segment_id on audit_row (segment_id);
create index ix_audit_row_at on audit_row (at);
create index ix_audit_row_action_at on audit_row (action, at);
create index ix_audit_row_account_id_at on audit_row (account_id, at);

-- 封存段：SM3 链与 SM2 签名的段首
create table if not exists seal_segment (
  id bigint not null comment '编号',
  chain varchar(12) not null comment '链 audit/recording',
  seq_no bigint not null comment '链内序号，从 1 起',
  member_count int not null comment '成员数',
  first_at bigint not null comment '最早',
  last_at bigint not null comment '最晚',
  prev_head varchar(64) not null comment '上一段首',
  head varchar(64) not null comment '本段首',
  members longtext not null comment '成员编号与摘要',
  signature varchar(200) not null comment 'SM2 签名',
  key_id varchar(20) not null comment '签名密钥',
  sealed_at bigint not null comment '封存时间',
  dropped_at bigint comment '按保存期限清除成员的时间',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '封存段：SM3 链与 SM2 签名的段首';
create unique index uq_seal_segment_chain_seq_no on seal_segment (chain, seq_no);

-- 双人操作申请（多人负责）
create table if not exists two_person_request (
  id bigint not null comment '编号',
  kind varchar(40) not null comment '操作',
  detail longtext not null comment '内容',
  summary varchar(400) not null comment '说明',
  reason varchar(200) not null comment '原因',
  org_id bigint comment '涉及的组织',
  asked_by bigint not null comment '申请人',
  asked_name varchar(40) not null comment '申请人姓名',
  asked_at bigint not null comment '申请时间',
  until_at bigint not null comment '确认期限；确认后为使用期限',
  request_state varchar(12) not null comment '状态 asked/confirmed/refused/used',
  answered_by bigint comment '确认人',
  answered_name varchar(40) comment '确认人姓名',
  answered_at bigint comment '确认时间',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '双人操作申请（多人负责）';
create index ix_two_person_request__iwiez2 on two_person_request (kind, asked_at);
create index ix_two_person_request__1t2jzah on two_person_request (request_state, until_at);

-- 重新加密任务
create table if not exists reseal_job (
  id bigint not null comment '编号',
  target_key varchar(20) not null comment '目标密钥编号',
  job_state varchar(10) not null comment '状态 running/done/failed',
  rounds int not null default 0 comment '已核对的轮数',
  started_at bigint not null comment '开始',
  finished_at bigint comment '结束',
  last_error varchar(500) comment '最近错误',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '重新加密任务';
create index ix_reseal_job_started_at on reseal_job (started_at);

-- 重新加密进度（每库每列一行）
create table if not exists reseal_column (
  job_id bigint not null comment '任务',
  shard_name varchar(40) not null comment '库',
  table_name varchar(30) not null comment '表',
  column_name varchar(30) not null comment '列',
  last_key varchar(400) comment '已处理到的主键（JSON）',
  total_rows bigint comment '总行数',
  done_rows bigint not null default 0 comment '已处理',
  resealed_rows bigint not null default 0 comment '已换密钥',
  finished tinyint(1) not null default 0 comment '已完成',
  primary key (job_id, shard_name, table_name, column_name)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '重新加密进度（每库每列一行）';

-- 设置的各个版本（只增，可恢复）
create table if not exists setting_version (
  code varchar(40) not null comment '设置',
  version_no int not null comment '版本，从 1 起',
  body longtext not null comment '内容',
  saved_at bigint not null comment '保存时间',
  account_id bigint not null comment '操作人，0 为系统',
  saved_by varchar(40) not null comment '操作人姓名',
  reason varchar(200) not null comment '原因',
  restored_from int comment '恢复自版本',
  primary key (code, version_no)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '设置的各个版本（只增，可恢复）';

-- 坐席
create table if not exists agent (
  agent_id bigint not null comment '坐席编号',
  account_id bigint not null comment '账号',
  work_no varchar(12) not null comment '工号',
  name varchar(40) not null comment '姓名',
  station_id bigint not null comment '站部',
  company_id bigint not null comment '公司',
  active tinyint(1) not null default 1 comment '启用',
  independent_sip tinyint(1) not null default 0 comment '允许话机独立在线',
  version int not null default 1 comment '版本',
  primary key (agent_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '坐席';
create unique index uq_agent_work_no on agent (work_no);
create unique index uq_agent_account_id on agent (account_id);
create index ix_agent_station_id on agent (station_id);

-- 技能组
create table if not exists skill_group (
  skill_group_id bigint not null comment '技能组编号',
  name varchar(40) not null comment '名称',
  code varchar(30) not null comment '编码',
  direction varchar(10) not null default 'inbound' comment '方向 inbound outbound',
  strategy varchar(20) not null default 'longestIdle' comment '振铃策略',
  fallback varchar(20) not null default 'longestIdle' comment '回头客之后的策略',
  count_period varchar(10) not null default 'day' comment '计数周期 day signIn reset',
  last_agent_wait_s int not null default 15 comment '等候上次坐席秒数',
  ring_s int not null default 15 comment '振铃秒数',
  retry_s int not null default 5 comment '全部未接后重试秒数',
  wrap_up_s int not null default 30 comment '话后处理秒数',
  misses_to_rest int not null default 3 comment '连续漏接几次置小休，0 为不置',
  quick_hangup_s int not null default 5 comment '客户快速挂机秒数',
  rest_cap int not null default 0 comment '小休人数上限，0 为不限',
  rest_limit_s int not null default 0 comment '小休时长上限秒，0 为不限',
  overflow_length int not null default 0 comment '溢出队列长度，0 为关',
  overflow_wait_s int not null default 0 comment '溢出等候秒数，0 为关',
  overflow_rings int not null default 0 comment '溢出振铃次数，0 为关',
  overflow_group_id bigint comment '溢出到的技能组',
  best_level_first tinyint(1) not null default 0 comment '高等级优先',
  rating tinyint(1) not null default 1 comment '通话后评价',
  active tinyint(1) not null default 1 comment '启用',
  version int not null default 1 comment '版本',
  primary key (skill_group_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '技能组';
create unique index uq_skill_group_code on skill_group (code);

-- 坐席技能
create table if not exists agent_skill (
  agent_id bigint not null comment '坐席',
  skill_group_id bigint not null comment '技能组',
  skill_level int not null default 5 comment '等级 1 至 9',
  primary key (agent_id, skill_group_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '坐席技能';
create index ix_agent_skill_skill_group_id on agent_skill (skill_group_id);

-- 话机
create table if not exists phone (
  extension varchar(6) not null comment '分机号',
  station_id bigint not null comment '站部',
  sip_secret varchar(400) comment '注册密钥（密文）',
  mac varchar(17) comment '话机地址',
  is_online tinyint(1) not null default 0 comment '在线',
  seen_at bigint comment '最近注册',
  primary key (extension)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '话机';
create index ix_phone_station_id on phone (station_id);

-- 坐席与话机绑定
create table if not exists binding (
  agent_id bigint not null comment '坐席',
  extension varchar(6) not null comment '分机号',
  bound_by bigint not null comment '操作人',
  bound_at bigint not null comment '绑定时间',
  primary key (agent_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '坐席与话机绑定';
create unique index uq_binding_extension on binding (extension);

-- 接入号码
create table if not exists access_number (
  called_number varchar(20) not null comment '接入号码',
  target_kind varchar(12) not null default 'ivr' comment '去向 ivr skillGroup',
  skill_group_id bigint comment '技能组',
  ivr_code varchar(30) comment '流程编码',
  priority int not null default 5 comment '优先级 1 最先 至 9',
  company_id bigint comment '公司',
  primary key (called_number)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '接入号码';

-- 话单
create table if not exists call_record (
  call_id varchar(36) not null comment '通话编号',
  direction varchar(10) not null comment '方向',
  purpose varchar(10) not null comment '用途',
  number_sealed varchar(400) comment '客户号码（密文）',
  number_blind varchar(64) comment '号码盲索引',
  number_last4 varchar(64) comment '后四位盲索引',
  called_number varchar(30) comment '被叫',
  started_at bigint not null comment '开始',
  queued_at bigint comment '入队',
  answered_at bigint comment '接通',
  ended_at bigint comment '结束',
  talk_s int not null default 0 comment '通话秒',
  wait_s int not null default 0 comment '等候秒',
  ring_s int not null default 0 comment '振铃秒',
  end_reason varchar(20) comment '结束原因',
  ended_by varchar(10) comment '挂机方',
  rating int comment '评价',
  skill_group_id bigint comment '技能组',
  agent_id bigint comment '坐席',
  agent_name varchar(40) comment '坐席姓名',
  station_id bigint comment '站部',
  company_id bigint comment '公司',
  customer_id bigint comment '客户',
  customer_name varchar(40) comment '客户姓名',
  house_address varchar(200) comment '房屋地址',
  order_id bigint comment '工单',
  order_company_id bigint comment '工单公司',
  order_no varchar(40) comment '工单号',
  disposition varchar(60) comment '通话小结',
  remark varchar(500) comment '备注',
  priority int not null default 5 comment '优先级 1 最先 至 9',
  repeat_count int not null default 0 comment '重复来电次数',
  misses int not null default 0 comment '漏接次数',
  transfers int not null default 0 comment '转接次数',
  ivr_path longtext comment '导航路径',
  recording_id bigint comment '录音',
  source varchar(10) not null default 'director' comment '来源 director spool',
  epoch bigint not null default 0 comment '调度任期',
  primary key (call_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '话单';
create index ix_call_record_started_at on call_record (started_at);
create index ix_call_record_agent_i_19828ta on call_record (agent_id, started_at);
create index ix_call_record_number__otfcpg on call_record (number_blind, started_at);
create index ix_call_record_number__j6m2y3 on call_record (number_last4, started_at);
create index ix_call_record_order_id on call_record (order_id);
create index ix_call_record_station_1uni3bh on call_record (station_id, started_at);
create index ix_call_record_company_1ajokba on call_record (company_id, started_at);

-- 通话事件
create table if not exists call_event (
  event_id bigint not null comment '编号',
  call_id varchar(36) not null comment '通话编号',
  happened_at bigint not null comment '时间',
  kind varchar(30) not null comment '事件',
  agent_id bigint comment '坐席',
  detail varchar(400) comment '说明',
  epoch bigint not null default 0 comment '调度任期',
  primary key (event_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '通话事件';
create index ix_call_event_call_id_event_id on call_event (call_id, event_id);

-- 坐席状态日志
create table if not exists agent_state_log (
  log_id bigint not null comment '编号',
  agent_id bigint not null comment '坐席',
  layer varchar(10) not null comment '层 presence readiness call',
  state_from varchar(20) comment '原状态',
  state_to varchar(20) not null comment '新状态',
  reason varchar(60) comment '原因或子状态',
  cause varchar(10) not null comment '由谁 agent system leader phone',
  operator_id bigint comment '操作人',
  operator_name varchar(40) comment '操作人姓名',
  began_at bigint not null comment '开始',
  lasted_ms bigint comment '上一状态持续毫秒',
  call_id varchar(36) comment '通话编号',
  primary key (log_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '坐席状态日志';
create index ix_agent_state_log_age_1jtp3y0 on agent_state_log (agent_id, began_at);
create index ix_agent_state_log_began_at on agent_state_log (began_at);

-- 坐席当前状态（重启后恢复）
create table if not exists agent_state (
  agent_id bigint not null comment '坐席',
  presence varchar(12) not null comment '在线层',
  readiness varchar(12) comment '就绪层',
  chosen varchar(12) comment '话后处理之后的就绪',
  rest_reason varchar(30) comment '小休子状态',
  wrap_up_until bigint comment '话后处理到',
  misses int not null default 0 comment '连续漏接',
  idle_since bigint comment '空闲自',
  answered_at bigint comment '最近接通',
  changed_at bigint not null comment '变更时间',
  epoch bigint not null default 0 comment '调度任期',
  primary key (agent_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '坐席当前状态（重启后恢复）';

-- 录音
create table if not exists recording (
  recording_id bigint not null comment '录音编号',
  call_id varchar(36) not null comment '通话编号',
  file_path varchar(300) not null comment '文件路径',
  byte_count bigint not null comment '字节数',
  duration_ms bigint not null default 0 comment '时长毫秒',
  made_at bigint not null comment '完成时间',
  sm3 varchar(64) comment '杂凑',
  segment_id bigint comment '封存段',
  missing tinyint(1) not null default 0 comment '文件缺失',
  primary key (recording_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '录音';
create unique index uq_recording_call_id_file_path on recording (call_id, file_path);
create index ix_recording_segment_id on recording (segment_id);
create index ix_recording_made_at on recording (made_at);

-- 黑名单
create table if not exists blocklist (
  blocklist_id bigint not null comment '编号',
  number_blind varchar(64) not null comment '号码盲索引',
  number_sealed varchar(400) not null comment '号码（密文）',
  treatment varchar(10) not null default 'prompt' comment '处理 prompt reject',
  reason varchar(200) not null comment '原因',
  account_id bigint not null comment '操作人',
  person_name varchar(40) not null comment '操作人姓名',
  added_at bigint not null comment '加入时间',
  removed_at bigint comment '移出时间',
  removed_by bigint comment '移出人',
  primary key (blocklist_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '黑名单';
create index ix_blocklist_number_blind on blocklist (number_blind);

-- 号段归属地（可导入）
create table if not exists number_segment (
  prefix varchar(8) not null comment '号段：手机前 3 至 7 位，固话区号',
  province varchar(20) comment '省',
  city varchar(20) comment '市',
  carrier varchar(10) comment '运营商',
  primary key (prefix)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '号段归属地（可导入）';

-- 个人通知
create table if not exists notice (
  id bigint not null comment '编号',
  account_id bigint not null comment '收件人',
  source_key varchar(80) not null comment '来源',
  happened_at bigint not null comment '时间',
  kind varchar(30) not null comment '类别',
  title varchar(80) not null comment '标题',
  body varchar(500) not null comment '内容',
  order_id bigint comment '工单',
  company_id bigint comment '公司',
  urgent tinyint(1) not null default 0 comment '紧急',
  read_at bigint comment '已读时间',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '个人通知';
create unique index uq_notice_account_id_s_ycms4p on notice (account_id, source_key);
create index ix_notice_account_id_h_dgqonq on notice (account_id, happened_at desc);
create index ix_notice_account_id_read_at on notice (account_id, read_at);

-- 公告
create table if not exists announcement (
  id bigint not null comment '编号',
  org_id bigint not null comment '发布范围',
  body varchar(200) not null comment '内容',
  until_at bigint not null comment '有效期至',
  account_id bigint not null comment '发布人',
  person_name varchar(40) not null comment '发布人姓名',
  created_at bigint not null comment '发布时间',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '公告';
create index ix_announcement_until_at on announcement (until_at);

-- 全集团工单索引
create table if not exists work_order_index (
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
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '全集团工单索引';
create unique index uq_work_order_index_order_no on work_order_index (order_no);
create index ix_work_order_index_created_at on work_order_index (created_at desc);
create index ix_work_order_index_co_1mxkk9c on work_order_index (company_id, created_at desc);
create index ix_work_order_index_st_80a1af on work_order_index (station_id, created_at desc);
create index ix_work_order_index_st_1nnbq76 on work_order_index (state, company_id, created_at desc);
create index ix_work_order_index_st_1ps2isw on work_order_index (state, station_id);
create index ix_work_order_index_st_rh4f7s on work_order_index (state, due_at);
create index ix_work_order_index_wo_huv87m on work_order_index (worker_id, state);
create index ix_work_order_index_ag_1twkohg on work_order_index (agent_account_id, state, created_at desc);
create index ix_work_order_index_ag_dkpst4 on work_order_index (agent_id, created_at desc);
create index ix_work_order_index_nu_jqkfwu on work_order_index (number_blind, created_at desc);
create index ix_work_order_index_nu_e3r65h on work_order_index (number_last4, created_at desc);
create index ix_work_order_index_ho_9x4vsj on work_order_index (house_id, created_at desc);
create index ix_work_order_index_cu_1llm0q1 on work_order_index (customer_id, created_at desc);
create index ix_work_order_index_co_1idumf0 on work_order_index (community_id, created_at desc);
create index ix_work_order_index_closed_at on work_order_index (closed_at);
create index ix_work_order_index_cu_h583gw on work_order_index (customer_name);
create index ix_work_order_index_order_no on work_order_index (order_no);
create index ix_work_order_index_due_at on work_order_index (due_at);
create index ix_work_order_index_pr_1l5c0il on work_order_index (priority desc, due_at);
create index ix_work_order_index_or_npkyua on work_order_index (order_type, created_at desc);
create index ix_work_order_index_or_1hnfcwx on work_order_index (order_source, created_at desc);

-- 全集团审批索引
create table if not exists approval_index (
  id bigint not null comment '编号',
  company_id bigint not null comment '公司',
  station_id bigint comment '维修站',
  order_id bigint not null comment '工单',
  order_no varchar(40) not null comment '工单号',
  kind varchar(20) not null comment '事项',
  reason varchar(500) not null comment '申请原因',
  requested_by bigint not null comment '申请人',
  requester_name varchar(40) not null comment '申请人姓名',
  requested_at bigint not null comment '申请时间',
  new_due_at bigint comment '申请的新时限',
  approval_status varchar(10) not null comment '状态',
  decider_name varchar(40) comment '审批人姓名',
  decided_at bigint comment '审批时间',
  decision_reason varchar(500) comment '审批意见',
  version_no int not null comment '工单版本',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '全集团审批索引';
create index ix_approval_index_appr_ykxfmk on approval_index (approval_status, company_id, requested_at);
create index ix_approval_index_order_id on approval_index (order_id);

-- 每日签到（含位置）
create table if not exists field_check_in (
  step_id varchar(36) not null comment '步骤编号',
  account_id bigint not null comment '人员',
  happened_at bigint not null comment '时间',
  lat decimal(18,4) comment '纬度',
  lng decimal(18,4) comment '经度',
  accuracy_m decimal(18,4) comment '精度（米）',
  primary key (step_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '每日签到（含位置）';
create index ix_field_check_in_acco_sx69il on field_check_in (account_id, happened_at desc);

-- 号码索引：盲号码到公司、客户、房屋
create table if not exists phone_index (
  number_blind varchar(64) not null comment '号码盲索引',
  number_last4 varchar(64) not null comment '后四位盲索引',
  company_id bigint not null comment '公司',
  customer_id bigint not null comment '客户',
  house_id bigint not null comment '房屋，0 为无',
  customer_name varchar(40) not null comment '客户姓名',
  primary key (number_blind, company_id, customer_id, house_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '号码索引：盲号码到公司、客户、房屋';
create index ix_phone_index_number_last4 on phone_index (number_last4);
create index ix_phone_index_company_16a3nm0 on phone_index (company_id, customer_id);
create index ix_phone_index_house_id on phone_index (house_id);
create index ix_phone_index_customer_name on phone_index (customer_name);

-- 房屋索引：地址、户主、合同号一次查到
create table if not exists house_index (
  id bigint not null comment '房屋',
  company_id bigint not null comment '公司',
  station_id bigint not null comment '维修站，0 为无',
  community_id bigint not null comment '小区',
  building_id bigint not null comment '楼栋',
  unit_id bigint not null comment '单元',
  community_name varchar(60) not null comment '小区名',
  address varchar(200) not null comment '地址',
  building_key varchar(20) not null comment '楼栋检索键',
  unit_key varchar(20) not null comment '单元检索键',
  room_key varchar(20) not null comment '房号检索键',
  house_seq bigint not null comment '小区内自然序',
  owner_id bigint comment '户主',
  owner_name varchar(40) comment '户主姓名',
  owner_tail varchar(40) comment '户主名（去姓）',
  contract_no varchar(30) not null comment '合同号',
  heating varchar(10) not null comment '供热状态',
  arrears_cents bigint not null default 0 comment '欠费，分',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '房屋索引：地址、户主、合同号一次查到';
create index ix_house_index_communi_1hs9bl3 on house_index (community_id, building_key, unit_key, room_key, house_seq, station_id);
create index ix_house_index_buildin_1g8ubjb on house_index (building_key, unit_key, room_key, community_id, house_seq, company_id, station_id, id);
create index ix_house_index_room_ke_11d0nws on house_index (room_key, unit_key, community_id, house_seq, company_id, station_id, id);
create index ix_house_index_owner_n_gk73zn on house_index (owner_name, community_id, house_seq, company_id, station_id, id);
create index ix_house_index_owner_t_10v97zs on house_index (owner_tail, community_id, house_seq, company_id, station_id, id);
create index ix_house_index_communi_1376677 on house_index (community_id, house_seq, id, station_id, company_id);
create index ix_house_index_contract_no on house_index (contract_no);
create index ix_house_index_building_id on house_index (building_id);
create index ix_house_index_unit_id on house_index (unit_id);

-- 小区索引：各维修站名下的房屋数，列表分页用
create table if not exists community_index (
  community_id bigint not null comment '小区',
  station_id bigint not null comment '维修站，0 为无',
  company_id bigint not null comment '公司',
  node_name varchar(60) not null comment '名称',
  name_key varchar(60) not null comment '检索名',
  sort_key varchar(120) not null comment '排序键（拼音）',
  path varchar(200) not null comment '编号路径',
  arrears_cents bigint not null default 0 comment '欠费合计，分',
  customers int not null default 0 comment '客户数',
  n_on int not null default 0 comment '供热',
  n_on_due int not null default 0 comment '供热且欠费',
  n_suspended int not null default 0 comment '报停',
  n_suspended_due int not null default 0 comment '报停且欠费',
  n_off int not null default 0 comment '未供',
  n_off_due int not null default 0 comment '未供且欠费',
  primary key (community_id, station_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '小区索引：各维修站名下的房屋数，列表分页用';
create index ix_community_index_company_id on community_index (company_id);

-- 小区名检索词（单字与二字）
create table if not exists area_term (
  term varchar(4) not null comment '检索词',
  community_id bigint not null comment '小区',
  company_id bigint not null comment '公司',
  primary key (term, community_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '小区名检索词（单字与二字）';
create index ix_area_term_community_id on area_term (community_id);

-- 房屋档案导入任务
create table if not exists import_job (
  id bigint not null comment '编号',
  company_id bigint not null comment '公司',
  file_name varchar(200) not null comment '文件名',
  file_bytes bigint not null comment '文件字节数',
  file_sm3 varchar(64) not null comment '上传文件的 SM3',
  rows_sm3 varchar(64) comment '转成 CSV 后的 SM3，上传的就是 CSV 时相同',
  header_text varchar(4000) comment '首行（JSON）',
  job_state varchar(12) not null comment '状态 waiting/checking/running/done/cancelled/failed',
  cancel_asked tinyint(1) not null default 0 comment '已要求取消',
  account_id bigint not null comment '发起人',
  person_name varchar(40) not null comment '发起人姓名',
  login varchar(60) comment '发起人登录名',
  address varchar(64) comment '发起人地址',
  org_root_id bigint comment '发起人所在组织',
  created_at bigint not null comment '提交时间',
  started_at bigint comment '开始',
  finished_at bigint comment '结束',
  holder varchar(60) comment '执行者',
  lease_until bigint not null default 0 comment '占用到',
  attempts int not null default 0 comment '执行次数',
  id_second bigint comment '编号段起点（2024 年起的秒）',
  id_seconds bigint comment '编号段长度，秒',
  indexes_off tinyint(1) not null default 0 comment '索引待重建',
  rows_total bigint comment '总行数',
  rows_read bigint not null default 0 comment '已处理行数',
  n_created bigint not null default 0 comment '新增',
  n_changed bigint not null default 0 comment '更新',
  n_same bigint not null default 0 comment '未变',
  n_bad bigint not null default 0 comment '错误行',
  n_nodes bigint not null default 0 comment '新建节点',
  progress_permille int not null default 0 comment '进度，千分数',
  last_error varchar(500) comment '原因',
  primary key (id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '房屋档案导入任务';
create unique index uq_import_job_id_second on import_job (id_second);
create index ix_import_job_company__1jiids0 on import_job (company_id, created_at);
create index ix_import_job_job_state on import_job (job_state);

-- 受理草稿：随通话走，转接后由接手坐席继续（SC-15）
create table if not exists order_draft (
  call_id varchar(36) not null comment '通话编号',
  account_id bigint not null comment '最近编辑人',
  person_name varchar(40) not null comment '最近编辑人姓名',
  body longtext not null comment '草稿内容',
  updated_at bigint not null comment '最近编辑',
  primary key (call_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '受理草稿：随通话走，转接后由接手坐席继续（SC-15）';
create index ix_order_draft_updated_at on order_draft (updated_at);

-- 记录版本：有了这一行，产品启动时不再改动表结构
insert into schema_ledger (digest, applied_at, remark) values ('866f15c44e48b452be5ea523a758b65157b1b20c31650dda4ce9453e2b24b865', 0, '0.2.0 by script');
commit;
