export const shell = {
  product: '融呼', front: '集团门户', collapse: '收起菜单', expand: '展开菜单', menu: '菜单', skip: '跳到正文',
  scope: { label: '查看范围', all: '全部管辖范围', clear: '查看全部', search: '搜索公司或站点', loading: '正在取组织', failed: '组织没有取到，点此重试' },
  kinds: { group: '集团', division: '事业部', company: '公司', station: '站' },
  search: { label: '搜索', placeholder: '号码、工单号、地址、姓名', hint: '输入至少 2 个字', none: '没有找到“{q}”', open: '打开', kinds: { house: '房屋', order: '工单', customer: '客户', call: '通话', account: '账号', setting: '页面与设置' } },
  notices: { label: '消息', unread: '{n} 条未读', none: '没有消息', readAll: '全部已读', all: '查看全部', urgent: '紧急' },
  person: { label: '账号菜单', password: '修改密码', signOut: '退出登录', signOutAsk: '确定退出登录吗？' },
  password: { title: '修改密码', done: '密码已修改' },
  announcement: '公告',
};
