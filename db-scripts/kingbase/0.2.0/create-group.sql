-- 融呼 0.2.0 建表脚本：集团库
-- 人大金仓 KingbaseES（V8R6 及以上，PostgreSQL 模式）
-- 由 npm run db-scripts 从表定义生成，请勿手工修改。先执行 00-users.sql，再以产品用户在对应的模式（库）中执行。
-- 共 47 张表

-- 表结构版本记录
create table if not exists schema_ledger (
  digest varchar(64) not null,
  applied_at bigint not null,
  remark varchar(200) not null,
  primary key (digest)
);
comment on table schema_ledger is '表结构版本记录';
comment on column schema_ledger.digest is '表定义摘要';
comment on column schema_ledger.applied_at is '完成时间';
comment on column schema_ledger.remark is '说明';

-- 公司数据所在的服务器
create table if not exists shard_place (
  company_id bigint not null,
  server_name varchar(40) not null,
  made_at bigint not null,
  primary key (company_id)
);
comment on table shard_place is '公司数据所在的服务器';
comment on column shard_place.company_id is '公司';
comment on column shard_place.server_name is '服务器名（配置 database.shards.servers 中的名字，main 为主服务器）';
comment on column shard_place.made_at is '建立时间';

-- 待发布事件（与业务同一事务写入）
create table if not exists outbox (
  id bigint not null,
  kind varchar(60) not null,
  aggregate varchar(30) not null,
  aggregate_id varchar(40) not null,
  company_id bigint,
  payload text not null,
  at bigint not null,
  due_at bigint default 0 not null,
  outbox_status integer default 0 not null,
  seq bigint,
  attempts integer default 0 not null,
  last_error varchar(500),
  published_at bigint,
  primary key (id)
);
create index if not exists ix_outbox_outbox_status_at_id on outbox (outbox_status,at,id);
create index if not exists ix_outbox_outbox_statu_14j76lf on outbox (outbox_status,attempts);
create index if not exists ix_outbox_published_at on outbox (published_at);
comment on table outbox is '待发布事件（与业务同一事务写入）';
comment on column outbox.id is '编号';
comment on column outbox.kind is '事件';
comment on column outbox.aggregate is '聚合';
comment on column outbox.aggregate_id is '聚合编号';
comment on column outbox.company_id is '公司';
comment on column outbox.payload is '内容';
comment on column outbox.at is '时间';
comment on column outbox.due_at is '不早于';
comment on column outbox.outbox_status is '0 待发 1 已处理 2 失败搁置 3 已交消息中间件待确认';
comment on column outbox.seq is '发布序号';
comment on column outbox.attempts is '次数';
comment on column outbox.last_error is '最近错误';
comment on column outbox.published_at is '发布时间';

-- 消费者已处理的事件（按事件编号去重）
create table if not exists bus_seen (
  consumer varchar(60) not null,
  event_id bigint not null,
  at bigint not null,
  primary key (consumer, event_id)
);
create index if not exists ix_bus_seen_at on bus_seen (at);
comment on table bus_seen is '消费者已处理的事件（按事件编号去重）';
comment on column bus_seen.consumer is '消费者';
comment on column bus_seen.event_id is '事件';
comment on column bus_seen.at is '时间';

-- 租约：同一时刻一个持有者
create table if not exists lease (
  name varchar(60) not null,
  holder varchar(60) not null,
  epoch bigint not null,
  until_at bigint not null,
  primary key (name)
);
comment on table lease is '租约：同一时刻一个持有者';
comment on column lease.name is '名称';
comment on column lease.holder is '持有者';
comment on column lease.epoch is '任期';
comment on column lease.until_at is '到期';

-- 持久定时
create table if not exists durable_timer (
  id bigint not null,
  kind varchar(40) not null,
  timer_key varchar(80) not null,
  due_at bigint not null,
  company_id bigint,
  payload text not null,
  lease_until bigint default 0 not null,
  attempts integer default 0 not null,
  last_error varchar(500),
  primary key (id)
);
create unique index if not exists uq_durable_timer_kind__1pz3mu3 on durable_timer (kind,timer_key);
create index if not exists ix_durable_timer_due_at on durable_timer (due_at);
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

-- 幂等键与结果
create table if not exists idempotency (
  account_id bigint not null,
  idem_key varchar(64) not null,
  route varchar(120) not null,
  body_digest varchar(64) not null,
  http_status integer default 0 not null,
  answer text,
  at bigint not null,
  holder varchar(80),
  primary key (account_id, idem_key)
);
create index if not exists ix_idempotency_at on idempotency (at);
comment on table idempotency is '幂等键与结果';
comment on column idempotency.account_id is '账号';
comment on column idempotency.idem_key is '幂等键';
comment on column idempotency.route is '路由';
comment on column idempotency.body_digest is '内容摘要';
comment on column idempotency.http_status is '状态，0 处理中';
comment on column idempotency.answer is '结果';
comment on column idempotency.at is '时间';
comment on column idempotency.holder is '受理的进程';

-- 短期共享数据：缓存值、计数、一次性标记（过期即清）
create table if not exists cache_entry (
  cache_key varchar(160) not null,
  body text,
  hits bigint default 0 not null,
  until_at bigint not null,
  primary key (cache_key)
);
create index if not exists ix_cache_entry_until_at on cache_entry (until_at);
comment on table cache_entry is '短期共享数据：缓存值、计数、一次性标记（过期即清）';
comment on column cache_entry.cache_key is '键';
comment on column cache_entry.body is '值';
comment on column cache_entry.hits is '计数';
comment on column cache_entry.until_at is '到期';

-- 在线成员：服务进程等，到期自动退出
create table if not exists presence (
  set_name varchar(60) not null,
  member_name varchar(100) not null,
  body text,
  until_at bigint not null,
  primary key (set_name, member_name)
);
create index if not exists ix_presence_until_at on presence (until_at);
comment on table presence is '在线成员：服务进程等，到期自动退出';
comment on column presence.set_name is '集合';
comment on column presence.member_name is '成员';
comment on column presence.body is '说明';
comment on column presence.until_at is '到期';

-- 进程间广播（保留一分钟）
create table if not exists broadcast (
  id bigint not null,
  channel varchar(40) not null,
  sender varchar(100) not null,
  body text not null,
  at bigint not null,
  primary key (id)
);
create index if not exists ix_broadcast_at on broadcast (at);
comment on table broadcast is '进程间广播（保留一分钟）';
comment on column broadcast.id is '编号';
comment on column broadcast.channel is '频道';
comment on column broadcast.sender is '发送进程';
comment on column broadcast.body is '内容';
comment on column broadcast.at is '时间';

