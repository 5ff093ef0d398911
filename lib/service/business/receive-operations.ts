import {
  BATCHED_TYPE,
  isDataTooLarge,
  MAX_DATA_BYTES,
  receiveEventsContract,
  STRUCTURED_TYPE,
} from '../../contracts/http/business-events.ts';
import { BusUnavailable } from '../../domain/visitor/event-bus.ts';
import { BodyTooLarge, InvalidRequest, Unavailable } from '../../runtime/errors.ts';
import { type Operation, operation } from '../../runtime/operation.ts';
import type { createEventReceiver } from './receive-events.ts';

/** Plain JSON may be either; CloudEvents' own media types say which of them it is. */
const checkMode = (contentType: string | undefined, body: unknown): void => {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase();
  const isBatch = Array.isArray(body);
  if ((type === STRUCTURED_TYPE && isBatch) || (type === BATCHED_TYPE && !isBatch)) {
    const expected = isBatch ? 'an event' : 'a list of events';
    throw new InvalidRequest('The body is not what its media type says.', [
      { path: '', message: `expected ${expected}` },
    ]);
  }
};

const receiveEvents = (receive: ReturnType<typeof createEventReceiver>): Operation =>
  operation(receiveEventsContract, async ({ body, receivedAt }) => {
    try {
      return { status: 202, body: { accepted: await receive(body, receivedAt) } };
    } catch (cause) {
      if (!(cause instanceof BusUnavailable)) throw cause;
      throw new Unavailable('The events could not be made durable; send them again.', { cause });
    }
  });

/** `POST /v1/events` as an HTTP operation. */
export const receiveOperations = (
  receive: ReturnType<typeof createEventReceiver>,
): { readonly [operationId: string]: Operation } => {
  const validated = receiveEvents(receive);
  return {
    receiveEvents: {
      ...validated,
      run: async (request) => {
        // One event over its limit is a body over its limit (413), which stands before all that is invalid.
        if (isDataTooLarge(request.body)) {
          throw new BodyTooLarge(`The data of an event may have at most ${MAX_DATA_BYTES} bytes.`);
        }
        checkMode(request.headers['content-type'], request.body);
        return validated.run(request);
      },
    },
  };
};
