-- OceanBase：用户与库。由 DBA 以租户管理员（root@租户）用 obclient 执行一次；口令请按本单位规定修改。
-- 前提：MySQL 模式租户，字符集 utf8mb4。表空间由租户的资源单元决定，不在此处。
-- 产品连接地址示例：oceanbase://ronghu%40租户%23集群:口令@obproxy主机:2883/

create user 'ronghu'@'%' identified by '请修改';
-- 集团一个库，每个公司一个库，名称为 ronghu_c 加公司编号；产品在门户新增公司时自己建立，故授予 ronghu_ 开头的库
create database if not exists ronghu_group default character set utf8mb4 default collate utf8mb4_bin;
grant all privileges on ronghu_group.* to 'ronghu'@'%';
grant create on *.* to 'ronghu'@'%';
grant all privileges on `ronghu\_%`.* to 'ronghu'@'%';