-- 组织节点：集团、事业部、分子公司、维修站
create table if not exists org_node (
  id bigint not null,
  parent_id bigint,
  kind varchar(12) not null,
  name varchar(60) not null,
  code varchar(12) not null,
  path varchar(400) not null,
  company_id bigint,
  sort_no integer default 0 not null,
  org_status varchar(10) default 'active' not null,
  primary key (id)
);
create unique index if not exists uq_org_node_code on org_node (code);
create index if not exists ix_org_node_parent_id on org_node (parent_id);
create index if not exists ix_org_node_path on org_node (path varchar_pattern_ops);
comment on table org_node is '组织节点：集团、事业部、分子公司、维修站';
comment on column org_node.id is '编号';
comment on column org_node.parent_id is '上级';
comment on column org_node.kind is '类别 group/division/company/station';
comment on column org_node.name is '名称';
comment on column org_node.code is '编码';
comment on column org_node.path is '从根到本节点的编号路径 /1/5/';
comment on column org_node.company_id is '所属公司';
comment on column org_node.sort_no is '排序';
comment on column org_node.org_status is '状态 active/closed';

-- 账号
create table if not exists account (
  id bigint not null,
  login varchar(32) not null,
  person_name varchar(40) not null,
  org_id bigint not null,
  account_status varchar(10) default 'active' not null,
  password_hash varchar(400) not null,
  must_change boolean default true not null,
  failed_count integer default 0 not null,
  locked_until bigint,
  mobile_sealed varchar(400),
  employee_no varchar(20),
  created_at bigint not null,
  last_sign_in_at bigint,
  version integer default 1 not null,
  primary key (id)
);
create unique index if not exists uq_account_login on account (login);
create index if not exists ix_account_org_id on account (org_id);
create index if not exists ix_account_person_name on account (person_name varchar_pattern_ops);
comment on table account is '账号';
comment on column account.id is '编号';
comment on column account.login is '登录名';
comment on column account.person_name is '姓名';
comment on column account.org_id is '所属组织';
comment on column account.account_status is '状态 active/disabled';
comment on column account.password_hash is '口令摘要（SM3 加盐慢散列，含参数）';
comment on column account.must_change is '须修改口令';
comment on column account.failed_count is '连续失败次数';
comment on column account.locked_until is '锁定到';
comment on column account.mobile_sealed is '手机号密文';
comment on column account.employee_no is '工号';
comment on column account.created_at is '创建时间';
comment on column account.last_sign_in_at is '上次登录';
comment on column account.version is '版本';

-- 账号的角色及其组织范围
create table if not exists account_role (
  account_id bigint not null,
  role_code varchar(30) not null,
  org_id bigint not null,
  primary key (account_id, role_code, org_id)
);
create index if not exists ix_account_role_role_code on account_role (role_code varchar_pattern_ops);
create index if not exists ix_account_role_org_id on account_role (org_id);
comment on table account_role is '账号的角色及其组织范围';
comment on column account_role.account_id is '账号';
comment on column account_role.role_code is '角色';
comment on column account_role.org_id is '组织范围（含下级）';

-- 角色权限
create table if not exists role_permission (
  role_code varchar(30) not null,
  permission varchar(40) not null,
  primary key (role_code, permission)
);
comment on table role_permission is '角色权限';
comment on column role_permission.role_code is '角色';
comment on column role_permission.permission is '权限';

-- 人员技能
create table if not exists account_skill (
  account_id bigint not null,
  skill_code varchar(30) not null,
  skill_level integer not null,
  primary key (account_id, skill_code)
);
comment on table account_skill is '人员技能';
comment on column account_skill.account_id is '账号';
comment on column account_skill.skill_code is '技能（故障代码）';
comment on column account_skill.skill_level is '等级 1-9';

-- 人员责任区（小区）
create table if not exists account_area (
  account_id bigint not null,
  area_id bigint not null,
  company_id bigint not null,
  primary key (account_id, area_id)
);
create index if not exists ix_account_area_area_id on account_area (area_id);
comment on table account_area is '人员责任区（小区）';
comment on column account_area.account_id is '账号';
comment on column account_area.area_id is '小区节点';
comment on column account_area.company_id is '公司';

-- 登录会话（只存令牌摘要）
create table if not exists session_row (
  token_hash varchar(64) not null,
  account_id bigint not null,
  front_end varchar(10) not null,
  created_at bigint not null,
  last_seen_at bigint not null,
  expires_at bigint not null,
  address varchar(64) not null,
  ended varchar(30),
  primary key (token_hash)
);
create index if not exists ix_session_row_account_id on session_row (account_id);
create index if not exists ix_session_row_expires_at on session_row (expires_at);
comment on table session_row is '登录会话（只存令牌摘要）';
comment on column session_row.token_hash is '令牌摘要';
comment on column session_row.account_id is '账号';
comment on column session_row.front_end is '前端';
comment on column session_row.created_at is '登录时间';
comment on column session_row.last_seen_at is '最近活动';
comment on column session_row.expires_at is '失效时间';
comment on column session_row.address is '来源地址';
comment on column session_row.ended is '结束原因';

-- 审计行（写入时不成链，由封存任务成段）
create table if not exists audit_row (
  id bigint not null,
  at bigint not null,
  account_id bigint not null,
  person_name varchar(40) not null,
  login varchar(60) not null,
  org_root_id bigint,
  action varchar(40) not null,
  target varchar(200) not null,
  detail text,
  address varchar(64) not null,
  segment_id bigint,
  primary key (id)
);
create index if not exists ix_audit_row_segment_id on audit_row (segment_id);
create index if not exists ix_audit_row_at on audit_row (at);
create index if not exists ix_audit_row_action_at on audit_row (action varchar_pattern_ops,at);
create index if not exists ix_audit_row_account_id_at on audit_row (account_id,at);
comment on table audit_row is '审计行（写入时不成链，由封存任务成段）';
comment on column audit_row.id is '编号';
comment on column audit_row.at is '时间';
comment on column audit_row.account_id is '账号，0 为系统';
comment on column audit_row.person_name is '姓名';
comment on column audit_row.login is '登录名';
comment on column audit_row.org_root_id is '操作人所管组织';
comment on column audit_row.action is '动作';
comment on column audit_row.target is '对象';
comment on column audit_row.detail is '说明';
comment on column audit_row.address is '来源地址';
comment on column audit_row.segment_id is '封存段，空为未封存';

-- 封存段：SM3 链与 SM2 签名的段首
create table if not exists seal_segment (
  id bigint not null,
  chain varchar(12) not null,
  seq_no bigint not null,
  member_count integer not null,
  first_at bigint not null,
  last_at bigint not null,
  prev_head varchar(64) not null,
  head varchar(64) not null,
  members text not null,
  signature varchar(200) not null,
  key_id varchar(20) not null,
  sealed_at bigint not null,
  dropped_at bigint,
  primary key (id)
);
create unique index if not exists uq_seal_segment_chain_seq_no on seal_segment (chain,seq_no);
comment on table seal_segment is '封存段：SM3 链与 SM2 签名的段首';
comment on column seal_segment.id is '编号';
comment on column seal_segment.chain is '链 audit/recording';
comment on column seal_segment.seq_no is '链内序号，从 1 起';
comment on column seal_segment.member_count is '成员数';
comment on column seal_segment.first_at is '最早';
comment on column seal_segment.last_at is '最晚';
comment on column seal_segment.prev_head is '上一段首';
comment on column seal_segment.head is '本段首';
comment on column seal_segment.members is '成员编号与摘要';
comment on column seal_segment.signature is 'SM2 签名';
comment on column seal_segment.key_id is '签名密钥';
comment on column seal_segment.sealed_at is '封存时间';
comment on column seal_segment.dropped_at is '按保存期限清除成员的时间';

