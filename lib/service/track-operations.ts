import { type TrackingCall, trackingContractOf } from '../contracts/http/tracking.ts';
import { BusUnavailable } from '../domain/visitor/event-bus.ts';
import { Unavailable } from '../runtime/errors.ts';
import { type Operation, operation } from '../runtime/operation.ts';
import type { createTracker } from './track.ts';

const CALLS: readonly TrackingCall[] = ['track', 'identify', 'page', 'screen', 'group', 'alias', 'batch'];

/** The tracking calls and their short forms as HTTP operations. */
export const trackOperations = (
  track: ReturnType<typeof createTracker>,
): { readonly [operationId: string]: Operation } =>
  Object.fromEntries(
    CALLS.flatMap((call) =>
      [call, `${call}Short`].map((operationId): [string, Operation] => [
        operationId,
        operation(trackingContractOf(call, operationId), async ({ body, caller, receivedAt }) => {
          try {
            return { status: 200, body: await track({ call, body, caller, receivedAt }) };
          } catch (cause) {
            if (!(cause instanceof BusUnavailable)) throw cause;
            throw new Unavailable('The events could not be made durable; send them again.', { cause });
          }
        }),
      ]),
    ),
  );
