import type { KeyRecord } from '../contracts/control.ts';
import { type DecideRequest, placementLimits, toCart } from '../contracts/http/decide.ts';
import type { CompiledCatalog } from '../domain/catalog/compiled.ts';
import type { CompleteAnswer } from '../domain/decision/answer.ts';
import type { DecisionWarning } from '../domain/decision/answer-parts.ts';
import type { DecisionInput } from '../domain/decision/decide.ts';
import { decideGuarded } from '../domain/decision/decide-guarded.ts';
import type { Draw } from '../domain/decision/draw.ts';
import { drawEvent } from '../domain/decision/draw-event.ts';
import { type DecisionRecord, recordOf } from '../domain/decision/record.ts';
import type { DecisionRequest } from '../domain/decision/request.ts';
import { foresee } from '../domain/journey/foresee.ts';
import { isJsonObject } from '../domain/json.ts';
import type { VisitorEvent } from '../domain/visitor/event.ts';
import type { EventBus } from '../domain/visitor/event-bus.ts';
import { type Profile, profileOf } from '../domain/visitor/profile.ts';
import { STRANGER } from '../domain/visitor/state.ts';
import type { StoredVisitor } from '../domain/visitor/visitor-store.ts';
import { Unauthenticated, Unavailable } from '../runtime/errors.ts';
import type { IdentityTokenOutcome } from '../runtime/identity-token.ts';
import { accountOfDecision, type Spent, spendingToRead } from './account-of-decision.ts';
import { busEntriesOf } from './bus-entries.ts';
import { accountOf, checkPlacements, isHiddenFrom, proveIds } from './caller-rights.ts';
import { type CatalogLibrary, type Catalogs, catalogFor } from './catalog-library.ts';
import type { CodeDesk, CodeQuestion } from './codes/code-desk.ts';
import type { ControlPlane } from './control-plane.ts';
import { followLinks } from './follow-links.ts';
import { type InlineEvents, isTheirs, readInline, withLogIn } from './inline-events.ts';
import { assemblePerson, type Person, type PersonIds, pointsTo, visitorIdsOf } from './person.ts';
import { NOTHING_READ, type ReadForDecision } from './read-for-decision.ts';
import { roomLeft } from './redeem/exhausted.ts';

export interface DecideDeps {
  readonly read: ReadForDecision;
  readonly control: ControlPlane;
  readonly catalogs: CatalogLibrary;
  readonly bus: EventBus;
  readonly record: (record: DecisionRecord) => Promise<void>;
  readonly codes: CodeDesk;
  /** By the real clock: tokens are the shop's, and know nothing of a clock that was moved. */
  readonly verifyIdentity: (token: string) => Promise<IdentityTokenOutcome>;
  readonly newId: () => string;
  /** Version of this code, for the record. */
  readonly codeVersion: string;
  /** Told of what went wrong and did not spoil the answer. */
  readonly onDegraded: (
    reason: 'read-failed' | 'record-failed' | 'draw-not-recorded',
    error: unknown,
  ) => void;
}

/**
 * Decides for whoever the request is about.
 *
 * @param address - of the network that the request came from
 */
export type Decider = (
  request: DecideRequest,
  caller: KeyRecord,
  now: number,
  address?: string,
) => Promise<CompleteAnswer>;

/**
 * The decide call: one read of the store, the pure decision, one small record. Events that came along are durable
 * before the answer goes out, and the decision reflects them.
 *
 * @throws Forbidden (403) for a userId that the key's holder can't prove, InvalidRequest (400) for an invalid
 * inline event, Unavailable (503) where the bus did not take the events, or nothing is known of the catalog
 */