-- 双人操作申请（多人负责）
create table if not exists two_person_request (
  id bigint not null,
  kind varchar(40) not null,
  detail text not null,
  summary varchar(400) not null,
  reason varchar(200) not null,
  org_id bigint,
  asked_by bigint not null,
  asked_name varchar(40) not null,
  asked_at bigint not null,
  until_at bigint not null,
  request_state varchar(12) not null,
  answered_by bigint,
  answered_name varchar(40),
  answered_at bigint,
  primary key (id)
);
create index if not exists ix_two_person_request__iwiez2 on two_person_request (kind varchar_pattern_ops,asked_at);
create index if not exists ix_two_person_request__1t2jzah on two_person_request (request_state varchar_pattern_ops,until_at);
comment on table two_person_request is '双人操作申请（多人负责）';
comment on column two_person_request.id is '编号';
comment on column two_person_request.kind is '操作';
comment on column two_person_request.detail is '内容';
comment on column two_person_request.summary is '说明';
comment on column two_person_request.reason is '原因';
comment on column two_person_request.org_id is '涉及的组织';
comment on column two_person_request.asked_by is '申请人';
comment on column two_person_request.asked_name is '申请人姓名';
comment on column two_person_request.asked_at is '申请时间';
comment on column two_person_request.until_at is '确认期限；确认后为使用期限';
comment on column two_person_request.request_state is '状态 asked/confirmed/refused/used';
comment on column two_person_request.answered_by is '确认人';
comment on column two_person_request.answered_name is '确认人姓名';
comment on column two_person_request.answered_at is '确认时间';

-- 重新加密任务
create table if not exists reseal_job (
  id bigint not null,
  target_key varchar(20) not null,
  job_state varchar(10) not null,
  rounds integer default 0 not null,
  started_at bigint not null,
  finished_at bigint,
  last_error varchar(500),
  primary key (id)
);
create index if not exists ix_reseal_job_started_at on reseal_job (started_at);
comment on table reseal_job is '重新加密任务';
comment on column reseal_job.id is '编号';
comment on column reseal_job.target_key is '目标密钥编号';
comment on column reseal_job.job_state is '状态 running/done/failed';
comment on column reseal_job.rounds is '已核对的轮数';
comment on column reseal_job.started_at is '开始';
comment on column reseal_job.finished_at is '结束';
comment on column reseal_job.last_error is '最近错误';

-- 重新加密进度（每库每列一行）
create table if not exists reseal_column (
  job_id bigint not null,
  shard_name varchar(40) not null,
  table_name varchar(30) not null,
  column_name varchar(30) not null,
  last_key varchar(400),
  total_rows bigint,
  done_rows bigint default 0 not null,
  resealed_rows bigint default 0 not null,
  finished boolean default false not null,
  primary key (job_id, shard_name, table_name, column_name)
);
comment on table reseal_column is '重新加密进度（每库每列一行）';
comment on column reseal_column.job_id is '任务';
comment on column reseal_column.shard_name is '库';
comment on column reseal_column.table_name is '表';
comment on column reseal_column.column_name is '列';
comment on column reseal_column.last_key is '已处理到的主键（JSON）';
comment on column reseal_column.total_rows is '总行数';
comment on column reseal_column.done_rows is '已处理';
comment on column reseal_column.resealed_rows is '已换密钥';
comment on column reseal_column.finished is '已完成';

-- 设置的各个版本（只增，可恢复）
create table if not exists setting_version (
  code varchar(40) not null,
  version_no integer not null,
  body text not null,
  saved_at bigint not null,
  account_id bigint not null,
  saved_by varchar(40) not null,
  reason varchar(200) not null,
  restored_from integer,
  primary key (code, version_no)
);
comment on table setting_version is '设置的各个版本（只增，可恢复）';
comment on column setting_version.code is '设置';
comment on column setting_version.version_no is '版本，从 1 起';
comment on column setting_version.body is '内容';
comment on column setting_version.saved_at is '保存时间';
comment on column setting_version.account_id is '操作人，0 为系统';
comment on column setting_version.saved_by is '操作人姓名';
comment on column setting_version.reason is '原因';
comment on column setting_version.restored_from is '恢复自版本';

-- 坐席
create table if not exists agent (
  agent_id bigint not null,
  account_id bigint not null,
  work_no varchar(12) not null,
  name varchar(40) not null,
  station_id bigint not null,
  company_id bigint not null,
  active boolean default true not null,
  independent_sip boolean default false not null,
  version integer default 1 not null,
  primary key (agent_id)
);
create unique index if not exists uq_agent_work_no on agent (work_no);
create unique index if not exists uq_agent_account_id on agent (account_id);
create index if not exists ix_agent_station_id on agent (station_id);
comment on table agent is '坐席';
comment on column agent.agent_id is '坐席编号';
comment on column agent.account_id is '账号';
comment on column agent.work_no is '工号';
comment on column agent.name is '姓名';
comment on column agent.station_id is '站部';
comment on column agent.company_id is '公司';
comment on column agent.active is '启用';
comment on column agent.independent_sip is '允许话机独立在线';
comment on column agent.version is '版本';

