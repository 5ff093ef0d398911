import { authorizationFacts, authorizationsFor, spendingCapIds } from '../domain/account/authorization.ts';
import type { CompiledCatalog } from '../domain/catalog/compiled.ts';
import { decisionFacts } from '../domain/decision/decision-facts.ts';
import type { DecisionRequest } from '../domain/decision/request.ts';
import type { Profile } from '../domain/visitor/profile.ts';
import { valuesOf } from '../domain/visitor/registers.ts';
import type { Account } from '../domain/visitor/visitor-store.ts';
import type { Catalogs } from './catalog-library.ts';

/** What was spent of caps; null where it could not be read. */
export type Spent = ReadonlyMap<string, number>;

/** Most caps that a decision asks for before it knows which apply: one request takes 100 items in all. */
const MAX_ASKED = 32;

/**
 * The caps of an account that a decision reads along with all else: those of every authorization that the catalogs have
 * which it knew before. Which of them apply is known only of the visitor.
 */
export const spendingToRead = (
  catalogs: Catalogs | null,
  accountId: string | null,
  now: number,
): readonly string[] => {
  if (catalogs === null || accountId === null) return [];
  const { active, rollout } = catalogs;
  const known = rollout === null ? [active] : [active, rollout.catalog];
  const capIds = new Set(known.flatMap((catalog) => spendingCapIds(catalog, accountId, now)));
  return [...capIds].slice(0, MAX_ASKED);
};

/** Whose account a decision is about, and by what it is decided. */
export interface AccountCase {
  readonly account: Account | null;
  readonly catalog: CompiledCatalog;
  readonly profile: Profile;
  readonly request: DecisionRequest;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * The account that a request names, with its authorization as it stands.
 *
 * @param spent - what was read along
 * @param readMore - asked for what was not: by the first decision of an instance, one that meets a new catalog, and where
 * a catalog has more authorizations than are read along
 */
export const accountOfDecision = async (
  { account, catalog, profile, request, now }: AccountCase,
  spent: Spent | null,
  readMore: (capIds: readonly string[]) => Promise<Spent | null>,
): Promise<DecisionRequest['account']> => {
  if (account === null) return null;
  const known = { id: account.id, traits: valuesOf(account.traits) };
  if (catalog.authorizations.length === 0) return known;
  const cart = request.cart ?? profile.cart;
  const facts = decisionFacts(profile, { ...request, account: known }, cart, catalog.settings, now);
  const applied = authorizationsFor(catalog, account.id, facts);
  const missing = applied.map(({ cap }) => cap.capId).filter((capId) => spent?.has(capId) !== true);
  const more = missing.length === 0 ? null : await readMore(missing);
  const all = new Map([...(spent ?? []), ...(more ?? [])]);
  return { ...known, authorization: authorizationFacts(applied, all) };
};
