import * as z from 'zod';
import { poolEffectsSchema } from './effects.ts';

/** A page of a subject's followers to be told of an event, as it travels in the queue `fan-out`. */
export const fanOutSchema = z.object({
  fanOut: z.object({
    subject: z.string().min(1),
    type: z.string().min(1),
    /** Of the event: another one in its place supersedes it. */
    messageId: z.string().min(1),
    /** The place of the last follower who was told; null: nobody yet. */
    after: z.string().nullable(),
    /** Followers told so far, and of them in the present wave. */
    told: z.number(),
    inWave: z.number(),
    /** Not before this moment, milliseconds since 1970: the next wave. */
    notBefore: z.number().exactOptional(),
  }),
});

export type FanOutMessage = z.infer<typeof fanOutSchema>;

/** Candidates of a pool have gathered, as the queue `pool-effects` says it to itself. */
const poolClosingSchema = z.object({
  poolClosing: z.object({
    poolId: z.string().min(1),
    /** Milliseconds since 1970. */
    closesAt: z.number(),
  }),
});

export type PoolClosingMessage = z.infer<typeof poolClosingSchema>;

/** What the queue `pool-effects` holds. */
export const poolMessageSchema = z.union([poolEffectsSchema, poolClosingSchema]);
