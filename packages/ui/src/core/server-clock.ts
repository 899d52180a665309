let offsetMs = 0;

/** Learns the server's clock from an answer that carries `serverTime` (ms). Timers of the phone bar run on it, not on the seat's clock. */
export function learnServerTime(serverTime: number, localNow: number = Date.now()): void {
  if (Number.isFinite(serverTime) && serverTime > 0) offsetMs = serverTime - localNow;
}

/** Now by the server's clock, ms. */
export function serverNow(localNow: number = Date.now()): number { return localNow + offsetMs; }