-- 技能组
create table if not exists skill_group (
  skill_group_id bigint not null,
  name varchar(40) not null,
  code varchar(30) not null,
  direction varchar(10) default 'inbound' not null,
  strategy varchar(20) default 'longestIdle' not null,
  fallback varchar(20) default 'longestIdle' not null,
  count_period varchar(10) default 'day' not null,
  last_agent_wait_s integer default 15 not null,
  ring_s integer default 15 not null,
  retry_s integer default 5 not null,
  wrap_up_s integer default 30 not null,
  misses_to_rest integer default 3 not null,
  quick_hangup_s integer default 5 not null,
  rest_cap integer default 0 not null,
  rest_limit_s integer default 0 not null,
  overflow_length integer default 0 not null,
  overflow_wait_s integer default 0 not null,
  overflow_rings integer default 0 not null,
  overflow_group_id bigint,
  best_level_first boolean default false not null,
  rating boolean default true not null,
  active boolean default true not null,
  version integer default 1 not null,
  primary key (skill_group_id)
);
create unique index if not exists uq_skill_group_code on skill_group (code);
comment on table skill_group is '技能组';
comment on column skill_group.skill_group_id is '技能组编号';
comment on column skill_group.name is '名称';
comment on column skill_group.code is '编码';
comment on column skill_group.direction is '方向 inbound outbound';
comment on column skill_group.strategy is '振铃策略';
comment on column skill_group.fallback is '回头客之后的策略';
comment on column skill_group.count_period is '计数周期 day signIn reset';
comment on column skill_group.last_agent_wait_s is '等候上次坐席秒数';
comment on column skill_group.ring_s is '振铃秒数';
comment on column skill_group.retry_s is '全部未接后重试秒数';
comment on column skill_group.wrap_up_s is '话后处理秒数';
comment on column skill_group.misses_to_rest is '连续漏接几次置小休，0 为不置';
comment on column skill_group.quick_hangup_s is '客户快速挂机秒数';
comment on column skill_group.rest_cap is '小休人数上限，0 为不限';
comment on column skill_group.rest_limit_s is '小休时长上限秒，0 为不限';
comment on column skill_group.overflow_length is '溢出队列长度，0 为关';
comment on column skill_group.overflow_wait_s is '溢出等候秒数，0 为关';
comment on column skill_group.overflow_rings is '溢出振铃次数，0 为关';
comment on column skill_group.overflow_group_id is '溢出到的技能组';
comment on column skill_group.best_level_first is '高等级优先';
comment on column skill_group.rating is '通话后评价';
comment on column skill_group.active is '启用';
comment on column skill_group.version is '版本';

-- 坐席技能
create table if not exists agent_skill (
  agent_id bigint not null,
  skill_group_id bigint not null,
  skill_level integer default 5 not null,
  primary key (agent_id, skill_group_id)
);
create index if not exists ix_agent_skill_skill_group_id on agent_skill (skill_group_id);
comment on table agent_skill is '坐席技能';
comment on column agent_skill.agent_id is '坐席';
comment on column agent_skill.skill_group_id is '技能组';
comment on column agent_skill.skill_level is '等级 1 至 9';

-- 话机
create table if not exists phone (
  extension varchar(6) not null,
  station_id bigint not null,
  sip_secret varchar(400),
  mac varchar(17),
  is_online boolean default false not null,
  seen_at bigint,
  primary key (extension)
);
create index if not exists ix_phone_station_id on phone (station_id);
comment on table phone is '话机';
comment on column phone.extension is '分机号';
comment on column phone.station_id is '站部';
comment on column phone.sip_secret is '注册密钥（密文）';
comment on column phone.mac is '话机地址';
comment on column phone.is_online is '在线';
comment on column phone.seen_at is '最近注册';

-- 坐席与话机绑定
create table if not exists binding (
  agent_id bigint not null,
  extension varchar(6) not null,
  bound_by bigint not null,
  bound_at bigint not null,
  primary key (agent_id)
);
create unique index if not exists uq_binding_extension on binding (extension);
comment on table binding is '坐席与话机绑定';
comment on column binding.agent_id is '坐席';
comment on column binding.extension is '分机号';
comment on column binding.bound_by is '操作人';
comment on column binding.bound_at is '绑定时间';

-- 接入号码
create table if not exists access_number (
  called_number varchar(20) not null,
  target_kind varchar(12) default 'ivr' not null,
  skill_group_id bigint,
  ivr_code varchar(30),
  priority integer default 5 not null,
  company_id bigint,
  primary key (called_number)
);
comment on table access_number is '接入号码';
comment on column access_number.called_number is '接入号码';
comment on column access_number.target_kind is '去向 ivr skillGroup';
comment on column access_number.skill_group_id is '技能组';
comment on column access_number.ivr_code is '流程编码';
comment on column access_number.priority is '优先级 1 最先 至 9';
comment on column access_number.company_id is '公司';

-- 话单
create table if not exists call_record (
  call_id varchar(36) not null,
  direction varchar(10) not null,
  purpose varchar(10) not null,
  number_sealed varchar(400),
  number_blind varchar(64),
  number_last4 varchar(64),
  called_number varchar(30),
  started_at bigint not null,
  queued_at bigint,
  answered_at bigint,
  ended_at bigint,
  talk_s integer default 0 not null,
  wait_s integer default 0 not null,
  ring_s integer default 0 not null,
  end_reason varchar(20),
  ended_by varchar(10),
  rating integer,
  skill_group_id bigint,
  agent_id bigint,
  agent_name varchar(40),
  station_id bigint,
  company_id bigint,
  customer_id bigint,
  customer_name varchar(40),
  house_address varchar(200),
  order_id bigint,
  order_company_id bigint,
  order_no varchar(40),
  disposition varchar(60),
  remark varchar(500),
  priority integer default 5 not null,
  repeat_count integer default 0 not null,
  misses integer default 0 not null,
  transfers integer default 0 not null,
  ivr_path text,
  recording_id bigint,
  source varchar(10) default 'director' not null,
  epoch bigint default 0 not null,
  primary key (call_id)
);
create index if not exists ix_call_record_started_at on call_record (started_at);
create index if not exists ix_call_record_agent_i_19828ta on call_record (agent_id,started_at);
create index if not exists ix_call_record_number__otfcpg on call_record (number_blind varchar_pattern_ops,started_at);
create index if not exists ix_call_record_number__j6m2y3 on call_record (number_last4 varchar_pattern_ops,started_at);
create index if not exists ix_call_record_order_id on call_record (order_id);
create index if not exists ix_call_record_station_1uni3bh on call_record (station_id,started_at);
create index if not exists ix_call_record_company_1ajokba on call_record (company_id,started_at);
comment on table call_record is '话单';
comment on column call_record.call_id is '通话编号';
comment on column call_record.direction is '方向';
comment on column call_record.purpose is '用途';
comment on column call_record.number_sealed is '客户号码（密文）';
comment on column call_record.number_blind is '号码盲索引';
comment on column call_record.number_last4 is '后四位盲索引';
comment on column call_record.called_number is '被叫';
comment on column call_record.started_at is '开始';
comment on column call_record.queued_at is '入队';
comment on column call_record.answered_at is '接通';
comment on column call_record.ended_at is '结束';
comment on column call_record.talk_s is '通话秒';
comment on column call_record.wait_s is '等候秒';
comment on column call_record.ring_s is '振铃秒';
comment on column call_record.end_reason is '结束原因';
comment on column call_record.ended_by is '挂机方';
comment on column call_record.rating is '评价';
comment on column call_record.skill_group_id is '技能组';
comment on column call_record.agent_id is '坐席';
comment on column call_record.agent_name is '坐席姓名';
comment on column call_record.station_id is '站部';
comment on column call_record.company_id is '公司';
comment on column call_record.customer_id is '客户';
comment on column call_record.customer_name is '客户姓名';
comment on column call_record.house_address is '房屋地址';
comment on column call_record.order_id is '工单';
comment on column call_record.order_company_id is '工单公司';
comment on column call_record.order_no is '工单号';
comment on column call_record.disposition is '通话小结';
comment on column call_record.remark is '备注';
comment on column call_record.priority is '优先级 1 最先 至 9';
comment on column call_record.repeat_count is '重复来电次数';
comment on column call_record.misses is '漏接次数';
comment on column call_record.transfers is '转接次数';
comment on column call_record.ivr_path is '导航路径';
comment on column call_record.recording_id is '录音';
comment on column call_record.source is '来源 director spool';
comment on column call_record.epoch is '调度任期';

