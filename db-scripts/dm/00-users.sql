-- 达梦 DM8：用户与表空间。由 DBA 以 SYSDBA 用 disql 执行一次；口令与目录请按本单位规定修改。
-- 前提：实例以 UTF-8、页大小 32K、大小写敏感建立（dminit CHARSET=1 PAGE_SIZE=32 CASE_SENSITIVE=1 LENGTH_IN_CHAR=1）。

create tablespace ronghu_data datafile '/data/dm/ronghu_data01.dbf' size 1024 autoextend on next 256 maxsize 102400;
create tablespace ronghu_index datafile '/data/dm/ronghu_index01.dbf' size 512 autoextend on next 128 maxsize 51200;
create user ronghu identified by "请修改Pw_1" default tablespace ronghu_data default index tablespace ronghu_index;
grant resource to ronghu;
grant create schema to ronghu;

-- 集团一个模式，每个公司一个模式，名称为 RONGHU_C 加公司编号
create schema ronghu_group authorization ronghu;
