import { type Decision, decide } from '../../../lib/domain/decision/decide.ts';
import type { DecisionRequest } from '../../../lib/domain/decision/request.ts';
import { type Profile, profileOf } from '../../../lib/domain/visitor/profile.ts';
import { type OpenedProblem, STRANGER } from '../../../lib/domain/visitor/state.ts';
import { catalogOf, definitionsOf, documents } from '../catalog/support.ts';

export const NOW = Date.UTC(2026, 10, 22, 9, 30);

/** A visitor of whom nothing is known but what is given. */
export const visitor = (known: Partial<Profile> = {}): Profile => ({
  ...profileOf(STRANGER, 'vAAAAAAAAAAAAAAAAAAAAAA', 'anon:a'),
  ...known,
});

export const problem = (
  severity: OpenedProblem['severity'],
  closedAt: number | null = null,
): OpenedProblem => ({
  problemId: `a-${severity}-one`,
  key: 'k',
  severity,
  openedAt: NOW - 60_000,
  closedAt,
});

export const cartOf = (...prices: readonly number[]): NonNullable<DecisionRequest['cart']> => ({
  id: 'c',
  currency: 'EUR',
  lines: prices.map((unitPrice, index) => ({
    id: `l${index}`,
    sku: `s${index}`,
    quantity: 1,
    unitPrice,
    attributes: {},
  })),
  updatedAt: null,
});

/** Decides, explained, for every placement named `page`, all of its room used. */
export const decideFor = (
  yaml: string,
  profile: Profile,
  request: Partial<DecisionRequest> & { readonly now?: number; readonly unread?: boolean } = {},
): Decision => {
  const { now = NOW, unread = false, ...rest } = request;
  return decide({
    catalog: catalogOf(definitionsOf(documents(yaml))),
    profile,
    request: {
      placements: [{ id: 'page', limit: 20 }],
      channel: null,
      cart: null,
      context: {},
      account: null,
      explain: true,
      ...rest,
    },
    now,
    decisionId: 'd',
    unread,
    warnings: [],
  });
};

export const shown = ({ answer }: Decision): readonly string[] =>
  answer.placements['page']?.items.map(({ experienceId }) => experienceId) ?? [];

/** What became of a candidate, by the explanation. */
export const outcomeOf = ({ answer }: Decision, id: string): object | undefined =>
  answer.explanation?.experiences.find(({ experienceId }) => experienceId === id) ??
  answer.explanation?.offers.find(({ offerId }) => offerId === id);
