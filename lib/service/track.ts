import type { KeyRecord } from '../contracts/control.ts';
import {
  type EventsRead,
  type RejectedEvent,
  readEvents,
  type TrackingCall,
} from '../contracts/http/tracking.ts';
import type { VisitorEvent } from '../domain/visitor/event.ts';
import type { EventBus } from '../domain/visitor/event-bus.ts';
import { BodyTooLarge, InvalidRequest } from '../runtime/errors.ts';
import type { IdentityTokenOutcome } from '../runtime/identity-token.ts';
import { busEntriesOf } from './bus-entries.ts';
import { trustIds } from './trust.ts';

export interface TrackDeps {
  readonly bus: EventBus;
  /** By the real clock: tokens are the shop's, and know nothing of a clock that was moved. */
  readonly verifyIdentity: (token: string) => Promise<IdentityTokenOutcome>;
  readonly newId: () => string;
  /** Told how many events of a request are durable now, and how many were refused. */
  readonly onTaken?: (accepted: number, rejected: number) => void;
}

export interface TrackRequest {
  readonly call: TrackingCall;
  /** Parsed JSON of any shape. */
  readonly body: unknown;
  readonly caller: KeyRecord;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/** The answer to a tracking call; `rejected` only where some were. */
export interface TrackAnswer {
  readonly success: true;
  readonly rejected?: readonly RejectedEvent[];
}

/** The userIds that the tokens of a request prove, each token verified once. */
export const createTokenReader = (verify: TrackDeps['verifyIdentity']) => {
  const proven = new Map<string, Promise<string | null>>();
  return (token: string | null): Promise<string | null> => {
    if (token === null) return Promise.resolve(null);
    const present = proven.get(token);
    if (present !== undefined) return present;
    const reading = verify(token).then((outcome) => (outcome.proven ? outcome.userId : null));
    proven.set(token, reading);
    return reading;
  };
};

/**
 * Takes events: validates them, drops ids that the sender can't prove, and puts them on the bus. Answers only
 * once every accepted event is durable.
 *
 * @throws InvalidRequest (400) for a body that holds no valid event, BodyTooLarge (413) for a batch of too many
 * events, BusUnavailable (503) where the bus did not take everything
 */
export const createTracker =
  (deps: TrackDeps) =>
  async ({ call, body, caller, receivedAt }: TrackRequest): Promise<TrackAnswer> => {
    const read = readEvents(call, body, { receivedAt, newId: deps.newId });
    const { events, rejected } = await accept(read, caller, createTokenReader(deps.verifyIdentity));
    const [first] = rejected;
    if (call !== 'batch' && first !== undefined) {
      deps.onTaken?.(0, rejected.length);
      throw new InvalidRequest('The event is not what this call takes.', first.errors);
    }
    if (events.length > 0) await deps.bus.put(busEntriesOf(events));
    deps.onTaken?.(events.length, rejected.length);
    return rejected.length === 0 ? { success: true } : { success: true, rejected };
  };

const accept = async (
  read: EventsRead,
  caller: KeyRecord,
  provenBy: (token: string | null) => Promise<string | null>,
): Promise<{ readonly events: readonly VisitorEvent[]; readonly rejected: readonly RejectedEvent[] }> => {
  if (read.outcome === 'invalid') throw new InvalidRequest('The body is not a batch of events.', read.errors);
  if (read.outcome === 'too-many') {
    throw new BodyTooLarge(`A batch holds at most ${read.limit} events; nothing of this one was taken.`);
  }
  const events: VisitorEvent[] = [];
  const rejected = [...read.rejected];
  for (const { index, event, identityToken } of read.events) {
    const trusted = trustIds(event, { key: caller, provenUserId: await provenBy(identityToken) });
    if (trusted.ok) events.push(trusted.event);
    else rejected.push({ index, messageId: event.messageId, errors: trusted.errors });
  }
  rejected.sort((a, b) => a.index - b.index);
  return { events, rejected };
};
