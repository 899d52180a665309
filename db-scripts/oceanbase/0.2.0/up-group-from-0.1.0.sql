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

-- 记录版本：有了这一行，产品启动时不再改动表结构
insert into schema_ledger (digest, applied_at, remark) values ('dd111e01446e2c1fbf7804d07ed7d51bc6f9451e4df14ff6e4b6a84dcfdf276b', 0, '0.2.0 by script');
commit;