-- 通话事件
create table if not exists call_event (
  event_id bigint not null,
  call_id varchar(36) not null,
  happened_at bigint not null,
  kind varchar(30) not null,
  agent_id bigint,
  detail varchar(400),
  epoch bigint default 0 not null,
  primary key (event_id)
);
create index if not exists ix_call_event_call_id_event_id on call_event (call_id varchar_pattern_ops,event_id);
comment on table call_event is '通话事件';
comment on column call_event.event_id is '编号';
comment on column call_event.call_id is '通话编号';
comment on column call_event.happened_at is '时间';
comment on column call_event.kind is '事件';
comment on column call_event.agent_id is '坐席';
comment on column call_event.detail is '说明';
comment on column call_event.epoch is '调度任期';

-- 坐席状态日志
create table if not exists agent_state_log (
  log_id bigint not null,
  agent_id bigint not null,
  layer varchar(10) not null,
  state_from varchar(20),
  state_to varchar(20) not null,
  reason varchar(60),
  cause varchar(10) not null,
  operator_id bigint,
  operator_name varchar(40),
  began_at bigint not null,
  lasted_ms bigint,
  call_id varchar(36),
  primary key (log_id)
);
create index if not exists ix_agent_state_log_age_1jtp3y0 on agent_state_log (agent_id,began_at);
create index if not exists ix_agent_state_log_began_at on agent_state_log (began_at);
comment on table agent_state_log is '坐席状态日志';
comment on column agent_state_log.log_id is '编号';
comment on column agent_state_log.agent_id is '坐席';
comment on column agent_state_log.layer is '层 presence readiness call';
comment on column agent_state_log.state_from is '原状态';
comment on column agent_state_log.state_to is '新状态';
comment on column agent_state_log.reason is '原因或子状态';
comment on column agent_state_log.cause is '由谁 agent system leader phone';
comment on column agent_state_log.operator_id is '操作人';
comment on column agent_state_log.operator_name is '操作人姓名';
comment on column agent_state_log.began_at is '开始';
comment on column agent_state_log.lasted_ms is '上一状态持续毫秒';
comment on column agent_state_log.call_id is '通话编号';

-- 坐席当前状态（重启后恢复）
create table if not exists agent_state (
  agent_id bigint not null,
  presence varchar(12) not null,
  readiness varchar(12),
  chosen varchar(12),
  rest_reason varchar(30),
  wrap_up_until bigint,
  misses integer default 0 not null,
  idle_since bigint,
  answered_at bigint,
  changed_at bigint not null,
  epoch bigint default 0 not null,
  primary key (agent_id)
);
comment on table agent_state is '坐席当前状态（重启后恢复）';
comment on column agent_state.agent_id is '坐席';
comment on column agent_state.presence is '在线层';
comment on column agent_state.readiness is '就绪层';
comment on column agent_state.chosen is '话后处理之后的就绪';
comment on column agent_state.rest_reason is '小休子状态';
comment on column agent_state.wrap_up_until is '话后处理到';
comment on column agent_state.misses is '连续漏接';
comment on column agent_state.idle_since is '空闲自';
comment on column agent_state.answered_at is '最近接通';
comment on column agent_state.changed_at is '变更时间';
comment on column agent_state.epoch is '调度任期';

-- 录音
create table if not exists recording (
  recording_id bigint not null,
  call_id varchar(36) not null,
  file_path varchar(300) not null,
  byte_count bigint not null,
  duration_ms bigint default 0 not null,
  made_at bigint not null,
  sm3 varchar(64),
  segment_id bigint,
  missing boolean default false not null,
  primary key (recording_id)
);
create unique index if not exists uq_recording_call_id_file_path on recording (call_id,file_path);
create index if not exists ix_recording_segment_id on recording (segment_id);
create index if not exists ix_recording_made_at on recording (made_at);
comment on table recording is '录音';
comment on column recording.recording_id is '录音编号';
comment on column recording.call_id is '通话编号';
comment on column recording.file_path is '文件路径';
comment on column recording.byte_count is '字节数';
comment on column recording.duration_ms is '时长毫秒';
comment on column recording.made_at is '完成时间';
comment on column recording.sm3 is '杂凑';
comment on column recording.segment_id is '封存段';
comment on column recording.missing is '文件缺失';

-- 黑名单
create table if not exists blocklist (
  blocklist_id bigint not null,
  number_blind varchar(64) not null,
  number_sealed varchar(400) not null,
  treatment varchar(10) default 'prompt' not null,
  reason varchar(200) not null,
  account_id bigint not null,
  person_name varchar(40) not null,
  added_at bigint not null,
  removed_at bigint,
  removed_by bigint,
  primary key (blocklist_id)
);
create index if not exists ix_blocklist_number_blind on blocklist (number_blind varchar_pattern_ops);
comment on table blocklist is '黑名单';
comment on column blocklist.blocklist_id is '编号';
comment on column blocklist.number_blind is '号码盲索引';
comment on column blocklist.number_sealed is '号码（密文）';
comment on column blocklist.treatment is '处理 prompt reject';
comment on column blocklist.reason is '原因';
comment on column blocklist.account_id is '操作人';
comment on column blocklist.person_name is '操作人姓名';
comment on column blocklist.added_at is '加入时间';
comment on column blocklist.removed_at is '移出时间';
comment on column blocklist.removed_by is '移出人';

-- 号段归属地（可导入）
create table if not exists number_segment (
  prefix varchar(8) not null,
  province varchar(20),
  city varchar(20),
  carrier varchar(10),
  primary key (prefix)
);
comment on table number_segment is '号段归属地（可导入）';
comment on column number_segment.prefix is '号段：手机前 3 至 7 位，固话区号';
comment on column number_segment.province is '省';
comment on column number_segment.city is '市';
comment on column number_segment.carrier is '运营商';

