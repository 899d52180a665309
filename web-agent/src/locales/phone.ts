/** Phone bar, ringing band, targets. */
export const phoneZh = {
  bar: '电话条', line: '线路', state: '我的状态', noCall: '没有通话', idleHint: '空闲中，来电会自动弹屏', restHint: '小休中，不会分配来电', busyHint: '示忙中，不会分配来电', outboundHint: '外呼状态，不会分配来电', suspendedHint: '挂起中，不会分配来电', signedOutHint: '未签入，签入后开始接听', wrapUpHint: '话后处理，整理完请结束', sipOnlyHint: '话机独立在线',
  phoneOffline: '话机 {extension} 离线', noExtension: '未绑定话机', phoneOnline: '话机 {extension} 在线',
  action: { answer: '接听', refuse: '拒接', hold: '保持', resume: '恢复', mute: '静音', unmute: '取消静音', transfer: '转接', completeTransfer: '完成转接', consult: '咨询', retrieve: '接回', conference: '三方', keypad: '按键', dial: '拨号', help: '求助', hangUp: '挂机' },
  why: {
    loading: '正在取话机状态', disconnected: '与服务器的连接中断，正在重连；话机上的按键仍可使用', signedOut: '还没有签入', sending: '上一个操作正在执行', alreadyTalking: '已在通话中', youDial: '正在外呼，接通后自动进入通话', nothingRings: '没有来电在振铃',
    answerFirst: '请先接听', notConnected: '对方还没有接通', noCall: '没有通话', heldByConsult: '咨询时客户已在听音乐', inConference: '三方通话中不能进行', heldHearsNothing: '客户在保持中，请先恢复', consultRings: '被咨询方还没有接听', consultFirst: '请先咨询对方，再发起三方通话', phoneOffline: '话机离线，请检查话机与网线', resting: '小休中不能外呼，请先切换状态', suspended: '挂起中不能外呼，请先恢复', duringCall: '通话结束后再切换', isNow: '当前状态',
  },
  next: { signIn: '签入', signOut: '签出', ready: '示闲', rest: '小休', busy: '示忙', outbound: '外呼', suspended: '挂起' },
  menuTitle: '切换状态', ring: '来电提示音', password: '修改密码', leave: '退出登录', leaveAsk: '退出后不再接听来电，确定退出登录？',
  wrapUp: { left: '话后处理 {time}', over: '话后处理已到时', extend: '延长 {n} 秒', end: '结束处理', manual: '话后处理，需手动结束' },
  lamp: { allBusy: '全忙', waiting: '{n} 人排队', none: '无人排队', title: '全部坐席繁忙，{n} 人排队', titleFree: '排队 {n} 人', longest: '最久已等 {time}' },
  leg: { customer: '客户', agent: '坐席', consulted: '被咨询', talking: '通话', held: '保持', muted: '静音', ringing: '振铃', waiting: '等待' },
  recording: '录音中', notRecording: '未录音', timer: '通话时长',
  ringing: { title: '来电', outbound: '外呼', queue: '队列', ivr: '导航路径', waited: '已等 {time}', repeat: '第 {n} 次来电', blocked: '黑名单', unknown: '未建档号码', called: '呼入号码 {number}', consult: '同事咨询或转来', dialling: '正在呼叫' },
  target: {
    transfer: '转接到', consult: '咨询', help: '求助同事', agents: '坐席', groups: '技能组', number: '外线', search: '姓名、工号、分机', keys: '↑ ↓ 选择 · Enter {do} · Esc 关闭', none: '没有匹配的对象', noneHint: '换个关键字，或到“外线”直接拨号', notReady: '对方现在不能接听', notReadyTransfer: '只能转给空闲的坐席，可以先咨询再完成转接', waiting: '排队 {n}', readyCount: '空闲 {n}', signedIn: '签入 {n}', placeholder: '输入电话号码', badNumber: '电话号码只能是 3 到 20 位数字', doTransfer: '转接', doConsult: '咨询', self: '不能选择自己', refresh: '刷新', groupNoConsult: '技能组只能转接，不能咨询', close: '关闭',
  },
  keypad: { dialTitle: '拨号', digitsTitle: '发送按键', call: '呼叫', placeholder: '电话号码', sent: '已发送 {digits}', backspace: '退格', close: '关闭', hint: '本机话机先振铃，接起后再呼叫对方' },
  told: { refused: '来电已转给下一位坐席' },
} as const;
