-- 融呼 0.1.0 → 0.2.0 升级脚本：集团库
-- 人大金仓 KingbaseES（V8R6 及以上，PostgreSQL 模式）
-- 由 npm run db-scripts 从表定义生成，请勿手工修改。只增加，不删除；执行前请备份。

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
alter table outbox add column due_at bigint default 0 not null;
comment on column outbox.due_at is '不早于';
create index if not exists ix_outbox_outbox_status_at_id on outbox (outbox_status,at,id);
create index if not exists ix_outbox_outbox_statu_14j76lf on outbox (outbox_status,attempts);

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

-- 房屋索引：地址、户主、合同号一次查到
create index if not exists ix_house_index_buildin_1g8ubjb on house_index (building_key varchar_pattern_ops,unit_key varchar_pattern_ops,room_key varchar_pattern_ops,community_id,house_seq,company_id,station_id,id);
create index if not exists ix_house_index_room_ke_11d0nws on house_index (room_key varchar_pattern_ops,unit_key varchar_pattern_ops,community_id,house_seq,company_id,station_id,id);
create index if not exists ix_house_index_owner_n_gk73zn on house_index (owner_name varchar_pattern_ops,community_id,house_seq,company_id,station_id,id);
create index if not exists ix_house_index_owner_t_10v97zs on house_index (owner_tail varchar_pattern_ops,community_id,house_seq,company_id,station_id,id);
create index if not exists ix_house_index_communi_1376677 on house_index (community_id,house_seq,id,station_id,company_id);

-- 记录版本：有了这一行，产品启动时不再改动表结构
insert into schema_ledger (digest, applied_at, remark) values ('f1a0969525608691a7e6b4e7274c8c5175bc395a3ac6c47a07666473082d3773', 0, '0.2.0 by script');
commit;
