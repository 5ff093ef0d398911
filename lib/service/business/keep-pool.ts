import type { PoolEffect } from '../../domain/effect/effect.ts';
import {
  type Asker,
  candidateKey,
  isClosed,
  joinPool,
  markTold,
  offerSeats,
  type Pool,
  releaseSeat,
  untold,
} from '../../domain/pool/pool.ts';
import type { PoolStore } from '../../domain/pool/pool-store.ts';
import { seatEventOf } from '../../domain/pool/seat-event.ts';
import { delayUntil, mailFor, type SendMessages } from './outbox.ts';

export interface PoolDeps {
  readonly pools: PoolStore;
  readonly send: SendMessages;
  /** The service's clock, milliseconds since 1970. */
  readonly now: () => number;
  /** Waits; how long is in milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
  /** A number in [0, 1): those who lost the same race must not meet again. */
  readonly random: () => number;
}

/** What a visitor's commit asks of a pool. */
export interface PoolRequest {
  readonly visitorId: string;
  readonly effect: PoolEffect;
}

/** Tries at a write that somebody else was faster with; the message then goes back to its queue. */
const MAX_ATTEMPTS = 10;

/** The pool was written by somebody else first, every time. */
export class PoolContended extends Error {
  constructor() {
    super('lost the race for a pool too often');
    this.name = 'PoolContended';
  }
}

const askerOf = ({ visitorId, effect: { run, stepId } }: PoolRequest): Asker => ({ visitorId, run, stepId });

const requested = (pool: Pool, request: PoolRequest): Pool =>
  request.effect.what === 'join'
    ? joinPool(pool, askerOf(request), request.effect)
    : releaseSeat(pool, askerOf(request));

/**
 * Keeps one pool: applies what was asked of it, gives free seats to the best once it is closed, and tells them. The
 * pool is one item, so every change is one conditional write. A seat is given first and its holder told then; the
 * pool remembers whom it has not told, and whoever touches it next tells them.
 *
 * @param poolId - of all requests
 * @param requests - may be none: the pool is then only looked at, since its candidates may have gathered
 * @throws PoolContended, and whatever the store and the queue throw: the messages then come again
 */
export const createPoolKeeper = ({ pools, send, now, pause, random }: PoolDeps) => {
  const change = async (poolId: string, how: (pool: Pool) => Pool): Promise<Pool> => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { pool, version } = await pools.read(poolId);
      const next = how(pool);
      if (next === pool || (await pools.write(next, version, now())) === 'written') return next;
      await pause(random() * 10 * 2 ** Math.min(attempt, 6));
    }
    throw new PoolContended();
  };

  /** The message that closes the pool comes from whoever opened it, each time they ask: it may have died before. */
  const announceClosing = async (pool: Pool, requests: readonly PoolRequest[]): Promise<void> => {
    const { poolId, terms } = pool;
    const moment = now();
    if (terms === null || isClosed(pool, moment)) return;
    const isOpener = ({ effect }: PoolRequest): boolean =>
      effect.what === 'join' && candidateKey(effect) === terms.openedBy;
    if (requests.length > 0 && !requests.some(isOpener)) return;
    const body = { poolClosing: { poolId, closesAt: terms.closesAt } };
    await send('pool-effects', [{ body, delaySeconds: delayUntil(terms.closesAt, moment) }]);
  };

  return async (poolId: string, requests: readonly PoolRequest[]): Promise<void> => {
    const pool = await change(poolId, (known) => offerSeats(requests.reduce(requested, known), now()));
    await announceClosing(pool, requests);
    const holders = untold(pool);
    if (holders.length === 0) return;
    for (const holder of holders) {
      await send('events-received', mailFor([holder.visitorId], [seatEventOf(poolId, holder)]));
    }
    await change(poolId, (known) => markTold(known, holders));
  };
};
