import type { KeyRecord } from '../contracts/control.ts';
import type { DecideRequest } from '../contracts/http/decide.ts';
import { readInlineEvents } from '../contracts/http/tracking.ts';
import { compareStamps } from '../domain/stamp.ts';
import { stampOf, type VisitorEvent } from '../domain/visitor/event.ts';
import { InvalidRequest } from '../runtime/errors.ts';
import type { PersonIds } from './person.ts';
import { createTokenReader, type TrackDeps } from './track.ts';
import { trustIds } from './trust.ts';

/** The events that travel inside a decide request, read and trusted. */
export interface InlineEvents {
  /** To be ingested, and applied. */
  readonly events: readonly VisitorEvent[];
  /** Applied only: they were ingested before. */
  readonly recent: readonly VisitorEvent[];
}

type InlineDeps = Pick<TrackDeps, 'verifyIdentity' | 'newId'>;

/**
 * Reads `events` and `recent` of a decide request, and takes from them what their sender may not claim.
 *
 * @param ids - the request's own, proven
 * @param now - the service's clock, milliseconds since 1970
 * @throws InvalidRequest (400) for one that is not valid, or that the key's holder may not send
 */
export const readInline = async (
  deps: InlineDeps,
  request: DecideRequest,
  caller: KeyRecord,
  ids: PersonIds,
  now: number,
): Promise<InlineEvents> => {
  const provenBy = createTokenReader(deps.verifyIdentity);
  const read = async (values: readonly unknown[], path: string): Promise<readonly VisitorEvent[]> => {
    const defaults = { userId: request.userId, anonymousId: request.anonymousId };
    const outcome = readInlineEvents(values, path, defaults, { receivedAt: now, newId: deps.newId });
    if (!outcome.ok) throw new InvalidRequest('An event of the request is not valid.', outcome.errors);
    return Promise.all(
      outcome.events.map(async ({ event, identityToken, index }) => {
        const provenUserId =
          event.userId !== undefined && event.userId === ids.userId
            ? ids.userId
            : await provenBy(identityToken ?? request.identityToken ?? null);
        const trusted = trustIds(event, { key: caller, provenUserId });
        if (trusted.ok) return trusted.event;
        const errors = trusted.errors.map((error) => ({ ...error, path: `${path}[${index}].${error.path}` }));
        throw new InvalidRequest('An event of the request is not valid.', errors);
      }),
    );
  };
  return {
    events: await read(request.events ?? [], 'events'),
    recent: await read(request.recent ?? [], 'recent'),
  };
};

/**
 * Whom the request is about once its events are read: by an anonymous id alone, it is about the person whom its
 * newest event under that id names, since that is who uses the device now. What is remembered of them, an open
 * problem included, must be read, and nothing of who used it before may be shown.
 */
export const withLogIn = (ids: PersonIds, { events, recent }: InlineEvents): PersonIds => {
  if (ids.userId !== null) return ids;
  const naming = [...recent, ...events].filter(
    (event) => event.userId !== undefined && event.anonymousId === ids.anonymousId,
  );
  const newest = naming.sort((a, b) => compareStamps(stampOf(a), stampOf(b))).at(-1);
  return newest === undefined ? ids : { ...ids, userId: newest.userId ?? null };
};

/** An event of the request may be somebody else's: it is ingested, and does not count here. */
export const isTheirs = ({ userId, anonymousId }: VisitorEvent, ids: PersonIds): boolean =>
  userId === undefined ? anonymousId === ids.anonymousId : userId === ids.userId;
