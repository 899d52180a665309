export const notice = {
  list: { views: { all: '全部', unread: '未读' }, title: '标题', text: '内容', at: '时间', state: '状态', read: '已读', unread: '未读', readAll: '全部已读', open: '打开', empty: '没有消息', emptyHint: '派单、审批、完成等提醒会出现在这里', urgent: '紧急' },
  announcements: { title: '公告', hint: '公告以跑马灯显示在范围内所有坐席和门户页面上，到期自动消失', publish: '发布公告', text: '内容', until: '有效到', org: '范围', published: '公告已发布', by: '{name} 发布', untilText: '有效到 {time}', empty: '目前没有公告', emptyHint: '有停暖、抢修等通知时，可在这里发布', needText: '请填写内容', needUntil: '请选择晚于现在的时间', needOrg: '请选择范围' },
} as const;
