-- 融呼 0.1.0 → 0.2.0 升级脚本：公司库（每个公司一份）
-- OceanBase（MySQL 模式租户）
-- 由 npm run db-scripts 从表定义生成，请勿手工修改。只增加，不删除；执行前请备份。

-- 待发布事件（与业务同一事务写入）
alter table outbox add column due_at bigint not null default 0 comment '不早于';
create index ix_outbox_outbox_status_at_id on outbox (outbox_status, at, id);
create index ix_outbox_outbox_statu_14j76lf on outbox (outbox_status, attempts);

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