-- 个人通知
create table if not exists notice (
  id bigint not null,
  account_id bigint not null,
  source_key varchar(80) not null,
  happened_at bigint not null,
  kind varchar(30) not null,
  title varchar(80) not null,
  body varchar(500) not null,
  order_id bigint,
  company_id bigint,
  urgent boolean default false not null,
  read_at bigint,
  primary key (id)
);
create unique index if not exists uq_notice_account_id_s_ycms4p on notice (account_id,source_key);
create index if not exists ix_notice_account_id_h_dgqonq on notice (account_id,happened_at desc);
create index if not exists ix_notice_account_id_read_at on notice (account_id,read_at);
comment on table notice is '个人通知';
comment on column notice.id is '编号';
comment on column notice.account_id is '收件人';
comment on column notice.source_key is '来源';
comment on column notice.happened_at is '时间';
comment on column notice.kind is '类别';
comment on column notice.title is '标题';
comment on column notice.body is '内容';
comment on column notice.order_id is '工单';
comment on column notice.company_id is '公司';
comment on column notice.urgent is '紧急';
comment on column notice.read_at is '已读时间';

-- 公告
create table if not exists announcement (
  id bigint not null,
  org_id bigint not null,
  body varchar(200) not null,
  until_at bigint not null,
  account_id bigint not null,
  person_name varchar(40) not null,
  created_at bigint not null,
  primary key (id)
);
create index if not exists ix_announcement_until_at on announcement (until_at);
comment on table announcement is '公告';
comment on column announcement.id is '编号';
comment on column announcement.org_id is '发布范围';
comment on column announcement.body is '内容';
comment on column announcement.until_at is '有效期至';
comment on column announcement.account_id is '发布人';
comment on column announcement.person_name is '发布人姓名';
comment on column announcement.created_at is '发布时间';

-- 全集团工单索引
create table if not exists work_order_index (
  id bigint not null,
  company_id bigint not null,
  order_no varchar(40) not null,
  order_type varchar(30) not null,
  urgency varchar(10) not null,
  order_source varchar(20) not null,
  fault_code varchar(30) not null,
  fault varchar(100) not null,
  state varchar(12) not null,
  version_no integer not null,
  round_no integer default 1 not null,
  priority integer default 0 not null,
  supervised boolean default false not null,
  over_level boolean default false not null,
  near_due boolean default false not null,
  overdue boolean default false not null,
  was_overdue boolean default false not null,
  urged integer default 0 not null,
  pending_approval varchar(20),
  direct_closed boolean default false not null,
  exempt boolean default false not null,
  close_kind varchar(12),
  customer_id bigint,
  customer_name varchar(40),
  number_sealed varchar(400),
  number_blind varchar(64),
  number_last4 varchar(64),
  house_id bigint,
  unit_id bigint,
  community_id bigint,
  community_name varchar(60),
  address varchar(200) not null,
  station_id bigint,
  worker_id bigint,
  worker_name varchar(40),
  agent_id bigint,
  agent_account_id bigint,
  agent_name varchar(40),
  call_id varchar(36),
  created_at bigint not null,
  due_at bigint,
  dispatched_at bigint,
  on_site_at bigint,
  completed_at bigint,
  closed_at bigint,
  outcome varchar(10),
  rating integer,
  satisfied boolean,
  revisit_attempts integer default 0 not null,
  updated_at bigint not null,
  primary key (id)
);
create unique index if not exists uq_work_order_index_order_no on work_order_index (order_no);
create index if not exists ix_work_order_index_created_at on work_order_index (created_at desc);
create index if not exists ix_work_order_index_co_1mxkk9c on work_order_index (company_id,created_at desc);
create index if not exists ix_work_order_index_st_80a1af on work_order_index (station_id,created_at desc);
create index if not exists ix_work_order_index_st_1nnbq76 on work_order_index (state varchar_pattern_ops,company_id,created_at desc);
create index if not exists ix_work_order_index_st_1ps2isw on work_order_index (state varchar_pattern_ops,station_id);
create index if not exists ix_work_order_index_st_rh4f7s on work_order_index (state varchar_pattern_ops,due_at);
create index if not exists ix_work_order_index_wo_huv87m on work_order_index (worker_id,state varchar_pattern_ops);
create index if not exists ix_work_order_index_ag_1twkohg on work_order_index (agent_account_id,state varchar_pattern_ops,created_at desc);
create index if not exists ix_work_order_index_ag_dkpst4 on work_order_index (agent_id,created_at desc);
create index if not exists ix_work_order_index_nu_jqkfwu on work_order_index (number_blind varchar_pattern_ops,created_at desc);
create index if not exists ix_work_order_index_nu_e3r65h on work_order_index (number_last4 varchar_pattern_ops,created_at desc);
create index if not exists ix_work_order_index_ho_9x4vsj on work_order_index (house_id,created_at desc);
create index if not exists ix_work_order_index_cu_1llm0q1 on work_order_index (customer_id,created_at desc);
create index if not exists ix_work_order_index_co_1idumf0 on work_order_index (community_id,created_at desc);
create index if not exists ix_work_order_index_closed_at on work_order_index (closed_at);
create index if not exists ix_work_order_index_cu_h583gw on work_order_index (customer_name varchar_pattern_ops);
create index if not exists ix_work_order_index_order_no on work_order_index (order_no varchar_pattern_ops);
create index if not exists ix_work_order_index_due_at on work_order_index (due_at);
create index if not exists ix_work_order_index_pr_1l5c0il on work_order_index (priority desc,due_at);
create index if not exists ix_work_order_index_or_npkyua on work_order_index (order_type varchar_pattern_ops,created_at desc);
create index if not exists ix_work_order_index_or_1hnfcwx on work_order_index (order_source varchar_pattern_ops,created_at desc);
comment on table work_order_index is '全集团工单索引';
comment on column work_order_index.id is '编号';
comment on column work_order_index.company_id is '公司';
comment on column work_order_index.order_no is '工单号';
comment on column work_order_index.order_type is '类型';
comment on column work_order_index.urgency is '紧急程度';
comment on column work_order_index.order_source is '来源';
comment on column work_order_index.fault_code is '故障代码';
comment on column work_order_index.fault is '故障摘要';
comment on column work_order_index.state is '状态';
comment on column work_order_index.version_no is '版本';
comment on column work_order_index.round_no is '派单轮次';
comment on column work_order_index.priority is '优先级';
comment on column work_order_index.supervised is '督办';
comment on column work_order_index.over_level is '越级投诉';
comment on column work_order_index.near_due is '临期';
comment on column work_order_index.overdue is '本轮超时';
comment on column work_order_index.was_overdue is '曾经超时（考核用）';
comment on column work_order_index.urged is '催办次数';
comment on column work_order_index.pending_approval is '待审批事项';
comment on column work_order_index.direct_closed is '直接处结';
comment on column work_order_index.exempt is '免回访';
comment on column work_order_index.close_kind is '办结方式';
comment on column work_order_index.customer_id is '客户';
comment on column work_order_index.customer_name is '客户姓名';
comment on column work_order_index.number_sealed is '客户号码（密文）';
comment on column work_order_index.number_blind is '号码盲索引';
comment on column work_order_index.number_last4 is '后四位盲索引';
comment on column work_order_index.house_id is '房屋';
comment on column work_order_index.unit_id is '单元';
comment on column work_order_index.community_id is '小区';
comment on column work_order_index.community_name is '小区名称';
comment on column work_order_index.address is '地址';
comment on column work_order_index.station_id is '维修站';
comment on column work_order_index.worker_id is '处理人账号';
comment on column work_order_index.worker_name is '处理人姓名';
comment on column work_order_index.agent_id is '受理坐席';
comment on column work_order_index.agent_account_id is '受理人账号';
comment on column work_order_index.agent_name is '受理人姓名';
comment on column work_order_index.call_id is '通话编号';
comment on column work_order_index.created_at is '受理时间';
comment on column work_order_index.due_at is '处理期限';
comment on column work_order_index.dispatched_at is '首次派站时间';
comment on column work_order_index.on_site_at is '首次现场签到时间';
comment on column work_order_index.completed_at is '完成时间';
comment on column work_order_index.closed_at is '办结或结束时间';
comment on column work_order_index.outcome is '处理结果 fixed/unfixed';
comment on column work_order_index.rating is '现场评价 1-5';
comment on column work_order_index.satisfied is '客户满意（回访优先，否则现场评价 4 分及以上）';
comment on column work_order_index.revisit_attempts is '回访次数';
comment on column work_order_index.updated_at is '最近变更';

