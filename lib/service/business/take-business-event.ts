import * as z from 'zod';
import { readCloudEvent } from '../../contracts/http/business-events.ts';
import type { QueueSender } from '../../contracts/queue-sender.ts';
import { type BusinessEvent, personOf, visitorEventOf } from '../../domain/business/business-event.ts';
import type { SubjectStore } from '../../domain/business/business-store.ts';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { parseInstant } from '../../domain/time/instant.ts';
import type { Logger } from '../../runtime/logger.ts';
import { startOfFanOut } from './fan-out.ts';

export interface TakeDeps {
  readonly subjects: SubjectStore;
  readonly queues: QueueSender;
}

/**
 * Takes a business event: keeps it as its subject's latest before any follower is read, and brings it on its way. A
 * subject `user/<userId>` is that person, at once, known or not; any other has followers. An event that is older than
 * the latest changes nothing; one that comes again is brought on its way again, since the first time may have died.
 *
 * @throws whatever the store and the queue throw: the message then comes again
 */
export const createBusinessEventTaker =
  ({ subjects, queues }: TakeDeps) =>
  async (event: BusinessEvent): Promise<'kept' | 'same' | 'older'> => {
    const outcome = await subjects.keep(event);
    if (outcome === 'older') return outcome;
    const userId = personOf(event.subject);
    if (userId === null) {
      await queues.send('fan-out', [startOfFanOut(event)]);
    } else {
      // By name and not by visitor id: of somebody nobody has heard of yet, the service then knows who it is.
      await queues.send('events-received', [{ detail: { events: [{ ...visitorEventOf(event), userId }] } }]);
    }
    return outcome;
  };

/** An entry of the bus, as its rule puts it into the queue `business-events`. */
export const businessEntrySchema = z.object({
  detail: z.custom<JsonObject>(isJsonObject),
  /** When the bus took it: the same however often it comes. */
  time: z.string().refine((time) => parseInstant(time) !== null),
});

/**
 * Takes entries of the bus that say they are CloudEvents. One that is none, or none that Wend can use, is counted and
 * dropped: it would be no better the next time, and it may be meant for somebody else.
 */
export const createBusinessEntryTaker =
  (deps: TakeDeps, logger: Logger) =>
  async ({ detail, time }: z.output<typeof businessEntrySchema>): Promise<void> => {
    const read = readCloudEvent(detail, parseInstant(time) ?? 0);
    if (read.ok) {
      await createBusinessEventTaker(deps)(read.event);
      return;
    }
    logger.warn('An event on the bus is no CloudEvent that can be used.', { reason: 'invalid' });
    await deps.subjects.countInvalid();
  };
