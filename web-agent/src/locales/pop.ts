/** Desk: customer panel and heating blocks. */
export const popZh = {
  desk: '工作台', panel: '客户', empty: '等待来电', emptyHint: '来电时这里自动弹出客户资料；也可以按 {keys} 搜索客户、房屋、工单', emptyHintPlain: '来电时这里自动弹出客户资料；也可以在上方搜索客户、房屋、工单', newOrder: '新建工单', close: '关闭资料', refresh: '刷新资料', loading: '正在取客户资料',
  today: { title: '今日', answered: '接听', missed: '未接', talk: '通话', orders: '工单' },
  list: { inProgress: '进行中', toSubmit: '待提交小结', recent: '今日通话', none: '没有', noneToSubmit: '小结都已提交', missed: '未接', all: '全部通话', toggle: '通话列表' },
  identity: { vip: '重点客户', unknown: '未建档号码', unknownHint: '这个号码还没有客户资料，补全后保存', region: '归属地', noRegion: '归属地未知', address: '地址', noAddress: '未关联房屋', heating: '供暖', on: '在供', suspended: '报停', off: '停供', area: '面积', station: '维修站', contract: '合同号', arrears: '欠费', noArrears: '无欠费', remark: '备注', idNo: '证件号', numbers: '号码', houses: '房屋', edit: '修改资料', save: '保存', cancel: '取消', saved: '客户资料已保存', level: '级别', levels: { normal: '普通', vip: '重点' }, name: '姓名', needName: '请填写姓名', dial: '回拨', company: '所属公司', needCompany: '请选择所属公司', owner: '户主', squareMetre: '{n} ㎡', create: '建档并保存', created: '客户已建档，号码已绑定', bindHint: '也可以绑定到已有客户：搜索姓名、号码或地址', path: '所在' },
  number: { bind: '绑定到此客户', bound: '号码已绑定到 {name}', unbind: '解绑号码', unbindAsk: '解绑后，此号码再来电将显示为未建档', unbound: '号码已解绑', confirm: '确定', bindOther: '绑定到其他客户', searchCustomer: '搜索客户：姓名、号码或地址', current: '本次来电', noCustomer: '没有找到客户' },
  blocklist: { add: '加入黑名单', remove: '移出黑名单', reason: '原因', needReason: '请填写原因', placeholder: '例如：多次骚扰', added: '已加入黑名单，下次来电将被拦截', removed: '已移出黑名单', listed: '黑名单', on: '已列入', by: '{person} 于 {time} 加入', none: '不在黑名单' },
  choose: { title: '这个号码对应 {n} 位客户，请选择', noAddress: '未关联房屋', again: '换一位', chosen: '同号 {n} 位客户' },
  block: {
    strip: '客户信息块', orders: '历史工单', unitBusiness: '同单元业务', years: '年度记录', calls: '通话记录', payments: '交退费', blocklist: '黑名单', temperature: '室温', notes: '备注',
    openOrders: '在办 {n}', none: '暂无', noneOrders: '没有历史工单', noneUnit: '同单元近期没有业务', noneYears: '没有年度记录', noneCalls: '没有通话记录', nonePayments: '没有交退费记录', noneTemperature: '没有室温记录', noneNotes: '还没有备注', times: '{n} 次', rows: '{n} 条', latest: '最近 {time}', celsius: '{n} ℃', season: '{season} 供暖季', heating: '供暖', due: '应收', paid: '实收', mean: '平均室温', ordersN: '工单', payment: '交费', refund: '退费', channel: '渠道', source: { field: '现场', sensor: '传感器', resident: '住户' }, addNote: '修改备注', saveNote: '保存备注', noteSaved: '备注已保存', addTemperature: '室温由现场测温与传感器回传', type: '类型', fault: '故障', state: '状态', time: '时间', address: '地址', number: '号码', agent: '坐席', talk: '通话', end: '结果', rating: '满意度', recording: '录音', amount: '金额', play: '听录音', inbound: '呼入', outbound: '呼出', internal: '内部',
  },
  disposition: { title: '通话小结', placeholder: '选择或输入小结', remark: '补充说明', submit: '提交小结', submitAndReady: '提交并示闲', done: '小结已提交', need: '请选择或填写小结', submitted: '已提交：{text}', options: ['报修已受理', '投诉已记录', '咨询已答复', '报停或恢复已登记', '催缴已告知', '测温已登记', '转其他部门', '工单进度已告知', '客户挂断', '骚扰或无声', '误拨'] },
  call: { from: '本次来电', duration: '通话 {time}', ended: '通话已结束', path: '导航路径' },
} as const;
