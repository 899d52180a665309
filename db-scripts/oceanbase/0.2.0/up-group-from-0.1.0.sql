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

-- 房屋索引：地址、户主、合同号一次查到
create index ix_house_index_buildin_1g8ubjb on house_index (building_key, unit_key, room_key, community_id, house_seq, company_id, station_id, id);
create index ix_house_index_room_ke_11d0nws on house_index (room_key, unit_key, community_id, house_seq, company_id, station_id, id);
create index ix_house_index_owner_n_gk73zn on house_index (owner_name, community_id, house_seq, company_id, station_id, id);
create index ix_house_index_owner_t_10v97zs on house_index (owner_tail, community_id, house_seq, company_id, station_id, id);
create index ix_house_index_communi_1376677 on house_index (community_id, house_seq, id, station_id, company_id);

-- 记录版本：有了这一行，产品启动时不再改动表结构
insert into schema_ledger (digest, applied_at, remark) values ('f1a0969525608691a7e6b4e7274c8c5175bc395a3ac6c47a07666473082d3773', 0, '0.2.0 by script');
commit;
