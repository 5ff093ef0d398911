import type { CatalogReads } from '../catalog/compiled.ts';
import { own } from '../own.ts';
import type { Profile } from '../visitor/profile.ts';
import type { DecisionWarning } from './answer.ts';
import type { DecisionRequest } from './request.ts';

/**
 * All that it takes to make a decision again, to the byte: what was asked, what the catalog could read of the
 * visitor, and under which versions. Small (at most 2 KB compressed for a usual request) since every decision
 * writes one.
 */
export interface DecisionRecord {
  readonly decisionId: string;
  /** Milliseconds since 1970. */
  readonly decidedAt: number;
  readonly catalogVersion: number;
  /** Version of the code: another one may decide differently. */
  readonly codeVersion: string;
  readonly request: DecisionRequest;
  readonly profile: Profile;
  readonly unread: boolean;
  readonly pending: readonly string[];
  readonly warnings: readonly DecisionWarning[];
  /** SHA-256 of the answer's JSON, base64url. */
  readonly answerHash: string;
}

type Named<T> = { readonly [key: string]: T };

/** What is read of `root` by dotted facts: the names right below it, or null where the root itself is read. */
const namesBelow = (root: string, reads: CatalogReads): ReadonlySet<string> | null => {
  const names = new Set<string>();
  for (const facts of [reads.facts, reads.templateFacts]) {
    for (const fact of facts) {
      if (fact === root || root.startsWith(`${fact}.`)) return null;
      if (fact.startsWith(`${root}.`)) names.add(fact.slice(root.length + 1).split(/[.[]/, 1)[0] ?? '');
    }
  }
  return names;
};

const only = <T>(
  values: Named<T>,
  names: ReadonlySet<string> | null,
  always: readonly string[] = [],
): Named<T> => {
  if (names === null) return values;
  const kept = [...names, ...always].flatMap((name): [string, T][] => {
    const value = own(values, name);
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(kept);
};

/**
 * The profile without what the catalog never looks at: the decision is the same, the record is small, and it
 * holds no more of a person than the decision needed.
 *
 * @param effortEvents - names of events that the settings weigh as effort
 * @param cartGiven - whether the request brought a cart of its own
 */
export const projectProfile = (
  profile: Profile,
  reads: CatalogReads,
  effortEvents: readonly string[],
  cartGiven: boolean,
): Profile => ({
  ...profile,
  traits: only(profile.traits, namesBelow('visitor.traits', reads), ['preferredName', 'timezone']),
  preferences: only(profile.preferences, namesBelow('visitor.preferences', reads), ['name', 'contactStyle']),
  consents: only(profile.consents, namesBelow('visitor.consents', reads)),
  events: only(profile.events, new Set(effortEvents)),
  counters: only(profile.counters, reads.counters),
  cart: cartGiven ? null : profile.cart,
  account: profile.account,
});
