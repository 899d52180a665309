-- 融呼 0.1.0 → 0.2.0 升级脚本：公司库（每个公司一份）
-- 人大金仓 KingbaseES（V8R6 及以上，PostgreSQL 模式）
-- 由 npm run db-scripts 从表定义生成，请勿手工修改。只增加，不删除；执行前请备份。

-- 待发布事件（与业务同一事务写入）
alter table outbox add column due_at bigint default 0 not null;
comment on column outbox.due_at is '不早于';
create index if not exists ix_outbox_outbox_status_at_id on outbox (outbox_status,at,id);
create index if not exists ix_outbox_outbox_statu_14j76lf on outbox (outbox_status,attempts);

-- 导入任务已保存的一段行
create table if not exists import_chunk (
  job_id bigint not null,
  chunk_no integer not null,
  n_rows integer not null,
  n_created integer not null,
  n_changed integer not null,
  n_same integer not null,
  n_bad integer not null,
  n_nodes integer not null,
  indexed boolean default false not null,
  primary key (job_id, chunk_no)
);
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
create table if not exists import_bad_row (
  job_id bigint not null,
  row_no integer not null,
  cells_sealed varchar(4000) not null,
  reason varchar(1000) not null,
  primary key (job_id, row_no)
);
comment on table import_bad_row is '导入任务的错误行';
comment on column import_bad_row.job_id is '任务';
comment on column import_bad_row.row_no is '文件中的行号';
comment on column import_bad_row.cells_sealed is '原行内容（密文）';
comment on column import_bad_row.reason is '原因';

-- 记录版本：有了这一行，产品启动时不再改动表结构
insert into schema_ledger (digest, applied_at, remark) values ('8c8b342beaaf0581d3a928bbb1394aec8225cd2c54972c0cdabc079d4f01801b', 0, '0.2.0 by script');
commit;
