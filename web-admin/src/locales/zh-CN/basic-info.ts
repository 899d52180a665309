export const basicInfo = {
  tree: {
    title: '六级地址树', hint: '公司 → 热源 → 热站 → 小区 → 楼栋 → 单元；拖动节点可改挂上级', search: '在已展开的节点中查找', add: '新增{kind}', rename: '改名', remove: '删除', name: '{kind}名称', choose: '在左边选一个节点，查看挂在它下面的业务', needName: '请填写名称',
    removeAsk: '删除“{name}”？有下级、房屋或未结工单时不能删除。', moveAsk: '把“{name}”移到“{target}”下？它下面的单元、房屋与派单路径会一起跟随。', moved: '已移动', added: '已新增', renamed: '已改名', removed: '已删除', move: '移动', refresh: '刷新子节点', houses: '{n} 户', station: '所属维修站', noStation: '沿用上级', stationSaved: '维修站已更新', wrongLevel: '只能挂在{kind}下面',
  },
  figures: { houses: '房屋', customers: '客户', openOrders: '未结工单', closedOrders: '已结工单', calls: '来电', arrears: '欠费' },
  log: { title: '修改记录', empty: '还没有修改过', at: '时间', person: '修改人', field: '字段', before: '改前', after: '改后', source: '来源', sources: { ui: '页面', import: '导入', sync: '同步' }, fields: { name: '名称', parent: '上级', parentId: '上级', station: '维修站', stationId: '维修站', created: '新建', deleted: '删除' } },
  houses: {
    search: '地址、号码、户主、合同号', heating: '供热状态', arrears: '欠费', company: '公司', address: '地址', community: '小区', room: '房号', area: '面积', owner: '户主', number: '电话', station: '维修站', contract: '合同号', states: { on: '供热', suspended: '报停', off: '停热' }, arrearsYes: '有欠费', arrearsNo: '无欠费', m2: '{n} ㎡', emptyHint: '按地址、号码、姓名或合同号查找', underNode: '节点：{name}', vip: 'VIP',
  },
  house: {
    facts: '房屋资料', path: '所在位置', customers: '客户', orders: '工单', calls: '来电', payments: '交退费', years: '年度记录', temperatures: '室温', unit: '同单元业务', edit: '修改', editTitle: '修改房屋', saved: '已保存', noCustomer: '还没有登记客户', contact: '联系客户', customerChoice: '按客户查看', kinds: { payment: '交费', refund: '退费' }, season: '采暖季', amount: '金额', channel: '渠道', due: '应收', paid: '实收', orderCount: '工单', mean: '平均室温', sources: { field: '上门', sensor: '传感器', resident: '住户' }, at: '时间', celsius: '温度', source: '来源', noRows: '暂无记录', callState: '结果', talk: '通话', agent: '坐席', fault: '故障', state: '状态',
  },
  customer: { facts: '客户资料', name: '姓名', level: '级别', levels: { normal: '普通', vip: 'VIP' }, numbers: '电话', idNo: '身份证', houses: '名下房屋', remark: '备注', edit: '修改', editTitle: '修改客户', saved: '已保存', blocked: '已列入黑名单：{reason}' },
  org: { title: '组织与站点', hint: '集团 → 事业部 → 公司 → 维修站；新增的公司、站点立即可用', kind: '层级', name: '名称', code: '编码', add: '新增', addStation: '新增维修站', addDivision: '新增事业部', addCompany: '新增公司', companyHint: '将同时建立该公司自己的数据库并立即启用，约需数秒；编码用作工单号前缀', companyAdded: '公司已建立，数据库已启用', rename: '改名', added: '已新增', renamed: '已改名', codeRule: '编码为 2 到 12 位大写字母或数字', needName: '请填写名称', under: '上级：{name}', children: '下级' },
  imports: {
    title: '导入房屋档案', hint: '从表格批量建立六级地址树和房屋、业主；已有的房屋有不同才更新，同一文件再导入不会重复', template: '下载模板', export: '导出本公司档案', open: '批量导入', company: '导入到', needCompany: '请选择公司', progress: '导入进度',
    drop: '把文件拖到这里，或', choose: '选择文件', dropHint: '.xlsx 或 .csv（UTF-8、GB18030），不超过 200 MB；超过 10 万行建议用 CSV', sending: '正在上传 {name}', oldExcel: '“{name}”是旧版 .xls，请在表格软件中另存为 .xlsx 或 CSV', wrongKind: '“{name}”不是 .xlsx 或 .csv 文件', tooLarge: '“{name}”有 {size}，超过 200 MB，请拆成几个文件',
    states: { waiting: '等待', checking: '检查中', running: '导入中', done: '已完成', cancelled: '已取消', failed: '失败' },
    wordsWaiting: '已收到文件，等待后台开始', wordsChecking: '正在检查格式、列名与行数', wordsRunning: '已处理 {read} 行，共约 {total} 行', wordsFinishing: '数据已写入，正在更新检索', wordsDone: '{saved} 行已入库，没有错误行', wordsDoneBad: '{saved} 行已入库，{bad} 行有错没有导入；下载错误行，按原因改好后直接再导入', wordsCancelled: '已取消，之前入库的 {saved} 行保留', wordsFailed: '没有导入', lasted: '用时 {time}',
    counts: { created: '新增', changed: '更新', unchanged: '未变', nodes: '新建节点', bad: '错误行' }, savedParts: '新增 {created}，更新 {changed}，未变 {unchanged}',
    cancel: '取消导入', cancelling: '正在取消', cancelTitle: '取消导入', cancelAsk: '停止后，已经入库的行会保留，其余不再导入。', cancelAsked: '已要求取消', errors: '下载错误行', errorsOf: '下载错误行（{n}）',
    history: '导入记录', historyHint: '错误行保存 30 天', none: '还没有导入过', noneHint: '下载模板，按列填好后拖到上面', heads: { state: '状态', file: '文件', company: '公司', person: '发起人', at: '提交时间', saved: '入库行', bad: '错误行', errors: '错误文件' }, newer: '较新', older: '较早', pageOf: '第 {page} / {pages} 页',
  },
} as const;
