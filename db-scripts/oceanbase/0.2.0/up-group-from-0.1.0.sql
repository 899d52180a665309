-- 融呼 0.1.0 → 0.2.0 升级脚本：集团库
-- OceanBase（MySQL 模式租户）
-- 由 npm run db-scripts 从表定义生成，请勿手工修改。只增加，不删除；执行前请备份。

-- 公司数据所在的服务器
create table if not exists shard_place (
  company_id bigint not null comment '公司',
  server_name varchar(40) not null comment '服务器名（配置 database.shards.servers 中的名字，main 为主服务器）',
  made_at bigint not null comment '建立时间',
  primary key (company_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '公司数据所在的服务器';

-- 待发布事件（与业务同一事务写入）
alter table outbox add column due_at bigint not null default 0 comment '不早于';
create index ix_outbox_outbox_status_at_id on outbox (outbox_status, at, id);
create index ix_outbox_outbox_statu_14j76lf on outbox (outbox_status, attempts);

-- 消费者已处理的事件（按事件编号去重）
create table if not exists bus_seen (
  consumer varchar(60) not null comment '消费者',
  event_id bigint not null comment '事件',
  at bigint not null comment '时间',
  primary key (consumer, event_id)
) default charset = utf8mb4 collate = utf8mb4_bin comment = '消费者已处理的事件（按事件编号去重）';
create index ix_bus_seen_at on bus_seen (at);

-- 幂等键与结果
alter table idempotency add column holder varchar(80) comment '受理的进程';

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

-- 房屋索引：地址、户主、合同号一次查到
create index ix_house_index_buildin_1g8ubjb on house_index (building_key, unit_key, room_key, community_id, house_seq, company_id, station_id, id);
create index ix_house_index_room_ke_11d0nws on house_index (room_key, unit_key, community_id, house_seq, company_id, station_id, id);
create index ix_house_index_owner_n_gk73zn on house_index (owner_name, community_id, house_seq, company_id, station_id, id);
create index ix_house_index_owner_t_10v97zs on house_index (owner_tail, community_id, house_seq, company_id, station_id, id);
create index ix_house_index_communi_1376677 on house_index (community_id, house_seq, id, station_id, company_id);

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

-- 记录版本：有了这一行，产品启动时不再改动表结构
insert into schema_ledger (digest, applied_at, remark) values ('866f15c44e48b452be5ea523a758b65157b1b20c31650dda4ce9453e2b24b865', 0, '0.2.0 by script');
commit;
