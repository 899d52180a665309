export const menu = {
  home: '首页', basicInfo: '基础信息', serviceCenter: '客服中心', repairCenter: '维修中心', monitorCenter: '监控中心', callCenter: '呼叫中心', settings: '基础设置', notice: '通告', report: '报表',
  areas: '楼宇信息', houses: '房屋信息', imports: '导入房屋档案', house: '房屋档案', customer: '客户档案', organisation: '组织与站点', orders: '工单', order: '工单', 'station-desk': '站长工作台', approvals: '工单审批', workers: '人员负荷',
  board: '监控大盘', agents: '坐席状态', waiting: '排队来电', wall: '大屏', calls: '通话记录', call: '通话详情', blocklist: '黑名单', accounts: '账号', roles: '角色权限', bindings: '坐席与话机', documents: '规则设置', audit: '审计日志', verify: '完整性校验', keys: '密钥管理', system: '系统状态', 'dead-letters': '搁置事件',
  notices: '我的消息', announcements: '公告', kpis: '考核指标', 'kpi-rows': '指标明细', exports: '报表导出', missing: '页面不存在',
};
