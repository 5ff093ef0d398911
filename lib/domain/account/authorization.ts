import type { CompiledAuthorization, CompiledCatalog } from '../catalog/compiled.ts';
import { holds } from '../condition/evaluate.ts';
import { type Facts, readPath } from '../condition/facts.ts';
import { visitorIdOf } from '../identity/visitor-id.ts';
import type { Cap } from '../redemption/cap.ts';
import { formatInstant } from '../time/instant.ts';
import { type Period, periodOf } from './period.ts';

/** An authorization that applies to somebody who orders for an account, in the present period. */
export interface AppliedAuthorization {
  readonly authorization: CompiledAuthorization;
  /** Minor units of the settings' currency. */
  readonly limit: number;
  /** Whom to ask beyond it, as the account names them; null where it names nobody. */
  readonly approver: string | null;
  readonly period: Period;
  /** What it counts by in the ledger; its limit is the account's own. */
  readonly cap: Cap;
}

/** `account.authorization` for conditions and templates: of several that apply the one that leaves least. */
export interface AuthorizationFacts {
  readonly id: string;
  readonly limit: number;
  /** In this period, what an approver allowed included. */
  readonly spent: number;
  /** What may still be spent without asking; never negative. */
  readonly remaining: number;
  /** When the next period begins, RFC 3339. */
  readonly until: string;
}

/** What a path finds in traits: of a list that it crosses the only element, else the whole list. */
const valueAt = ({ roots }: Pick<Facts, 'roots'>, path: readonly string[]): unknown => {
  const value = readPath(roots, path);
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
};

/** Null where the account has no such limit. What is there and is no amount allows nothing, rather than anything. */
const limitAt = (facts: Pick<Facts, 'roots'>, path: readonly string[]): number | null => {
  const value = valueAt(facts, path);
  if (value === null) return null;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
};

const approverAt = (facts: Pick<Facts, 'roots'>, path: readonly string[]): string | null => {
  const value = valueAt(facts, path);
  const named = (Array.isArray(value) ? value : [value]).filter(
    (one) => (typeof one === 'string' && one !== '') || typeof one === 'number',
  );
  return named.length === 0 ? null : named.join(', ').slice(0, 200);
};

/**
 * The cap by which an authorization's spending is counted: it is known from the account's id alone, so that a decision
 * can read it before it knows the account. It is one item: an account orders less than a thousand times a second.
 */
const capOf = (accountId: string, id: string, period: Period, limit: number): Cap => ({
  capId: `account/${visitorIdOf(`account:${accountId}`)}/${id}/${period.key}`,
  limit,
  parts: 1,
});

/** The caps of all authorizations that a catalog has, whether they apply to somebody of this account or not. */
export const spendingCapIds = (
  { authorizations, settings }: Pick<CompiledCatalog, 'authorizations' | 'settings'>,
  accountId: string,
  now: number,
): readonly string[] =>
  authorizations.map(({ id, per }) => capOf(accountId, id, periodOf(per, now, settings.timezone), 0).capId);

/**
 * The authorizations that apply to whoever these facts are of: their condition holds, and the account has a limit.
 *
 * @param facts - with the account's traits; `account.authorization` itself is not known yet
 */
export const authorizationsFor = (
  { authorizations, settings, segments }: CompiledCatalog,
  accountId: string,
  facts: Facts,
): readonly AppliedAuthorization[] =>
  authorizations.flatMap((authorization): readonly AppliedAuthorization[] => {
    const limit = limitAt(facts, authorization.limit);
    if (limit === null || !holds(authorization.condition, facts, segments)) return [];
    const period = periodOf(authorization.per, facts.now, settings.timezone);
    const approver = approverAt(facts, authorization.approver);
    const cap = capOf(accountId, authorization.id, period, limit);
    return [{ authorization, limit, approver, period, cap }];
  });

/**
 * What is known of an account's authorization.
 *
 * @param spent - by cap
 * @returns null where none applies, or nobody could read what was spent
 */
export const authorizationFacts = (
  applied: readonly AppliedAuthorization[],
  spent: ReadonlyMap<string, number>,
): AuthorizationFacts | null => {
  let tightest: AuthorizationFacts | null = null;
  for (const { authorization, limit, period, cap } of applied) {
    const used = spent.get(cap.capId);
    if (used === undefined) return null;
    const remaining = Math.max(0, limit - used);
    if (tightest !== null && remaining >= tightest.remaining) continue;
    tightest = { id: authorization.id, limit, spent: used, remaining, until: formatInstant(period.until) };
  }
  return tightest;
};
