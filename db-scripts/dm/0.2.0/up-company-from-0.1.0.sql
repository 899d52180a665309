-- 融呼 0.1.0 → 0.2.0 升级脚本：公司库（每个公司一份）
-- 达梦 DM8（UTF-8，页大小 32K，大小写敏感）
-- 由 npm run db-scripts 从表定义生成，请勿手工修改。只增加，不删除；执行前请备份。

-- 待发布事件（与业务同一事务写入）
alter table outbox add column due_at bigint default 0 not null;
comment on column outbox.due_at is '不早于';
create index ix_outbox_outbox_status_at_id on outbox (outbox_status, "AT", id);
create index ix_outbox_outbox_statu_14j76lf on outbox (outbox_status, attempts);

-- 导入任务已保存的一段行
create table import_chunk (
  job_id bigint not null,
  chunk_no int not null,
  n_rows int not null,
  n_created int not null,
  n_changed int not null,
  n_same int not null,
  n_bad int not null,
  n_nodes int not null,
  indexed bit default 0 not null,
  primary key (job_id, chunk_no)
) storage (using long row);
comment on table import_chunk is '导入任务已保存的一段行';
comment on column import_chunk.job_id is '任务';
comment on column import_chunk.chunk_no is '段号';
comment on column import_chunk.n_rows is '行数';
comment on column import_chunk.n_created is '新增';
comment on column import_chunk.n_changed is '更新';
comment on column import_chunk.n_same is '未变';
comment on column import_chunk.n_bad is '错误行';
comment on column import_chunk.n_nodes is '新建节点';
comment on column import_chunk.indexed is '集团索引已更新';

-- 导入任务的错误行
create table import_bad_row (
  job_id bigint not null,
  row_no int not null,
  cells_sealed clob,
  reason varchar(1000 char),
  primary key (job_id, row_no)
) storage (using long row);
comment on table import_bad_row is '导入任务的错误行';
comment on column import_bad_row.job_id is '任务';
comment on column import_bad_row.row_no is '文件中的行号';
comment on column import_bad_row.cells_sealed is '原行内容（密文）';
comment on column import_bad_row.reason is '原因';

-- 记录版本：有了这一行，产品启动时不再改动表结构
insert into schema_ledger (digest, applied_at, remark) values ('8c8b342beaaf0581d3a928bbb1394aec8225cd2c54972c0cdabc079d4f01801b', 0, '0.2.0 by script');
commit;
