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

-- 记录版本：有了这一行，产品启动时不再改动表结构
insert into schema_ledger (digest, applied_at, remark) values ('dd111e01446e2c1fbf7804d07ed7d51bc6f9451e4df14ff6e4b6a84dcfdf276b', 0, '0.2.0 by script');
commit;
