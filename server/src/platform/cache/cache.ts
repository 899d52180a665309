/** A lock that was won. `token` grows with every change of holder: what an older holder still writes can be refused by it. */
export interface Lock { readonly token: number; /** False when it was lost meanwhile. */ extend(ttlMs: number): Promise<boolean>; release(): Promise<void> }
export interface Member { member: string; body: string }

/**
 * What several server processes share for a short time. Everything here may be lost with its store and is at most as old as its time to live; what must
 * never be lost is a row of the database. Times in milliseconds. Keys: at most 160 characters. Two adapters: the database, and a server that speaks the
 * Redis protocol; `ResilientCache` joins both (PF-04, PF-14, PF-18).
 */
export interface Cache {
  readonly kind: 'database' | 'redis' | 'redis+database';
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Puts it only when absent: true for exactly one caller within the time to live, whichever process asks. */
  add(key: string, value: string, ttlMs: number): Promise<boolean>;
  /** True for the one caller whose deletion it was. */
  delete(key: string): Promise<boolean>;
  /** Adds one and answers the count; the counter ends `ttlMs` after its first count. */
  count(key: string, ttlMs: number): Promise<number>;
  /** Null while another holds it. Ends by itself after `ttlMs`. */
  lock(name: string, ttlMs: number): Promise<Lock | null>;
  /** Makes or renews a membership that ends by itself. */
  join(set: string, member: string, body: string, ttlMs: number): Promise<void>;
  leave(set: string, member: string): Promise<void>;
  members(set: string): Promise<Member[]>;
  /** To every other process that subscribed before; those of one sender arrive in order. The sender itself does not hear it. */
  publish(channel: string, message: string): Promise<void>;
  subscribe(channel: string, listener: (message: string) => void): void;
  /** Messages may have been missed (a connection was lost): whoever keeps copies reads them anew. */
  onGap(listener: () => void): void;
  /** False while the faster store is away and the database does its work. */
  healthy(): boolean;
  start(): Promise<void>;
  close(): Promise<void>;
}
