import type { DecisionAnswer } from './answer.ts';

/** What a person saw of a decision, in short: by it their story tells which decisions changed something. */
export interface ShownSummary {
  /** Ids of the items in each placement. */
  readonly placements: { readonly [placement: string]: readonly string[] };
  /** Ids of the offers that were applied. */
  readonly offers: readonly string[];
  readonly serviceFirst: boolean;
}

/** What is shown to whom nothing was decided for yet. */
export const NOTHING_SHOWN: ShownSummary = { placements: {}, offers: [], serviceFirst: false };

export const shownIn = ({
  placements,
  cart,
  serviceFirst,
}: Pick<DecisionAnswer, 'placements' | 'cart' | 'serviceFirst'>): ShownSummary => ({
  placements: Object.fromEntries(
    Object.entries(placements).map(([id, { items }]) => [id, items.map(({ experienceId }) => experienceId)]),
  ),
  offers: (cart?.applied ?? []).map(({ offerId }) => offerId),
  serviceFirst,
});

const textOf = ({ placements, offers, serviceFirst }: ShownSummary): string => {
  const filled = Object.entries(placements).filter(([, items]) => items.length > 0);
  return JSON.stringify([filled.sort(([a], [b]) => (a < b ? -1 : 1)), offers, serviceFirst]);
};

/** Whether two decisions show the same; a placement without items is as good as none. */
export const showsSame = (a: ShownSummary, b: ShownSummary): boolean => textOf(a) === textOf(b);

/** A decision as its visitor's story tells it. */
export interface LoggedDecision {
  /** Its place among the visitor's decisions: later ones are greater. */
  readonly key: string;
  readonly decisionId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly shown: ShownSummary;
}

/** The place of a moment among decisions, milliseconds since 1970: those before it are older. */
export const decisionKeyAt = (at: number): string => Math.max(0, Math.floor(at)).toString(36);

/** Some of a visitor's decisions, newest first. */
export interface LoggedDecisions {
  readonly decisions: readonly LoggedDecision[];
  /** Whether there are older ones. */
  readonly more: boolean;
}
