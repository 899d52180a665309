/** Chinese texts of the shared components. An app merges them into its own locale below the key `ui`. */
export const uiZhCN = {
  state: { ready: '空闲', rest: '小休', outbound: '外呼', busy: '示忙', suspended: '挂起', wrapUp: '话后处理', ringing: '振铃', dialing: '呼出', talking: '通话中', held: '保持', consulting: '咨询中', conferencing: '会议中', signedOut: '离线', sipOnly: '话机在线', signedIn: '已签入' },
  due: { none: '无时限', left: '剩 {time}', over: '超 {time}', done: '按时', doneLate: '超时完成', at: '截止 {time}', near: '临期', overdue: '超时' },
  flags: { supervised: '督办', overLevel: '越级', urged: '催办 {n}', round: '第 {n} 轮', pendingApproval: '{kind}审批中', exempt: '免回访', directClosed: '直接处结' },
  number: { none: '无号码', reveal: '查看完整号码', title: '查看完整号码', prompt: '查看会记入审计，请填写原因', copied: '号码已复制' },
  list: {
    hits: '共 {n} 条', size: '每页条数', perPage: '每页 {n} 条', columns: '显示列', moreFilters: '更多筛选', lessFilters: '收起', reset: '重置', query: '查询', saveView: '存为视图', viewName: '视图名称', allView: '全部', removeView: '删除视图', exportThis: '导出当前结果', exporting: '正在导出 {done}/{total}', exportCancel: '取消导出', exportDone: '已导出 {n} 条',
    exportLimit: '结果超过 {n} 条，请缩小范围后再导出', selected: '已选 {n} 条', clear: '取消选择', refresh: '刷新', emptyTitle: '没有符合条件的记录', emptyHint: '换个条件，或点“重置”查看全部', viewSaved: '视图已保存', viewExists: '已有同名视图',
  },
  error: { title: '没有取到数据', code: '错误码 {code}', request: '请求号 {id}', retry: '重试', network: '网络不通，正在等待恢复' },
  noPermission: { title: '没有查看权限', hint: '此处需要“{right}”权限，请联系管理员开通', hintPlain: '您的角色不能查看此页，请联系管理员开通' },
  notFound: { title: '没有找到这个页面', hint: '地址可能已变更，或记录不在您的管辖范围', home: '回到首页' },
  offline: { text: '网络已断开，画面停在 {time}，恢复后自动更新', server: '实时连接中断，正在重连；列表每次打开仍会取最新数据' },
  signIn: {
    login: '账号', password: '密码', submit: '登录', submitting: '正在登录', needLogin: '请输入账号', needPassword: '请输入密码', changeTitle: '首次登录，请修改密码', changeHint: '新密码 10 到 72 位，包含大写、小写、数字、符号中的至少三种，不能包含账号名', oldPassword: '当前密码', newPassword: '新密码', again: '再次输入新密码', notSame: '两次输入的新密码不一致', tooWeak: '10 到 72 位，大写、小写、数字、符号至少三种，且不含账号名', sameAsOld: '新密码不能与当前密码相同', change: '修改并进入', changed: '密码已修改', show: '显示密码', hide: '隐藏密码', slogan: '电话、工单、外勤，一条线走到底', caps: '大写锁定已打开',
  },
  reason: { label: '原因', need: '请填写原因', cancel: '取消', confirm: '确定', placeholder: '写清楚为什么这样处理，会记入履历' },
  audio: { play: '播放', pause: '暂停', caller: '客户', agent: '坐席', both: '双方', channel: '声道', speed: '倍速', download: '下载录音', failed: '录音无法播放（{code}）', loading: '正在取录音', seek: '播放位置' },
  figure: { target: '目标', trend: '近 {n} 日', reached: '达标', missed: '未达标', noValue: '暂无数据', open: '查看明细' },
  timeline: { empty: '还没有动态', intervention: '干预', round: '第 {n} 轮', more: '查看更早 {n} 条' },
  common: { yes: '是', no: '否', close: '关闭', cancel: '取消', save: '保存', more: '更多', none: '—', minutes: '{n} 分钟' },
  order: {
    facts: '工单信息', timeline: '履历', recording: '录音', attachments: '附件', photos: '现场照片', files: '文件', result: '处理结果', signature: '评价与签名', revisits: '回访', approvals: '审批', linked: '关联工单', temperatures: '测温', none: '暂无',
    no: '工单号', type: '类型', urgency: '紧急程度', source: '来源', fault: '故障', description: '描述', customer: '客户', number: '电话', address: '地址', community: '小区', station: '维修站', worker: '处理人', agent: '受理坐席', createdAt: '受理时间', dueAt: '处理期限', dueWhy: '期限依据', completedAt: '完成时间', closedAt: '办结时间', closeKind: '办结方式', satisfaction: '满意度', ruleVersion: '期限规则版本', house: '房屋', call: '来电', openHouse: '查看房屋', openCall: '查看通话', round: '派单轮次', urged: '催办次数',
    template: '回填模板版本', parts: '更换部件', duration: '用时', outcome: '结果', fixed: '已修复', unfixed: '未修复', signedBy: '签名人', signedAt: '签名时间', rating: '评分', comment: '意见', intact: '签名完好，未被改动', broken: '签名校验不通过', stars: '{n} 星',
    revisitOutcome: { satisfied: '满意', dissatisfied: '不满意', notReached: '未接通' }, approvalStatus: { pending: '待审批', approved: '已同意', rejected: '已驳回', withdrawn: '已撤回' }, requestedBy: '{name} 申请', decidedBy: '{name} {status}', newDue: '申请延至 {time}', takenAt: '拍摄于 {time}', placeLabel: '位置', place: '位置 {lat}, {lng}', stage: { intake: '受理时', field: '现场' }, print: '打印', room: '房间', noRecording: '这张工单没有通话录音', recordingDenied: '收听录音需要“收听录音”权限',
    actions: { arrange: '安排', changeStation: '改派站点', redispatch: '重新派单', confirm: '确认', assign: '分派', reassign: '改派', returnOrder: '退回', urge: '催办', closeDirectly: '直接处结', void: '作废', edit: '修改', supervise: '督办', markOverLevel: '标记越级', progress: '上报进展', requestCancel: '申请取消', revisit: '回访', requestExemption: '申请免回访', secondDispatch: '二次派单', handOver: '跨公司移交', attach: '补充附件' },
    done: '{action}成功', chooseStation: '选择维修站', chooseWorker: '选择处理人', chooseCompany: '移交到', note: '备注', result0: '处理结果', everyHours: '每隔几小时上报', report: '进展', candidatesHint: '按技能、工作量、责任区排序', score: '{n} 分', load: '在手 {open} · 今日 {today} · 超时 {overdue}', offDuty: '未签到', onDuty: '在岗', maintenance: '维修员', grid: '网格员', noCandidates: '本站没有可分派的人员，请先在“账号”里为站点添加维修员', upload: '选择文件', uploading: '正在上传', attachHint: '图片、音频、视频、PDF，每个不超过 20 MB', revisitElsewhere: '回访在坐席工作台的回访池办理', needAnswer: '请回答这一项', needField: '请填写', needReason: '请填写原因', needStation: '请选择维修站', needWorker: '请选择处理人', needCompany: '请选择公司', needResult: '请填写处理结果', needDescription: '描述不能为空', needFiles: '请先选择文件', nothingChanged: '没有改动', revisitRemark: '补充说明', revisitOutcomeLabel: '回访结论', conflict: '工单已被他人更新，已为您刷新，请核对后再操作', openPhoto: '打开照片', signatureOf: '{name} 的签名', audioFile: '语音', videoFile: '视频', keepStation: '原维修站',
  },
} as const;
