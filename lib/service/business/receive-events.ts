import { EVENTS_RECEIVED } from '../../contracts/bus.ts';
import { type CloudEvent, cloudEventErrors } from '../../contracts/http/business-events.ts';
import { MAX_FIELD_ERRORS, pathTo } from '../../contracts/http/field-error.ts';
import { formatInstant } from '../../domain/time/instant.ts';
import type { BusEntry, EventBus } from '../../domain/visitor/event-bus.ts';
import { InvalidRequest } from '../../runtime/errors.ts';

/** EventBridge takes this many characters of a `DetailType`. */
const MAX_DETAIL_TYPE = 128;

/** What rules of the bus see; the name of visitors' own events is not for anybody else to use. */
const detailTypeOf = (type: string): string =>
  type === EVENTS_RECEIVED ? 'CloudEvent' : type.slice(0, MAX_DETAIL_TYPE);

/**
 * Events that don't say when they happened did so when they arrived, in the order of the request: of two about the
 * same thing the second must supersede the first.
 */
const withTimes = (events: readonly CloudEvent[], receivedAt: number): readonly CloudEvent[] => {
  const next = new Map<string, number>();
  return events.map((event) => {
    if (typeof event.time === 'string') return event;
    const about = `${event.type}\n${event.subject}`;
    const at = next.get(about) ?? receivedAt;
    next.set(about, at + 1);
    return { ...event, time: formatInstant(at) };
  });
};

const entryOf = (event: CloudEvent): BusEntry => ({
  detailType: detailTypeOf(event.type),
  detail: JSON.stringify(event),
});

/**
 * Puts CloudEvents on the bus as they are, so that they go the way of those that the shop's own systems put there.
 * All or nothing: whoever sends them wants to know that they are durable.
 *
 * @param body - one event, or a list of them
 * @param receivedAt - milliseconds since 1970
 * @returns how many are durable
 * @throws InvalidRequest (400) with the path of what is wrong, BusUnavailable where the bus did not take all
 */
export const createEventReceiver =
  (bus: EventBus) =>
  async (body: CloudEvent | readonly CloudEvent[], receivedAt: number): Promise<number> => {
    const isBatch = Array.isArray(body);
    const events: readonly CloudEvent[] = [body].flat();
    const errors = events.flatMap((event, index) =>
      cloudEventErrors(event, receivedAt, isBatch ? pathTo('', index) : ''),
    );
    if (errors.length > 0) {
      throw new InvalidRequest(
        'The body is not what this operation takes.',
        errors.slice(0, MAX_FIELD_ERRORS),
      );
    }
    if (events.length > 0) await bus.put(withTimes(events, receivedAt).map(entryOf));
    return events.length;
  };
