/** What every front end shares below its components: see core/README.md. */
export { ApiError, errorText, type ClientCode } from './core/api-error';
export { createApi, useApi, fileNameOf, type Api, type ApiHooks, type CallOptions, type ResultOfRoute, type UploadOptions } from './core/request';
export { FRONT_BASE, fillPath, queryString } from './core/request-url';
export { createLive, useLive, type Live, type LiveState, type LiveSocket } from './core/live';
export { RoomLedger } from './core/room-ledger';
export { online } from './core/connectivity';
export { learnServerTime, serverNow } from './core/server-clock';
export { sealPassword } from './core/seal';
export { useSession, can, type SessionState } from './core/session';
export { ActionKey } from './core/action-key';
export { uuid } from './core/uuid';
export { formatTime, formatDay, formatFullTime, formatRelative, formatDuration, formatClock, formatMoney, formatNumber, formatRate, formatBytes, startOfDay } from './core/format';
export { useNow, useCountdown, useElapsed, secondsLeft, debounce, type Countdown } from './core/countdown';
export { useHotkeys, useHotkeySheet, keysFor, keysOf, worksWhileTyping, effectiveKeys, conflicts, type HotkeyCommand } from './core/hotkeys';
