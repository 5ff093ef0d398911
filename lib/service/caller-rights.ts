import type { KeyRecord } from '../contracts/control.ts';
import { type DecideRequest, placementLimits } from '../contracts/http/decide.ts';
import { valuesOf } from '../domain/visitor/registers.ts';
import { isKnown } from '../domain/visitor/state.ts';
import { Forbidden } from '../runtime/errors.ts';
import type { Person, PersonIds } from './person.ts';
import type { TrackDeps } from './track.ts';
import { PARTNER_CONSENT, partnerId, TOKEN_MISSING } from './trust.ts';

/**
 * The ids that the caller may speak for; a server is believed, anybody else proves a userId.
 *
 * @throws Forbidden (403) for a userId that the key's holder can't prove
 */
export const proveIds = async (
  deps: Pick<TrackDeps, 'verifyIdentity'>,
  request: DecideRequest,
  caller: KeyRecord,
): Promise<PersonIds> => {
  const { userId = null } = request;
  const anonymousId =
    request.anonymousId === undefined ? null : partnerId(request.anonymousId, caller.partner);
  if (userId === null || caller.kind !== 'publishable') return { userId, anonymousId };
  if (request.identityToken === undefined) {
    throw new Forbidden(TOKEN_MISSING);
  }
  const outcome = await deps.verifyIdentity(request.identityToken);
  if (!outcome.proven || outcome.userId !== userId) {
    const reason = outcome.proven ? 'its subject is somebody else' : outcome.reason;
    throw new Forbidden(`The identityToken does not prove the userId: ${reason}.`);
  }
  return { userId, anonymousId };
};

/** Whether a partner's page must not be told of the person whom its visitor was joined to: they did not consent. */
export const isHiddenFrom = (caller: KeyRecord, { visitor }: Person): boolean =>
  caller.partner !== undefined &&
  isKnown(visitor.state) &&
  valuesOf(visitor.state.consents)[PARTNER_CONSENT] !== true;

/**
 * The account to read. Anybody holds a publishable key, and nothing proves that its visitor belongs to the account
 * that they name: for them an account is what their own events told of it.
 */
export const accountOf = (request: DecideRequest, caller: KeyRecord): string | null =>
  caller.kind === 'publishable' ? null : (request.accountId ?? null);

/** @throws Forbidden (403) for a placement that the key is not bound to */
export const checkPlacements = (request: DecideRequest, caller: KeyRecord): void => {
  if (caller.placements === undefined) return;
  const allowed = new Set(caller.placements);
  const foreign = [...placementLimits(request).keys()].filter((placement) => !allowed.has(placement));
  if (foreign.length > 0) throw new Forbidden(`The key is not bound to the placement ${foreign.join(', ')}.`);
};
