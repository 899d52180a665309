export const repair = {
  desk: {
    toAssign: '待分派', assigned: '已分派', empty: '没有待办工单', emptyHint: '新工单派到本站时会弹出并响铃', choose: '在左边选一张工单', workers: '本站人员', search: '工单号、地址、处理人', sort: '排序', byDue: '按时限', byNew: '最新', byPriority: '按优先级', confirmAll: '全部确认', worker: '处理人', urgency: '紧急程度', allWorkers: '全部处理人', allUrgencies: '全部紧急程度',
    confirmed: '已确认 {n} 张', confirmPart: '确认了 {done} 张，{failed} 张没有成功', confirmAllText: '确认这 {n} 张工单已收到？确认后坐席会立即看到。', more: '还有 {n} 张，请用搜索缩小范围', sound: '声音提醒', soundOn: '声音提醒已开', soundOff: '声音提醒已关', onDuty: '在岗 {n} / {total}', load: '在手 {open} · 今日 {today} · 超时 {overdue}', onlyHis: '只看他的', noWorkers: '本站还没有人员',
  },
  approval: { pending: '待审批', approved: '已同意', rejected: '已驳回', kind: '事项', order: '工单', reason: '申请原因', by: '申请人', at: '申请时间', newDue: '申请延至', decision: '处理意见', decidedBy: '审批人', decidedAt: '审批时间', approve: '同意', reject: '驳回', approveTitle: '同意{kind}', rejectTitle: '驳回{kind}', rejectNeed: '驳回必须填写原因', done: '已处理', empty: '没有待审批事项', emptyHint: '延时、退回、作废、二次派单、取消、免回访的申请会出现在这里', waited: '已等待 {time}', state: '状态', remark: '意见' },
  workers: { name: '姓名', kind: '岗位', open: '在手', today: '今日', overdue: '超时', duty: '在岗', station: '维修站', choose: '选择维修站查看人员负荷', kinds: { maintenance: '维修员', grid: '网格员' }, onDuty: '在岗', offDuty: '未签到', empty: '本站没有人员', emptyHint: '在“基础设置 · 账号”里为站点添加维修员' },
} as const;
