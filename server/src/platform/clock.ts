/** Time is an input everywhere; only the composition root owns a real clock. Milliseconds since 1970 UTC. */
export interface Clock { now(): number }
export const systemClock: Clock = { now: () => Date.now() };
