export const report = {
  kpi: { title: '考核指标', range: '时间范围', today: '今日', yesterday: '昨日', week: '近 7 日', month: '近 30 日', custom: '自选', formula: '口径', counted: '计入', base: '基数', rows: '查看明细', from: '起', to: '止', trend: '趋势', noRows: '这段时间没有数据' },
  rows: { title: '{name}明细', counted: '是否计入', yes: '计入分子', no: '未计入', all: '全部', what: '记录', detail: '说明', at: '时间', value: '值', back: '返回指标', empty: '这段时间没有数据', emptyHint: '换一个时间范围或范围单位' },
  exports: { title: '报表导出', hint: '导出与当前范围、时间完全一致的明细，号码脱敏，每次导出计入审计', orders: '工单明细', calls: '通话明细', ordersHint: '按受理时间；含状态、时限、处理人、回访与满意度', callsHint: '按开始时间；含等待、通话时长、坐席、结果', hits: '共 {n} 条', count: '正在统计', export: '导出 Excel', running: '正在生成', done: '已下载', askTitle: '申请大批量导出', asked: '已提交申请，得到确认后 30 分钟内再点一次导出', scope: '范围：{name}', all: '全部管辖范围', none: '这段时间没有数据', verify: '完整性校验', verifyHint: '校验审计记录与录音未被改动' },
} as const;
