import * as z from 'zod';
import type {
  BusEffect,
  CountEffect,
  DeliveryEffect,
  EffectKind,
  FollowEffect,
  OrderEffect,
  PoolEffect,
  TaskEffect,
  TimelineEffect,
  TimelineEntry,
  TimerEffect,
} from '../domain/effect/effect.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { QUEUE_OF_EFFECT } from './queues.ts';

/**
 * The bodies of the effect queues: of one commit all effects of one kind, or a part of them where they are many. They
 * may come twice, and in any order.
 */
const ofCommit = <Effect extends z.ZodType>(effect: Effect) =>
  z.object({
    visitorId: z.string().min(1),
    version: z.number(),
    /** The service's clock at the commit, milliseconds since 1970. */
    at: z.number(),
    effects: z.array(effect),
  });

/** All effects of a commit, as far as they have to be known to be handed on. */
export const effectsOfCommitSchema = ofCommit(
  z.looseObject({
    kind: z.custom<EffectKind>((kind) => typeof kind === 'string' && Object.hasOwn(QUEUE_OF_EFFECT, kind)),
  }),
);

const id = z.string().min(1);

const busEffect = z.object({
  kind: z.literal('bus'),
  id,
  detailType: z.string().min(1),
  detail: z.custom<JsonObject>(isJsonObject),
}) satisfies z.ZodType<BusEffect>;

/** Of the queue `bus-effects`. */
export const busEffectsSchema = ofCommit(busEffect);

const timerEffect = z.object({
  kind: z.literal('timer'),
  due: z.number(),
  generation: z.number(),
  spread: z.boolean(),
}) satisfies z.ZodType<TimerEffect>;

/** Of the queue `timer-effects`. */
export const timerEffectsSchema = ofCommit(timerEffect);

const timelineEffect = z.object({
  order: z.int().min(0).exactOptional(),
  kind: z.literal('timeline'),
  id,
  at: z.number(),
  // It is written and read back; nothing is computed of it.
  entry: z.custom<TimelineEntry>((entry) => isJsonObject(entry) && typeof entry.kind === 'string'),
}) satisfies z.ZodType<TimelineEffect>;

/** Of the queue `timeline-effects`. */
export const timelineEffectsSchema = ofCommit(timelineEffect);

const countEffect = z.object({
  kind: z.literal('count'),
  counter: z.string().min(1),
  add: z.number(),
}) satisfies z.ZodType<CountEffect>;

/** Of the queue `counter-effects`. */
export const counterEffectsSchema = ofCommit(countEffect);

const deliveryEffect = z.object({
  kind: z.literal('delivery'),
  message: z.object({
    messageId: id,
    at: z.string(),
    visitorId: id,
    userId: z.string().nullable(),
    anonymousId: z.string().nullable(),
    channel: z.string(),
    topic: z.string(),
    journeyId: z.string(),
    stepId: z.string(),
    content: z.custom<Json>((content) => content !== undefined),
  }),
  address: z.object({ email: z.string().nullable(), phone: z.string().nullable() }),
}) satisfies z.ZodType<DeliveryEffect>;

/** Of the queue `delivery-effects`. */
export const deliveryEffectsSchema = ofCommit(deliveryEffect);

const followEffect = z.object({
  kind: z.literal('follow'),
  followId: id,
  subject: z.string().min(1),
  until: z.number().nullable(),
  rank: z.number(),
  wave: z.object({ size: z.number(), gapMs: z.number() }).nullable(),
}) satisfies z.ZodType<FollowEffect>;

/** Of the queue `follow-effects`. */
export const followEffectsSchema = ofCommit(followEffect);

const pool = { kind: z.literal('pool'), poolId: id, run: id, stepId: id };

const poolEffect = z.discriminatedUnion('what', [
  z.object({
    ...pool,
    what: z.literal('join'),
    seats: z.number(),
    rank: z.number(),
    closesAt: z.number(),
  }),
  z.object({ ...pool, what: z.literal('release') }),
]) satisfies z.ZodType<PoolEffect>;

/** Of the queue `pool-effects`, as far as visitors' commits fill it. */
export const poolEffectsSchema = ofCommit(poolEffect);

const task = { kind: z.literal('task'), taskId: id };

const taskEffect = z.discriminatedUnion('what', [
  z.object({
    ...task,
    what: z.literal('open'),
    queue: z.string(),
    summary: z.string(),
    outcomes: z.array(z.string()),
    dueAt: z.number().nullable(),
    journeyId: id,
    stepId: id,
    run: id,
  }),
  z.object({ ...task, what: z.literal('withdraw') }),
]) satisfies z.ZodType<TaskEffect>;

/** Of the queue `task-effects`. */
export const taskEffectsSchema = ofCommit(taskEffect);

const orderEffect = z.object({ kind: z.literal('order'), orderId: id }) satisfies z.ZodType<OrderEffect>;

/** Of the queue `order-effects`, as far as visitors' commits fill it. */
export const orderEffectsSchema = ofCommit(orderEffect);
