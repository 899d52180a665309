/** Frame of the workstation: navigation, search, notices, hotkeys, errors. */
export const shellZh = {
  product: '融呼', front: '坐席工作台', skip: '跳到主要内容',
  nav: { desk: '工作台', pools: '工单池', revisit: '回访', approvals: '审批', calls: '通话', orders: '工单', main: '主导航' },
  search: { placeholder: '号码、工单、房屋、客户', label: '全局搜索', hint: '至少输入 2 个字', none: '没有找到', kinds: { house: '房屋', order: '工单', customer: '客户', call: '通话', account: '人员' } },
  notices: { title: '通知', none: '没有新通知', readAll: '全部已读', unread: '{n} 条未读', more: '加载更多', open: '打开' },
  announcement: '公告',
  hotkeys: { title: '快捷键', change: '修改', press: '请按下新的组合键', clash: '已用于“{titles}”', reset: '恢复默认', off: '停用', none: '未设', hint: '输入文字时，只有 Alt、Ctrl 组合键和功能键有效', open: '快捷键一览', cancel: '取消',
    groups: { phone: '电话', state: '状态', work: '工作', go: '前往' },
    titles: { answer: '接听', hangUp: '挂机 / 拒接', hold: '保持 / 恢复', mute: '静音', transfer: '转接', consult: '咨询 / 接回', conference: '三方', keypad: '拨号 / 按键', ready: '示闲', rest: '小休', busy: '示忙', newOrder: '新建工单', submitOrder: '提交工单', search: '搜索', sheet: '快捷键一览', desk: '工作台', pools: '工单池', revisit: '回访', calls: '通话', approvals: '审批', block: '展开第 {n} 个信息块', endWrapUp: '结束话后处理' } },
  load: { failed: '工作台没有打开', retry: '重试' }, person: '{name} · 工号 {workNo}',
} as const;
