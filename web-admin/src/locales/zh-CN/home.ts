export const home = {
  hello: '{name}，{greeting}', greetings: ['凌晨好', '上午好', '下午好', '晚上好'], todo: '需要处理', nothing: '目前没有需要处理的事', nothingHint: '有新情况会立即出现在这里', overview: '今日概览', notices: '最新消息', allNotices: '全部消息', noNotices: '没有消息', announcements: '公告',
  items: { toArrange: '工单待安排', returned: '工单被退回', overdue: '工单已超时', nearDue: '工单临期', toAssign: '工单待分派', approvals: '事项待审批', supervised: '督办工单在办', revisit: '工单待回访', unbound: '坐席未绑定话机', notices: '条未读消息', waiting: '来电在排队' },
} as const;
