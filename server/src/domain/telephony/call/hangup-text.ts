/**
 * What a hang-up cause of the switch (Q.850 and FreeSWITCH's own) means to the people who read a call's history; nothing for an ordinary end. A cause
 * that is not listed is a fault of the line: the switch's word stays in its log.
 */
const CAUSES: Readonly<Record<string, string>> = {
  NORMAL_CLEARING: '', NONE: '', NORMAL_UNSPECIFIED: '',
  ORIGINATOR_CANCEL: '呼叫已取消', LOSE_RACE: '已由他人接听', PICKED_OFF: '已由他人接听', ATTENDED_TRANSFER: '已转接', BLIND_TRANSFER: '已转接',
  NO_ANSWER: '无人接听', NO_USER_RESPONSE: '话机无响应', ALLOTTED_TIMEOUT: '振铃超时', PROGRESS_TIMEOUT: '振铃超时', USER_BUSY: '占线', CALL_REJECTED: '拒接',
  USER_NOT_REGISTERED: '话机未注册', SUBSCRIBER_ABSENT: '话机未注册', UNALLOCATED_NUMBER: '空号', INVALID_NUMBER_FORMAT: '号码有误', NUMBER_CHANGED: '号码已变更',
  NO_ROUTE_DESTINATION: '无法接通', OUTGOING_CALL_BARRED: '呼出受限', INCOMING_CALL_BARRED: '呼入受限', CALL_REDIRECTED: '已转接',
  MEDIA_TIMEOUT: '话音中断', RECOVERY_ON_TIMER_EXPIRE: '对方线路无响应', NORMAL_TEMPORARY_FAILURE: '线路暂时故障', DESTINATION_OUT_OF_ORDER: '对方线路故障', NETWORK_OUT_OF_ORDER: '线路故障',
  GATEWAY_DOWN: '中继线路故障', NORMAL_CIRCUIT_CONGESTION: '线路繁忙', SWITCH_CONGESTION: '线路繁忙', REQUESTED_CHAN_UNAVAIL: '线路繁忙', INCOMPATIBLE_DESTINATION: '话音格式不兼容',
  MANAGER_REQUEST: '由中心结束', SYSTEM_SHUTDOWN: '交换机停止', SWITCH_UNAVAILABLE: '与交换机失去连接',
};
/** `张敏挂机`, `张敏挂机（话机未注册）`. */
export function hangupText(who: string, cause: string): string {
  const why = CAUSES[cause] ?? '线路故障';
  return why === '' ? `${who}挂机` : `${who}挂机（${why}）`;
}
