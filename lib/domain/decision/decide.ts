import type { CompiledCatalog } from '../catalog/compiled.ts';
import { rendererFor } from '../template/render-content.ts';
import type { Profile } from '../visitor/profile.ts';
import type { DecisionAnswer, DecisionWarning } from './answer.ts';
import { decisionFacts } from './decision-facts.ts';
import type { Draw } from './draw.ts';
import { explainExperiences } from './explain.ts';
import { fillPlacements } from './fill-placements.ts';
import { explainOffers, type OfferPricing, priceOffers } from './price-offers.ts';
import type { DecisionRequest } from './request.ts';
import type { Selection } from './select-experiences.ts';
import { suppressionOf } from './suppression.ts';

/** All that a decision depends on: the same input gives the same answer, to the byte. */
export interface DecisionInput {
  readonly catalog: CompiledCatalog;
  readonly profile: Profile;
  readonly request: DecisionRequest;
  /** The decision's clock, milliseconds since 1970. */
  readonly now: number;
  readonly decisionId: string;
  /** The visitor's memory could not be read: defaults, and nothing is sold. */
  readonly unread: boolean;
  /** What went wrong before the decision. */
  readonly warnings: readonly DecisionWarning[];
}

export interface Decision {
  readonly answer: DecisionAnswer;
  /** What was drawn for the first time, to be recorded. */
  readonly draws: readonly Draw[];
}

/** For how long an answer may be kept, in milliseconds; less where something it shows ends before. */
const ANSWER_LIFE_MS = 5 * 60_000;

/** Decides what a visitor gets now. Pure. */
export const decide = (input: DecisionInput): Decision => {
  const { catalog, profile, request, now } = input;
  const cart = request.cart ?? profile.cart;
  const facts = decisionFacts(profile, request, cart, catalog.settings, now);
  const suppression = suppressionOf(profile, input.unread, catalog);
  const eligible = new Set(request.placements.length === 0 ? [] : catalog.experienceRules.match(facts));
  const selection: Selection = { catalog, profile, facts, suppression, eligible };
  const scope = { roots: facts.roots, now, timezone: facts.timezone };
  const filled = fillPlacements(request.placements, selection, rendererFor(scope));
  const pricing = cart === null ? null : priceOffers(cart, selection);
  const priced = pricing?.result.ok === true ? pricing.result.priced : null;
  const answer: DecisionAnswer = {
    decisionId: input.decisionId,
    visitorId: profile.visitorId,
    catalogVersion: catalog.version,
    decidedAt: new Date(now).toISOString(),
    expiresAt: new Date(expiryOf(input, filled.placements, pricing)).toISOString(),
    serviceFirst: suppression.serviceFirst,
    placements: filled.placements,
    ...(priced === null ? {} : { cart: priced }),
    offers: [],
    guards: [],
    questions: [],
    warnings: [...input.warnings, ...filled.warnings, ...pricingWarnings(pricing)],
    ...(request.explain
      ? {
          explanation: {
            experiences: explainExperiences(request.placements, selection, filled),
            offers: explainOffers(pricing, selection),
            journeys: [],
          },
        }
      : {}),
  };
  return { answer, draws: suppression.draw === null ? filled.draws : [...filled.draws, suppression.draw] };
};

const pricingWarnings = (pricing: OfferPricing | null): readonly DecisionWarning[] =>
  pricing === null || pricing.result.ok
    ? []
    : [
        {
          code: 'CART_NOT_PRICED',
          message: `The cart could not be priced: ${pricing.result.error.path} ${pricing.result.error.message}.`,
        },
      ];

const expiryOf = (
  { catalog, now }: DecisionInput,
  placements: DecisionAnswer['placements'],
  pricing: OfferPricing | null,
): number => {
  const applied = pricing?.result.ok === true ? pricing.result.priced.applied : [];
  const ends = [
    ...applied.map(({ offerId }) => catalog.offerById.get(offerId)?.until),
    ...Object.values(placements).flatMap(({ items }) =>
      items.map(({ experienceId }) => catalog.experienceById.get(experienceId)?.until),
    ),
  ];
  return ends.reduce<number>((earliest, end) => Math.min(earliest, end ?? earliest), now + ANSWER_LIFE_MS);
};
