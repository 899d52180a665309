-- 融呼 0.1.0 → 0.2.0 升级脚本：公司库（每个公司一份）
-- 达梦 DM8（UTF-8，页大小 32K，大小写敏感）
-- 由 npm run db-scripts 从表定义生成，请勿手工修改。只增加，不删除；执行前请备份。

-- 待发布事件（与业务同一事务写入）
alter table outbox add column due_at bigint default 0 not null;
comment on column outbox.due_at is '不早于';
create index ix_outbox_outbox_status_at_id on outbox (outbox_status, "AT", id);
create index ix_outbox_outbox_statu_14j76lf on outbox (outbox_status, attempts);

-- 记录版本：有了这一行，产品启动时不再改动表结构
insert into schema_ledger (digest, applied_at, remark) values ('a491f589a07a400385f653b55b779928430637fca5ef67416ccbc94b60e5098b', 0, '0.2.0 by script');
commit;
