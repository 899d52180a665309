/**
 * Every right there is, one string a thing and verb (appendix 4 of the requirements). Scope (which organisation nodes) comes with the role's
 * assignment, never with the right itself.
 */
export const PERMISSIONS = {
  'org.read': '查看组织', 'org.write': '维护组织、站点',
  'account.read': '查看账号', 'account.write': '维护账号、角色', 'role.write': '调整角色权限',
  'setting.read': '查看设置', 'setting.write': '修改设置', 'binding.write': '坐席与话机绑定',
  'house.read': '查看楼宇房屋', 'house.write': '维护楼宇房屋',
  'customer.read': '查看客户', 'customer.write': '维护客户', 'number.reveal': '查看完整号码',
  'phone.use': '签入与通话操作', 'agent.force': '强制坐席状态', 'agent.watch': '坐席与排队监控', 'queue.pick': '手工指派等待来电',
  'call.read': '查看通话记录', 'recording.read': '收听录音',
  'blocklist.write': '维护黑名单',
  'order.read': '查看工单', 'order.intake': '受理工单', 'order.arrange': '工单安排', 'order.station': '站内确认与分派', 'order.field': '现场处理',
  'order.override': '监控中心干预工单', 'order.supervise': '督办', 'order.revisit': '工单回访', 'order.approve': '工单审批',
  'board.read': '查看监控大盘', 'kpi.read': '查看考核指标', 'report.export': '导出报表',
  'audit.read': '查看审计', 'audit.verify': '校验审计与录音', 'system.read': '查看系统状态', 'event.replay': '重新处理搁置的事件', 'key.manage': '密钥管理（双人）', 'notice.write': '发布公告',
} as const;
export type Permission = keyof typeof PERMISSIONS;
export const ALL_PERMISSIONS = Object.keys(PERMISSIONS) as Permission[];

/** Built-in roles (appendix 4); the rights of each are defaults that the administrator may change. */
export const ROLES = {
  groupAdmin: '集团管理员', groupLeader: '公司领导', subsidiaryOperator: '子公司操作员', systemAdmin: '系统管理员', supervisor: '班长', agent: '坐席',
  qualityInspector: '质检员', stationHead: '维修站负责人', fieldWorker: '维修员/网格员', auditor: '审计员',
} as const;
export type RoleCode = keyof typeof ROLES;

const AGENT: Permission[] = ['phone.use', 'house.read', 'customer.read', 'customer.write', 'order.read', 'order.intake', 'order.arrange', 'order.revisit', 'call.read', 'recording.read', 'blocklist.write'];
const LEADER: Permission[] = ['org.read', 'house.read', 'customer.read', 'order.read', 'order.supervise', 'order.approve', 'agent.watch', 'call.read', 'recording.read', 'board.read', 'kpi.read', 'report.export'];
export const DEFAULT_ROLE_PERMISSIONS: Record<RoleCode, Permission[]> = {
  groupAdmin: ALL_PERMISSIONS.filter((p) => !['phone.use', 'order.intake', 'order.station', 'order.field', 'number.reveal'].includes(p)),
  groupLeader: LEADER,
  subsidiaryOperator: [...new Set<Permission>([...AGENT, ...LEADER, 'org.write', 'account.read', 'account.write', 'setting.read', 'house.write', 'order.override', 'agent.force', 'queue.pick', 'notice.write'])].filter((p) => p !== 'order.supervise'),
  systemAdmin: ['org.read', 'org.write', 'account.read', 'account.write', 'role.write', 'setting.read', 'setting.write', 'binding.write', 'audit.read', 'system.read', 'event.replay', 'key.manage', 'notice.write'],
  supervisor: [...AGENT, 'org.read', 'account.read', 'binding.write', 'agent.force', 'agent.watch', 'queue.pick', 'board.read', 'kpi.read', 'report.export', 'order.approve', 'notice.write'],
  agent: AGENT,
  qualityInspector: ['call.read', 'recording.read', 'order.read', 'customer.read', 'agent.watch', 'kpi.read'],
  stationHead: ['org.read', 'house.read', 'customer.read', 'order.read', 'order.station', 'order.approve', 'call.read', 'recording.read', 'kpi.read', 'board.read'],
  fieldWorker: ['order.field', 'order.read', 'house.read'],
  auditor: ['org.read', 'audit.read', 'audit.verify', 'report.export', 'order.read', 'call.read', 'recording.read', 'kpi.read', 'board.read', 'customer.read'],
};
/** Which front ends a role may sign in to (RC-11: crossing refused). */
export type FrontEnd = 'admin' | 'agent' | 'mobile';
export const ROLE_FRONT_ENDS: Record<RoleCode, FrontEnd[]> = {
  groupAdmin: ['admin'], groupLeader: ['admin'], subsidiaryOperator: ['admin', 'agent'], systemAdmin: ['admin'], supervisor: ['admin', 'agent'], agent: ['agent'],
  qualityInspector: ['admin'], stationHead: ['admin', 'mobile'], fieldWorker: ['mobile'], auditor: ['admin'],
};
