import type * as z from 'zod';
import { EVENTS_RECEIVED } from '../contracts/bus.ts';
import type { busEffectsSchema } from '../contracts/effects.ts';
import type { EventBus } from '../domain/visitor/event-bus.ts';
import type { Logger } from '../runtime/logger.ts';

/**
 * Puts effects on the bus, each as an entry of its own, with its id as `effectId`: that is what tells whoever listens
 * that they had it before. Nothing that a catalog or a visitor names can be mail for visitors: under that name entries
 * are believed.
 */
export const createBusPublisher =
  (bus: EventBus, logger: Logger) =>
  async ({ effects }: z.infer<typeof busEffectsSchema>): Promise<void> => {
    const allowed = effects.filter(({ detailType }) => detailType !== EVENTS_RECEIVED);
    if (allowed.length < effects.length) {
      logger.error('An event has a name that is reserved, and is not put on the bus.', {
        reason: 'reserved',
      });
    }
    if (allowed.length === 0) return;
    await bus.put(
      allowed.map(({ id, detailType, detail }) => ({
        detailType,
        detail: JSON.stringify({ ...detail, effectId: id }),
      })),
    );
  };
