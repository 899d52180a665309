/** Order form. */
export const intakeZh = {
  title: '受理工单', titleCall: '受理工单 · 本次来电', type: '类型', urgency: '紧急程度', source: '来源', fault: '故障', description: '描述', descriptionPlaceholder: '客户说了什么、哪里、什么时候开始、有无人员受影响', needDescription: '请填写描述', company: '公司', needCompany: '请先选房屋或公司', house: '房屋', houseSearch: '搜索地址、户主、合同号', noHouse: '没有找到房屋', houseHint: '至少 2 个字；支持小区楼栋、户主、合同号、号码后四位', address: '补充地址', addressPlaceholder: '没有匹配的房屋时填写，工单进入待安排池', contact: '联系人', number: '联系电话', callNumber: '本次来电号码', otherNumber: '另填号码', badNumber: '电话号码只能是 3 到 20 位数字', clear: '清除',
  due: { label: '处理期限', proposed: '建议', change: '修改期限', keep: '用建议期限', reason: '修改原因', needReason: '修改期限要填写原因', waiting: '选定房屋或公司后给出期限', failed: '期限没有取到', past: '期限不能早于现在', changed: '已修改' },
  flags: { supervised: '督办', overLevel: '越级投诉', hint: '勾选后自动进入集团督办流程' },
  attachments: '附件', addFiles: '添加图片、录音、视频或文件', fileHint: '每个不超过 20 MB，可直接粘贴截图', tooLarge: '超过 20 MB', uploading: '正在上传 {n}%', failed: '上传失败', retry: '重试', remove: '移除', needCompanyFirst: '选定房屋或公司后可上传', stillUploading: '附件还在上传，请稍候',
  submit: '提交工单', submitting: '正在提交', reset: '清空', resetAsk: '清空已填写的内容？', draft: { saved: '草稿已保存 {time}', saving: '正在保存草稿', failed: '草稿未保存：{message}', restored: '已恢复草稿', local: '草稿保存在本机' }, to: '派往 {station}', toPool: '进入待安排池', prefilled: '已带入来电信息', stationOf: '该房屋由 {station} 负责',
  done: { title: '工单已受理', no: '工单号', print: '打印', open: '查看工单', again: '再建一单', state: '当前状态', due: '处理期限', station: '维修站', copy: '复制工单号', copied: '工单号已复制' },
  print: { title: '客户服务工单', printedAt: '打印时间 {time}', signature: '客户签字', worker: '处理人', result: '处理结果', blank: '' },
} as const;
