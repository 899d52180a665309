import { c, defineTable, type TableDefinition } from '../database/table';

export const orgNode = defineTable({
  name: 'org_node', comment: '组织节点：集团、事业部、分子公司、维修站', shard: 'group', primaryKey: ['id'], unique: [['code']], indexes: [['parent_id'], ['path']],
  columns: { id: c.id('编号'), parent_id: c.id('上级', { nullable: true }), kind: c.text('类别 group/division/company/station', 12), name: c.text('名称', 60), code: c.text('编码', 12), path: c.text('从根到本节点的编号路径 /1/5/', 400), company_id: c.id('所属公司', { nullable: true }), sort_no: c.int('排序', { default: 0 }), org_status: c.text('状态 active/closed', 10, { default: 'active' }) },
});
export const account = defineTable({
  name: 'account', comment: '账号', shard: 'group', primaryKey: ['id'], unique: [['login']], indexes: [['org_id'], ['person_name']],
  columns: {
    id: c.id('编号'), login: c.text('登录名', 32), person_name: c.text('姓名', 40), org_id: c.id('所属组织'), account_status: c.text('状态 active/disabled', 10, { default: 'active' }),
    password_hash: c.text('口令摘要（SM3 加盐慢散列，含参数）', 400), must_change: c.bool('须修改口令', { default: true }), failed_count: c.int('连续失败次数', { default: 0 }), locked_until: c.time('锁定到', { nullable: true }),
    mobile_sealed: c.text('手机号密文', 400, { nullable: true }), employee_no: c.text('工号', 20, { nullable: true }), created_at: c.time('创建时间'), last_sign_in_at: c.time('上次登录', { nullable: true }), version: c.int('版本', { default: 1 }),
  },
});
export const accountRole = defineTable({
  name: 'account_role', comment: '账号的角色及其组织范围', shard: 'group', primaryKey: ['account_id', 'role_code', 'org_id'], indexes: [['role_code'], ['org_id']],
  columns: { account_id: c.id('账号'), role_code: c.text('角色', 30), org_id: c.id('组织范围（含下级）') },
});
export const rolePermission = defineTable({
  name: 'role_permission', comment: '角色权限', shard: 'group', primaryKey: ['role_code', 'permission'],
  columns: { role_code: c.text('角色', 30), permission: c.text('权限', 40) },
});
/** Skills and areas of field people: what the proposal of a worker looks at (RC-06). */
export const accountSkill = defineTable({
  name: 'account_skill', comment: '人员技能', shard: 'group', primaryKey: ['account_id', 'skill_code'],
  columns: { account_id: c.id('账号'), skill_code: c.text('技能（故障代码）', 30), skill_level: c.int('等级 1-9') },
});
export const accountArea = defineTable({
  name: 'account_area', comment: '人员责任区（小区）', shard: 'group', primaryKey: ['account_id', 'area_id'], indexes: [['area_id']],
  columns: { account_id: c.id('账号'), area_id: c.id('小区节点'), company_id: c.id('公司') },
});
export const sessionRow = defineTable({
  name: 'session_row', comment: '登录会话（只存令牌摘要）', shard: 'group', primaryKey: ['token_hash'], indexes: [['account_id'], ['expires_at']],
  columns: { token_hash: c.text('令牌摘要', 64), account_id: c.id('账号'), front_end: c.text('前端', 10), created_at: c.time('登录时间'), last_seen_at: c.time('最近活动'), expires_at: c.time('失效时间'), address: c.text('来源地址', 64), ended: c.text('结束原因', 30, { nullable: true }) },
});
export const identityTables: TableDefinition[] = [orgNode, account, accountRole, rolePermission, accountSkill, accountArea, sessionRow];
