import type { Pool } from './pool.ts';

/** A pool as it lies in the store; `version` is null where there is none yet. */
export interface StoredPool {
  readonly pool: Pool;
  readonly version: number | null;
}

/** Where pools of seats are kept, each whole. */
export interface PoolStore {
  /** Strongly consistent; an empty pool where there is none. */
  readonly read: (poolId: string) => Promise<StoredPool>;
  /** Writes unless anybody wrote after `version` was read. `now` is in milliseconds since 1970. */
  readonly write: (pool: Pool, version: number | null, now: number) => Promise<'written' | 'conflict'>;
}
