-- 融呼 0.1.0 → 0.2.0 升级脚本：集团库
-- 达梦 DM8（UTF-8，页大小 32K，大小写敏感）
-- 由 npm run db-scripts 从表定义生成，请勿手工修改。只增加，不删除；执行前请备份。

-- 公司数据所在的服务器
create table shard_place (
  company_id bigint not null,
  server_name varchar(40 char),
  made_at bigint not null,
  primary key (company_id)
) storage (using long row);
comment on table shard_place is '公司数据所在的服务器';
comment on column shard_place.company_id is '公司';
comment on column shard_place.server_name is '服务器名（配置 database.shards.servers 中的名字，main 为主服务器）';
comment on column shard_place.made_at is '建立时间';

-- 待发布事件（与业务同一事务写入）
alter table outbox add column due_at bigint default 0 not null;
comment on column outbox.due_at is '不早于';
create index ix_outbox_outbox_status_at_id on outbox (outbox_status, "AT", id);
create index ix_outbox_outbox_statu_14j76lf on outbox (outbox_status, attempts);

-- 消费者已处理的事件（按事件编号去重）
create table bus_seen (
  consumer varchar(60 char) not null,
  event_id bigint not null,
  "AT" bigint not null,
  primary key (consumer, event_id)
) storage (using long row);
create index ix_bus_seen_at on bus_seen ("AT");
comment on table bus_seen is '消费者已处理的事件（按事件编号去重）';
comment on column bus_seen.consumer is '消费者';
comment on column bus_seen.event_id is '事件';
comment on column bus_seen."AT" is '时间';

-- 幂等键与结果
alter table idempotency add column holder varchar(80 char);
comment on column idempotency.holder is '受理的进程';

-- 短期共享数据：缓存值、计数、一次性标记（过期即清）
create table cache_entry (
  cache_key varchar(160 char) not null,
  body clob,
  hits bigint default 0 not null,
  until_at bigint not null,
  primary key (cache_key)
) storage (using long row);
create index ix_cache_entry_until_at on cache_entry (until_at);
comment on table cache_entry is '短期共享数据：缓存值、计数、一次性标记（过期即清）';
comment on column cache_entry.cache_key is '键';
comment on column cache_entry.body is '值';
comment on column cache_entry.hits is '计数';
comment on column cache_entry.until_at is '到期';

-- 在线成员：服务进程等，到期自动退出
create table presence (
  set_name varchar(60 char) not null,
  member_name varchar(100 char) not null,
  body clob,
  until_at bigint not null,
  primary key (set_name, member_name)
) storage (using long row);
create index ix_presence_until_at on presence (until_at);
comment on table presence is '在线成员：服务进程等，到期自动退出';
comment on column presence.set_name is '集合';
comment on column presence.member_name is '成员';
comment on column presence.body is '说明';
comment on column presence.until_at is '到期';

-- 进程间广播（保留一分钟）
create table broadcast (
  id bigint not null,
  channel varchar(40 char),
  sender varchar(100 char),
  body clob,
  "AT" bigint not null,
  primary key (id)
) storage (using long row);
create index ix_broadcast_at on broadcast ("AT");
comment on table broadcast is '进程间广播（保留一分钟）';
comment on column broadcast.id is '编号';
comment on column broadcast.channel is '频道';
comment on column broadcast.sender is '发送进程';
comment on column broadcast.body is '内容';
comment on column broadcast."AT" is '时间';

-- 双人操作申请（多人负责）
create table two_person_request (
  id bigint not null,
  kind varchar(40 char),
  detail clob,
  summary varchar(400 char),
  reason varchar(200 char),
  org_id bigint,
  asked_by bigint not null,
  asked_name varchar(40 char),
  asked_at bigint not null,
  until_at bigint not null,
  request_state varchar(12 char),
  answered_by bigint,
  answered_name varchar(40 char),
  answered_at bigint,
  primary key (id)
) storage (using long row);
create index ix_two_person_request__iwiez2 on two_person_request (kind, asked_at);
create index ix_two_person_request__1t2jzah on two_person_request (request_state, until_at);
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
create table reseal_job (
  id bigint not null,
  target_key varchar(20 char),
  job_state varchar(10 char),
  rounds int default 0 not null,
  started_at bigint not null,
  finished_at bigint,
  last_error varchar(500 char),
  primary key (id)
) storage (using long row);
create index ix_reseal_job_started_at on reseal_job (started_at);
comment on table reseal_job is '重新加密任务';
comment on column reseal_job.id is '编号';
comment on column reseal_job.target_key is '目标密钥编号';
comment on column reseal_job.job_state is '状态 running/done/failed';
comment on column reseal_job.rounds is '已核对的轮数';
comment on column reseal_job.started_at is '开始';
comment on column reseal_job.finished_at is '结束';
comment on column reseal_job.last_error is '最近错误';

-- 重新加密进度（每库每列一行）
create table reseal_column (
  job_id bigint not null,
  shard_name varchar(40 char) not null,
  table_name varchar(30 char) not null,
  column_name varchar(30 char) not null,
  last_key varchar(400 char),
  total_rows bigint,
  done_rows bigint default 0 not null,
  resealed_rows bigint default 0 not null,
  finished bit default 0 not null,
  primary key (job_id, shard_name, table_name, column_name)
) storage (using long row);
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

-- 房屋索引：地址、户主、合同号一次查到
create index ix_house_index_buildin_1g8ubjb on house_index (building_key, unit_key, room_key, community_id, house_seq, company_id, station_id, id);
create index ix_house_index_room_ke_11d0nws on house_index (room_key, unit_key, community_id, house_seq, company_id, station_id, id);
create index ix_house_index_owner_n_gk73zn on house_index (owner_name, community_id, house_seq, company_id, station_id, id);
create index ix_house_index_owner_t_10v97zs on house_index (owner_tail, community_id, house_seq, company_id, station_id, id);
create index ix_house_index_communi_1376677 on house_index (community_id, house_seq, id, station_id, company_id);

-- 房屋档案导入任务
create table import_job (
  id bigint not null,
  company_id bigint not null,
  file_name varchar(200 char),
  file_bytes bigint not null,
  file_sm3 varchar(64 char),
  rows_sm3 varchar(64 char),
  header_text clob,
  job_state varchar(12 char),
  cancel_asked bit default 0 not null,
  account_id bigint not null,
  person_name varchar(40 char),
  "LOGIN" varchar(60 char),
  address varchar(64 char),
  org_root_id bigint,
  created_at bigint not null,
  started_at bigint,
  finished_at bigint,
  holder varchar(60 char),
  lease_until bigint default 0 not null,
  attempts int default 0 not null,
  id_second bigint,
  id_seconds bigint,
  indexes_off bit default 0 not null,
  rows_total bigint,
  rows_read bigint default 0 not null,
  n_created bigint default 0 not null,
  n_changed bigint default 0 not null,
  n_same bigint default 0 not null,
  n_bad bigint default 0 not null,
  n_nodes bigint default 0 not null,
  progress_permille int default 0 not null,
  last_error varchar(500 char),
  primary key (id)
) storage (using long row);
create unique index uq_import_job_id_second on import_job (id_second);
create index ix_import_job_company__1jiids0 on import_job (company_id, created_at);
create index ix_import_job_job_state on import_job (job_state);
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
comment on column import_job."LOGIN" is '发起人登录名';
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

-- 记录版本：有了这一行，产品启动时不再改动表结构
insert into schema_ledger (digest, applied_at, remark) values ('866f15c44e48b452be5ea523a758b65157b1b20c31650dda4ce9453e2b24b865', 0, '0.2.0 by script');
commit;