export const createDecider = (deps: DecideDeps): Decider => {
  /** What could be read; null, and told of, where that failed. */
  const attempt = async <T>(read: Promise<T>): Promise<T | null> => {
    try {
      return await read;
    } catch (error) {
      deps.onDegraded('read-failed', error);
      return null;
    }
  };

  const readAll = async (
    ids: PersonIds,
    accountId: string | null,
    codes: CodeQuestion | null,
    spending: readonly string[],
  ) => {
    const request = {
      visitorIds: visitorIdsOf(ids),
      accountId,
      control: deps.control.isStale(),
      ...(codes === null ? {} : { codes }),
      ...(spending.length === 0 ? {} : { spending }),
    };
    const read = (await attempt(deps.read(request))) ?? NOTHING_READ;
    if (read.control !== null) deps.control.absorb(read.control);
    const pointed = pointsTo(ids, read.visitors);
    return { ...read, person: pointed === null ? null : await attempt(follow(pointed)) };
  };

  /** Who an id points to: one more read, and more only where people were merged since. */
  const follow = (visitorId: string): Promise<StoredVisitor | null> =>
    followLinks(visitorId, async (id) => {
      const { visitors } = await deps.read({ visitorIds: [id], accountId: null, control: false });
      return visitors.get(id);
    });

  const readSpent = async (spending: readonly string[]): Promise<Spent | null> => {
    const request = { visitorIds: [], accountId: null, control: false, spending };
    return (await attempt(deps.read(request)))?.spent ?? null;
  };

  let latest: Catalogs | null = null;

  /** What to decide by: a version that can't be read now leaves the one before in force. */
  const readCatalogs = async (): Promise<Catalogs> => {
    const loading = deps.control.lastSeen().then(({ pointer }) => deps.catalogs(pointer));
    latest = (await attempt(loading)) ?? latest;
    if (latest === null) throw new Unavailable('The catalog could not be read.');
    return latest;
  };

  const ingest = async (events: readonly VisitorEvent[]): Promise<void> => {
    if (events.length === 0) return;
    try {
      await deps.bus.put(busEntriesOf(events));
    } catch (cause) {
      throw new Unavailable('The events of the request could not be made durable; nothing was decided.', {
        cause,
      });
    }
  };

  const recordDraws = async (draws: readonly Draw[], profile: Profile, ids: PersonIds, now: number) => {
    if (draws.length === 0) return;
    const { userId, anonymousId } = ids;
    const who = {
      ...(userId === null ? {} : { userId }),
      ...(anonymousId === null ? {} : { anonymousId }),
      at: now,
      receivedAt: now,
    };
    const events = draws.map((draw) => drawEvent(draw, profile, who));
    try {
      await deps.bus.put(busEntriesOf(events));
    } catch (error) {
      deps.onDegraded('draw-not-recorded', error);
    }
  };

  return async (request, caller, now, address) => {
    const proven = await proveIds(deps, request, caller);
    checkPlacements(request, caller);
    const inline = await readInline(deps, request, caller, proven, now);
    const ids = withLogIn(proven, inline);
    const dryRun = request.options?.dryRun === true;
    const typed = request.cart?.codes ?? [];
    const asker = { caller, visitorIds: visitorIdsOf(ids), address, now };
    const codes = typed.length === 0 ? null : await deps.codes(typed, asker);
    const accountId = accountOf(request, caller);
    const [read] = await Promise.all([
      readAll(ids, accountId, codes?.question ?? null, spendingToRead(latest, accountId, now)),
      dryRun ? undefined : ingest(inline.events),
    ]);
    if (read.control !== null && !deps.control.stillKnows(caller.id)) {
      throw new Unauthenticated('The key is not known any more.');
    }
    const catalogs = await readCatalogs();
    const { currency } = catalogs.active.settings;
    const found = assemblePerson(ids, read.visitors, read.person, currency, now);
    const hidden = isHiddenFrom(caller, found);
    const person = hidden ? { ...found, visitor: STRANGER } : found;
    const catalog = catalogFor(catalogs, person.visitor.state.seed?.id ?? person.seed);
    // What was not read may be an open problem, on either of two ids: nothing is sold then.
    const unread = person.unread || !read.complete;
    const { profile, pending } = reflect(person, inline, ids, catalog, now);
    const bare = toDecisionRequest(request);
    const about = { account: read.account, catalog, profile, request: bare, now };
    const asked: DecisionInput = {
      catalog,
      profile,
      request: { ...bare, account: await accountOfDecision(about, read.spent, readSpent) },
      now,
      decisionId: `${person.visitorId}.${now.toString(36)}-${deps.newId()}`,
      unread,
      warnings: unread ? [VISITOR_UNREAD] : [],
      ...roomLeft((await deps.control.lastSeen()).exhausted ?? [], catalog, now),
      ...(codes === null ? {} : { codes: await codes.known(catalog, read.codes, person.visitorId) }),
    };
    const { input, answer, draws, wrongCodes } = decideGuarded(asked, (wrong) =>
      codes?.isGuarded(wrong, read.codes),
    );
    const full: CompleteAnswer = { ...answer, pending };
    // In a dry run too: it tells a guesser as much.
    const counted = codes?.count(wrongCodes);
    if (dryRun) {
      await counted;
      return full;
    }
    const [recorded] = await Promise.all([
      deps.record(recordOf(input, full, deps.codeVersion)).then(
        () => true,
        (error: unknown) => {
          deps.onDegraded('record-failed', error);
          return false;
        },
      ),
      // Of whom nothing was read, the draws may have been made long ago.
      recordDraws(unread || hidden ? [] : draws, profile, ids, now),
      counted,
    ]);
    return recorded ? full : { ...full, warnings: [...full.warnings, NOT_RECORDED] };
  };
};

const VISITOR_UNREAD: DecisionWarning = {
  code: 'VISITOR_UNREAD',
  message: 'The visitor could not be read: defaults only, and nothing is sold.',
};

const NOT_RECORDED: DecisionWarning = {
  code: 'NOT_RECORDED',
  message: 'The decision stands and can not be reproduced later: its record could not be written.',
};

/**
 * The visitor as the request's events and the time left them, and which of those events the store does not show yet.
 * What it wants of the world is left to react, which will come to the same.
 */
const reflect = (
  person: Person,
  inline: InlineEvents,
  ids: PersonIds,
  catalog: CompiledCatalog,
  now: number,
) => {
  const { visitorId, seed } = person;
  const theirs = [...inline.recent, ...inline.events].filter((event) => isTheirs(event, ids));
  const { visitor, applied } = foresee(person.visitor, theirs, { catalog, visitorId, seed, now });
  // `recent` too: its sender asks each time which of them it still has to send along.
  const pending = applied.map((event) => event.messageId);
  return { profile: profileOf(visitor, visitorId, seed), pending };
};

const toDecisionRequest = (request: DecideRequest): DecisionRequest => ({
  placements: [...placementLimits(request)].map(([id, limit]) => ({ id, limit })),
  channel: request.channel ?? null,
  cart: request.cart === undefined ? null : toCart(request.cart),
  context: isJsonObject(request.context) ? request.context : {},
  account: null,
  explain: request.options?.explain === true,
});