-- 全集团审批索引
create table if not exists approval_index (
  id bigint not null,
  company_id bigint not null,
  station_id bigint,
  order_id bigint not null,
  order_no varchar(40) not null,
  kind varchar(20) not null,
  reason varchar(500) not null,
  requested_by bigint not null,
  requester_name varchar(40) not null,
  requested_at bigint not null,
  new_due_at bigint,
  approval_status varchar(10) not null,
  decider_name varchar(40),
  decided_at bigint,
  decision_reason varchar(500),
  version_no integer not null,
  primary key (id)
);
create index if not exists ix_approval_index_appr_ykxfmk on approval_index (approval_status varchar_pattern_ops,company_id,requested_at);
create index if not exists ix_approval_index_order_id on approval_index (order_id);
comment on table approval_index is '全集团审批索引';
comment on column approval_index.id is '编号';
comment on column approval_index.company_id is '公司';
comment on column approval_index.station_id is '维修站';
comment on column approval_index.order_id is '工单';
comment on column approval_index.order_no is '工单号';
comment on column approval_index.kind is '事项';
comment on column approval_index.reason is '申请原因';
comment on column approval_index.requested_by is '申请人';
comment on column approval_index.requester_name is '申请人姓名';
comment on column approval_index.requested_at is '申请时间';
comment on column approval_index.new_due_at is '申请的新时限';
comment on column approval_index.approval_status is '状态';
comment on column approval_index.decider_name is '审批人姓名';
comment on column approval_index.decided_at is '审批时间';
comment on column approval_index.decision_reason is '审批意见';
comment on column approval_index.version_no is '工单版本';

-- 每日签到（含位置）
create table if not exists field_check_in (
  step_id varchar(36) not null,
  account_id bigint not null,
  happened_at bigint not null,
  lat decimal(18,4),
  lng decimal(18,4),
  accuracy_m decimal(18,4),
  primary key (step_id)
);
create index if not exists ix_field_check_in_acco_sx69il on field_check_in (account_id,happened_at desc);
comment on table field_check_in is '每日签到（含位置）';
comment on column field_check_in.step_id is '步骤编号';
comment on column field_check_in.account_id is '人员';
comment on column field_check_in.happened_at is '时间';
comment on column field_check_in.lat is '纬度';
comment on column field_check_in.lng is '经度';
comment on column field_check_in.accuracy_m is '精度（米）';

-- 号码索引：盲号码到公司、客户、房屋
create table if not exists phone_index (
  number_blind varchar(64) not null,
  number_last4 varchar(64) not null,
  company_id bigint not null,
  customer_id bigint not null,
  house_id bigint not null,
  customer_name varchar(40) not null,
  primary key (number_blind, company_id, customer_id, house_id)
);
create index if not exists ix_phone_index_number_last4 on phone_index (number_last4 varchar_pattern_ops);
create index if not exists ix_phone_index_company_16a3nm0 on phone_index (company_id,customer_id);
create index if not exists ix_phone_index_house_id on phone_index (house_id);
create index if not exists ix_phone_index_customer_name on phone_index (customer_name varchar_pattern_ops);
comment on table phone_index is '号码索引：盲号码到公司、客户、房屋';
comment on column phone_index.number_blind is '号码盲索引';
comment on column phone_index.number_last4 is '后四位盲索引';
comment on column phone_index.company_id is '公司';
comment on column phone_index.customer_id is '客户';
comment on column phone_index.house_id is '房屋，0 为无';
comment on column phone_index.customer_name is '客户姓名';

-- 房屋索引：地址、户主、合同号一次查到
create table if not exists house_index (
  id bigint not null,
  company_id bigint not null,
  station_id bigint not null,
  community_id bigint not null,
  building_id bigint not null,
  unit_id bigint not null,
  community_name varchar(60) not null,
  address varchar(200) not null,
  building_key varchar(20) not null,
  unit_key varchar(20) not null,
  room_key varchar(20) not null,
  house_seq bigint not null,
  owner_id bigint,
  owner_name varchar(40),
  owner_tail varchar(40),
  contract_no varchar(30) not null,
  heating varchar(10) not null,
  arrears_cents bigint default 0 not null,
  primary key (id)
);
create index if not exists ix_house_index_communi_1hs9bl3 on house_index (community_id,building_key varchar_pattern_ops,unit_key varchar_pattern_ops,room_key varchar_pattern_ops,house_seq,station_id);
create index if not exists ix_house_index_buildin_1g8ubjb on house_index (building_key varchar_pattern_ops,unit_key varchar_pattern_ops,room_key varchar_pattern_ops,community_id,house_seq,company_id,station_id,id);
create index if not exists ix_house_index_room_ke_11d0nws on house_index (room_key varchar_pattern_ops,unit_key varchar_pattern_ops,community_id,house_seq,company_id,station_id,id);
create index if not exists ix_house_index_owner_n_gk73zn on house_index (owner_name varchar_pattern_ops,community_id,house_seq,company_id,station_id,id);
create index if not exists ix_house_index_owner_t_10v97zs on house_index (owner_tail varchar_pattern_ops,community_id,house_seq,company_id,station_id,id);
create index if not exists ix_house_index_communi_1376677 on house_index (community_id,house_seq,id,station_id,company_id);
create index if not exists ix_house_index_contract_no on house_index (contract_no varchar_pattern_ops);
create index if not exists ix_house_index_building_id on house_index (building_id);
create index if not exists ix_house_index_unit_id on house_index (unit_id);
comment on table house_index is '房屋索引：地址、户主、合同号一次查到';
comment on column house_index.id is '房屋';
comment on column house_index.company_id is '公司';
comment on column house_index.station_id is '维修站，0 为无';
comment on column house_index.community_id is '小区';
comment on column house_index.building_id is '楼栋';
comment on column house_index.unit_id is '单元';
comment on column house_index.community_name is '小区名';
comment on column house_index.address is '地址';
comment on column house_index.building_key is '楼栋检索键';
comment on column house_index.unit_key is '单元检索键';
comment on column house_index.room_key is '房号检索键';
comment on column house_index.house_seq is '小区内自然序';
comment on column house_index.owner_id is '户主';
comment on column house_index.owner_name is '户主姓名';
comment on column house_index.owner_tail is '户主名（去姓）';
comment on column house_index.contract_no is '合同号';
comment on column house_index.heating is '供热状态';
comment on column house_index.arrears_cents is '欠费，分';

