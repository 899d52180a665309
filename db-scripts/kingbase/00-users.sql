-- 人大金仓 KingbaseES：用户、表空间、数据库。由 DBA 以 system 用户用 ksql 执行一次；口令与目录请按本单位规定修改。
-- 前提：实例以 PostgreSQL 模式建立（initdb --dbmode=pg -E UTF8），sys_hba.conf 中产品主机使用 scram-sm3 或 scram-sha-256。

create tablespace ronghu_data location '/data/kingbase/ronghu_data';
create user ronghu with password '请修改' login nosuperuser nocreatedb nocreaterole;
create database ronghu with owner ronghu encoding 'UTF8' tablespace ronghu_data;

-- 连接到 ronghu 库后：集团一个模式，每个公司一个模式，名称为 ronghu_c 加公司编号（门户“组织与站点”中新增公司时产品自己建立；不允许产品建模式的单位由 DBA 预建）
-- \c ronghu
-- create schema ronghu_group authorization ronghu;
-- create schema ronghu_c公司编号 authorization ronghu;
-- 允许产品自己建立公司的模式：
-- grant create on database ronghu to ronghu;
