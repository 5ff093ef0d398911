import * as z from 'zod';
import { orderEffectsSchema } from './effects.ts';

/** An order that has to be looked at: its hold may be over, or its visitor not told yet. */
const orderDueSchema = z.object({ order: z.object({ orderId: z.string().min(1) }) });

export type OrderDueMessage = z.infer<typeof orderDueSchema>;

/** What the queue `order-effects` holds. */
export const orderMessageSchema = z.union([orderEffectsSchema, orderDueSchema]);
