import type { PoolClosingMessage } from '../../contracts/business.ts';
import type { QueueSender } from '../../contracts/queue-sender.ts';
import type { EffectsOfCommit, PoolEffect } from '../../domain/effect/effect.ts';
import {
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
import { delayUntil, mailFor } from './outbox.ts';

export interface PoolDeps {
  readonly pools: PoolStore;
  readonly queues: QueueSender;
  /** The service's clock, milliseconds since 1970. */
  readonly now: () => number;
  /** Waits; how long is in milliseconds. */
  readonly pause: (milliseconds: number) => Promise<void>;
  /** A number in [0, 1): those who lost the same race must not meet again. */
  readonly random: () => number;
}

/** What is asked of a pool: by a visitor's commit, or by the message that says that its candidates have gathered. */
export type PoolRequest = { readonly visitorId: string; readonly effect: PoolEffect } | 'closing';

/** Tries at a write that somebody else was faster with; the message then goes back to its queue. */
const MAX_ATTEMPTS = 10;

/** The pool was written by somebody else first, every time. */
class PoolContended extends Error {
  constructor() {
    super('lost the race for a pool too often');
    this.name = 'PoolContended';
  }
}

const requested = (pool: Pool, request: PoolRequest, now: number): Pool => {
  if (request === 'closing') return pool;
  const { visitorId, effect } = request;
  const asker = { visitorId, run: effect.run, stepId: effect.stepId };
  return effect.what === 'join' ? joinPool(pool, asker, effect, now) : releaseSeat(pool, asker);
};

type Keep = (poolId: string, requests: readonly PoolRequest[]) => Promise<void>;

/** What comes for a pool while it is being written waits, and goes with the next write as one. */
const oneByOne = (keep: Keep): Keep => {
  const waiting = new Map<string, { readonly requests: PoolRequest[]; readonly done: Promise<void> }>();
  const last = new Map<string, Promise<void>>();
  return (poolId, asked) => {
    const present = waiting.get(poolId);
    if (present !== undefined) {
      present.requests.push(...asked);
      return present.done;
    }
    const requests = [...asked];
    const before = last.get(poolId) ?? Promise.resolve();
    // Whether the one before failed is for whoever asked for it.
    const done = before
      .catch(() => undefined)
      .then(() => {
        waiting.delete(poolId);
        return keep(poolId, requests);
      })
      .finally(() => {
        if (last.get(poolId) === done) last.delete(poolId);
      });
    waiting.set(poolId, { requests, done });
    last.set(poolId, done);
    return done;
  };
};

/**
 * Keeps one pool: applies what was asked of it, gives free seats to the best once it is closed, and tells them. The
 * pool is one item, so every change is one conditional write. A seat is given first and its holder told then; the
 * pool remembers whom it has not told, and whoever touches it next tells them.
 *
 * @throws PoolContended, and whatever the store and the queue throw: the messages then come again
 */
export const createPoolKeeper = ({ pools, queues, now, pause, random }: PoolDeps): Keep => {
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
    const announces = (request: PoolRequest): boolean =>
      request === 'closing' || candidateKey(request.effect) === terms.openedBy;
    if (!requests.some(announces)) return;
    const message: PoolClosingMessage = { poolClosing: { poolId, closesAt: terms.closesAt } };
    await queues.send('pool-effects', [message], delayUntil(terms.closesAt, moment));
  };

  return oneByOne(async (poolId, requests) => {
    const pool = await change(poolId, (known) => {
      const moment = now();
      const asked = requests.reduce((before, request) => requested(before, request, moment), known);
      return offerSeats(asked, moment);
    });
    await announceClosing(pool, requests);
    const holders = untold(pool);
    if (holders.length === 0) return;
    const mail = holders.flatMap((holder) => mailFor([holder.visitorId], [seatEventOf(poolId, holder)]));
    await queues.send('events-received', mail);
    await change(poolId, (known) => markTold(known, holders));
  });
};

/** Takes messages of the queue `pool-effects`: those of visitors' commits, and the pools' own. */
export const createPoolEffectsTaker =
  (keep: Keep) =>
  async (message: EffectsOfCommit | PoolClosingMessage): Promise<void> => {
    if ('poolClosing' in message) return keep(message.poolClosing.poolId, ['closing']);
    const { visitorId, effects } = message;
    const byPool = new Map<string, PoolRequest[]>();
    for (const effect of effects) {
      if (effect.kind !== 'pool') continue;
      const requests = byPool.get(effect.poolId) ?? [];
      byPool.set(effect.poolId, requests);
      requests.push({ visitorId, effect });
    }
    for (const [poolId, requests] of byPool) await keep(poolId, requests);
  };
