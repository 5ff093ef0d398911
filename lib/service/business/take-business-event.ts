import { type BusinessEvent, personOf, visitorEventOf } from '../../domain/business/business-event.ts';
import type { SubjectStore } from '../../domain/business/business-store.ts';
import { startOfFanOut } from './fan-out.ts';
import type { SendMessages } from './outbox.ts';

export interface TakeDeps {
  readonly subjects: SubjectStore;
  readonly send: SendMessages;
}

/**
 * Takes a business event: keeps it as its subject's latest before any follower is read, and brings it on its way. A
 * subject `user/<userId>` is that person, at once, known or not; any other has followers. An event that is older than
 * the latest changes nothing; one that comes again is brought on its way again, since the first time may have died.
 *
 * @throws whatever the store and the queue throw: the message then comes again
 */
export const createBusinessEventTaker =
  ({ subjects, send }: TakeDeps) =>
  async (event: BusinessEvent): Promise<'kept' | 'same' | 'older'> => {
    const outcome = await subjects.keep(event);
    if (outcome === 'older') return outcome;
    const userId = personOf(event.subject);
    if (userId === null) {
      await send('fan-out', [{ body: startOfFanOut(event) }]);
    } else {
      // By name and not by visitor id: of somebody nobody has heard of yet, the service then knows who it is.
      await send('events-received', [
        { body: { detail: { events: [{ ...visitorEventOf(event), userId }] } } },
      ]);
    }
    return outcome;
  };