-- 小区索引：各维修站名下的房屋数，列表分页用
create table if not exists community_index (
  community_id bigint not null,
  station_id bigint not null,
  company_id bigint not null,
  node_name varchar(60) not null,
  name_key varchar(60) not null,
  sort_key varchar(120) not null,
  path varchar(200) not null,
  arrears_cents bigint default 0 not null,
  customers integer default 0 not null,
  n_on integer default 0 not null,
  n_on_due integer default 0 not null,
  n_suspended integer default 0 not null,
  n_suspended_due integer default 0 not null,
  n_off integer default 0 not null,
  n_off_due integer default 0 not null,
  primary key (community_id, station_id)
);
create index if not exists ix_community_index_company_id on community_index (company_id);
comment on table community_index is '小区索引：各维修站名下的房屋数，列表分页用';
comment on column community_index.community_id is '小区';
comment on column community_index.station_id is '维修站，0 为无';
comment on column community_index.company_id is '公司';
comment on column community_index.node_name is '名称';
comment on column community_index.name_key is '检索名';
comment on column community_index.sort_key is '排序键（拼音）';
comment on column community_index.path is '编号路径';
comment on column community_index.arrears_cents is '欠费合计，分';
comment on column community_index.customers is '客户数';
comment on column community_index.n_on is '供热';
comment on column community_index.n_on_due is '供热且欠费';
comment on column community_index.n_suspended is '报停';
comment on column community_index.n_suspended_due is '报停且欠费';
comment on column community_index.n_off is '未供';
comment on column community_index.n_off_due is '未供且欠费';

-- 小区名检索词（单字与二字）
create table if not exists area_term (
  term varchar(4) not null,
  community_id bigint not null,
  company_id bigint not null,
  primary key (term, community_id)
);
create index if not exists ix_area_term_community_id on area_term (community_id);
comment on table area_term is '小区名检索词（单字与二字）';
comment on column area_term.term is '检索词';
comment on column area_term.community_id is '小区';
comment on column area_term.company_id is '公司';

-- 房屋档案导入任务
create table if not exists import_job (
  id bigint not null,
  company_id bigint not null,
  file_name varchar(200) not null,
  file_bytes bigint not null,
  file_sm3 varchar(64) not null,
  rows_sm3 varchar(64),
  header_text varchar(4000),
  job_state varchar(12) not null,
  cancel_asked boolean default false not null,
  account_id bigint not null,
  person_name varchar(40) not null,
  login varchar(60),
  address varchar(64),
  org_root_id bigint,
  created_at bigint not null,
  started_at bigint,
  finished_at bigint,
  holder varchar(60),
  lease_until bigint default 0 not null,
  attempts integer default 0 not null,
  id_second bigint,
  id_seconds bigint,
  indexes_off boolean default false not null,
  rows_total bigint,
  rows_read bigint default 0 not null,
  n_created bigint default 0 not null,
  n_changed bigint default 0 not null,
  n_same bigint default 0 not null,
  n_bad bigint default 0 not null,
  n_nodes bigint default 0 not null,
  progress_permille integer default 0 not null,
  last_error varchar(500),
  primary key (id)
);
create unique index if not exists uq_import_job_id_second on import_job (id_second);
create index if not exists ix_import_job_company__1jiids0 on import_job (company_id,created_at);
create index if not exists ix_import_job_job_state on import_job (job_state varchar_pattern_ops);
comment on table import_job is '房屋档案导入任务';
comment on column import_job.id is '编号';
comment on column import_job.company_id is '公司';
comment on column import_job.file_name is '文件名';
comment on column import_job.file_bytes is '文件字节数';
comment on column import_job.file_sm3 is '上传文件的 SM3';
comment on column import_job.rows_sm3 is '转成 CSV 后的 SM3，上传的就是 CSV 时相同';
comment on column import_job.header_text is '首行（JSON）';
comment on column import_job.job_state is '状态 waiting/checking/running/done/cancelled/failed';
comment on column import_job.cancel_asked is '已要求取消';
comment on column import_job.account_id is '发起人';
comment on column import_job.person_name is '发起人姓名';
comment on column import_job.login is '发起人登录名';
comment on column import_job.address is '发起人地址';
comment on column import_job.org_root_id is '发起人所在组织';
comment on column import_job.created_at is '提交时间';
comment on column import_job.started_at is '开始';
comment on column import_job.finished_at is '结束';
comment on column import_job.holder is '执行者';
comment on column import_job.lease_until is '占用到';
comment on column import_job.attempts is '执行次数';
comment on column import_job.id_second is '编号段起点（2024 年起的秒）';
comment on column import_job.id_seconds is '编号段长度，秒';
comment on column import_job.indexes_off is '索引待重建';
comment on column import_job.rows_total is '总行数';
comment on column import_job.rows_read is '已处理行数';
comment on column import_job.n_created is '新增';
comment on column import_job.n_changed is '更新';
comment on column import_job.n_same is '未变';
comment on column import_job.n_bad is '错误行';
comment on column import_job.n_nodes is '新建节点';
comment on column import_job.progress_permille is '进度，千分数';
comment on column import_job.last_error is '原因';

-- 受理草稿：随通话走，转接后由接手坐席继续（SC-15）
create table if not exists order_draft (
  call_id varchar(36) not null,
  account_id bigint not null,
  person_name varchar(40) not null,
  body text not null,
  updated_at bigint not null,
  primary key (call_id)
);
create index if not exists ix_order_draft_updated_at on order_draft (updated_at);
comment on table order_draft is '受理草稿：随通话走，转接后由接手坐席继续（SC-15）';
comment on column order_draft.call_id is '通话编号';
comment on column order_draft.account_id is '最近编辑人';
comment on column order_draft.person_name is '最近编辑人姓名';
comment on column order_draft.body is '草稿内容';
comment on column order_draft.updated_at is '最近编辑';

-- 记录版本：有了这一行，产品启动时不再改动表结构
insert into schema_ledger (digest, applied_at, remark) values ('866f15c44e48b452be5ea523a758b65157b1b20c31650dda4ce9453e2b24b865', 0, '0.2.0 by script');
commit;
