export const service = {
  pools: { all: '全部', toArrange: '待安排', arranged: '已安排', returned: '退回', supervised: '督办', overLevelComplaint: '越级投诉', toAssign: '待分派', assigned: '已分派', revisit: '待回访', approvals: '审批中', closed: '已办结' },
  list: { search: '工单号、地址、姓名、故障', state: '状态', type: '类型', urgency: '紧急程度', source: '来源', due: '时限', overdue: '已超时', near: '临期', supervised: '督办', overLevel: '越级', from: '受理起', to: '受理止', sort: '排序', sorts: { '-createdAt': '最新受理', createdAt: '最早受理', dueAt: '时限最近', priority: '优先级' }, emptyHint: '坐席受理后，工单会出现在这里', worker: '处理人：{name}', batchUrge: '批量催办', batchUrgeText: '向所选 {n} 张工单的维修站和处理人催办', batchDone: '已催办 {done} 张', batchPart: '已催办 {done} 张，{failed} 张没有成功：{why}', yes: '是' },
} as const;
