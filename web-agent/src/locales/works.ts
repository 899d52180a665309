/** Pools, orders, revisit, approvals, calls. */
export const worksZh = {
  pools: { title: '工单池', toArrange: '待安排', arranged: '已安排', returned: '退回', supervised: '督办', overLevelComplaint: '越级投诉', all: '全部工单', empty: '这个池里没有工单', emptyHint: '新的工单会自动出现，不需要刷新', changed: '{by}：{no} {change}', returnReason: '退回原因', reasonColumn: '原因', batchArrange: '批量派站', batchUrge: '批量催办', batchDone: '{ok} 单成功，{bad} 单未成功', station: '派往维修站', chosen: '已选 {n} 单', openFirst: '打开工单', next: '下一步', notNow: '这张工单现在不能{action}，列表已刷新', sameCompany: '批量派站需选同一公司的工单' },
  filters: { q: '工单号、客户、地址', type: '类型', urgency: '紧急程度', state: '状态', source: '来源', overdue: '时限', overdueYes: '已超时', overdueNear: '临期', mine: '我受理的', from: '受理时间起', range: '受理时间', to: '至', any: '全部' },
  columns: { orderNo: '工单号', state: '状态', due: '时限', type: '类型', fault: '故障', flags: '标记', customer: '客户', address: '地址', community: '小区', station: '维修站', worker: '处理人', agent: '受理坐席', createdAt: '受理时间', urgency: '紧急程度', source: '来源', number: '电话', completedAt: '完成时间', attempts: '回访次数', actions: '操作', reason: '退回原因' },
  order: { back: '返回', record: '工单', call: '回拨客户', openCustomer: '客户资料', intervention: '干预' },
  revisit: {
    title: '回访', list: '待回访', empty: '没有待回访的工单', emptyHint: '维修完成后会自动出现在这里', choose: '从左侧选择一张工单', chooseHint: '按 ↑ ↓ 选择，Enter 打开', call: '呼叫客户', calling: '正在呼叫客户', inCall: '通话中', callEnded: '通话已结束，录音会关联到这次回访', noNumber: '这张工单没有可拨的号码', form: '回访表', satisfied: '满意，办结', dissatisfied: '不满意，二次派单', notReached: '未接通', exemption: '申请免回访', remark: '补充说明', reason: '不满意原因', needReason: '不满意要写明原因，会随二次派单给到站里', need: '请填写必填项', closed: '回访满意，工单已办结', second: '已记录不满意，{text}', attempt: '已记录未接通，第 {n} 次', exempted: '免回访申请已提交，等待审批', attempts: '已拨 {n} 次', arrears: '欠费 {amount}，可顺带告知', history: '以往回访', done: '现场结果', submit: '提交回访', waitApproval: '{kind}审批中，暂不能回访', phoneWhy: '话机现在不能外呼', version: '表单版本 {n}', mine: '我受理的', all: '全部', overdueFirst: '超时在前', conflict: '工单刚被他人更新，已刷新', pendingSecond: '等待二次派单审批', dispatchedSecond: '已转入第 {n} 轮派单',
  },
  approvals: { title: '审批', pending: '待审批', approved: '已同意', rejected: '已驳回', empty: '没有待审批的申请', emptyHint: '新的申请会自动出现', kind: '申请', order: '工单', reason: '申请原因', by: '申请人', at: '申请时间', newDue: '延至', approve: '同意', reject: '驳回', decision: '审批意见', needReason: '驳回要写明原因', approvedDone: '已同意', rejectedDone: '已驳回', decidedBy: '审批人', decidedAt: '审批时间', optional: '意见（可不填）' },
  calls: {
    title: '通话', mine: '我的通话', missed: '未接来电', inbound: '呼入', outbound: '呼出', all: '全部', number: '号码', customer: '客户', direction: '方向', start: '开始时间', wait: '等待', talk: '通话', end: '结果', rating: '评价', order: '工单', disposition: '小结', agent: '坐席', queue: '队列', recording: '录音', actions: '操作', dial: '回拨', detail: '通话详情', empty: '还没有通话', emptyHint: '接听或外呼后，这里会有记录', emptyMissed: '没有未接来电', q: '号码后四位或完整号码', range: '时间', answered: '是否接通', yes: '接通', no: '未接通', path: '导航路径', events: '通话过程', edit: '修改小结', save: '保存', saved: '小结已保存', openPop: '打开客户资料', needDisposition: '请填写小结', noRecording: '这通电话没有录音', directions: { inbound: '呼入', outbound: '呼出', internal: '内部' }, stars: '{n} 星', play: '录音', close: '关闭',
  },
  station: { choose: '选择维修站', none: '没有可选的维修站' },
  dialFailed: '话机现在不能外呼：{why}',
} as const;
