import type { CompiledCatalog } from '../catalog/compiled.ts';
import type { CapRoom } from '../offer/cap-room.ts';
import { type RenderedContent, rendererFor } from '../template/render-content.ts';
import { formatInstant } from '../time/instant.ts';
import { isOpen, type Profile } from '../visitor/profile.ts';
import type { DecisionAnswer } from './answer.ts';
import type { DecisionWarning } from './answer-parts.ts';
import { askQuestions, openQuestions } from './ask-questions.ts';
import { type DecisionFacts, decisionFacts } from './decision-facts.ts';
import type { Draw } from './draw.ts';
import { explainExperiences } from './explain.ts';
import { explainJourneys } from './explain-journeys.ts';
import { type FilledPlacements, fillPlacements, type Render } from './fill-placements.ts';
import { isWrong, judgeCodes } from './judge-codes.ts';
import type { KnownCodes } from './known-codes.ts';
import { listOffers, usableOffersOf } from './list-offers.ts';
import { joinRoom, personRoom } from './person-room.ts';
import { explainOffers, type OfferPricing, type OfferSelection, priceOffers } from './price-offers.ts';
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
  /** By offer id: what is left of limits that are known to be short. */
  readonly room?: { readonly [offerId: string]: CapRoom };
  /** What is known of the codes in the cart; absent where it has none. */
  readonly codes?: KnownCodes;
}

export interface Decision {
  readonly answer: DecisionAnswer;
  /** What was drawn for the first time, to be recorded. */
  readonly draws: readonly Draw[];
  /** Codes of the cart that are not this visitor's to use, as typed: each may be a guess. */
  readonly wrongCodes: readonly string[];
}

/** For how long an answer may be kept, in milliseconds; less where something it shows ends before. */
const ANSWER_LIFE_MS = 5 * 60_000;

/** Decides what a visitor gets now. Pure. */
export const decide = (input: DecisionInput): Decision => {
  const { catalog, profile, request, now } = input;
  const cart = request.cart ?? profile.cart;
  const facts = decisionFacts(profile, request, cart, catalog.settings, now);
  const suppression = suppressionOf(profile, input.unread, catalog, now);
  const eligible = new Set(request.placements.length === 0 ? [] : catalog.experienceRules.match(facts));
  const selection: Selection & OfferSelection = {
    catalog,
    profile,
    facts,
    suppression,
    eligible,
    room: joinRoom(input.room ?? {}, personRoom(profile, catalog)),
    ...(input.codes === undefined ? {} : { codes: input.codes }),
  };
  const render = rendererOf(facts);
  const filled = fillPlacements(request.placements, selection, render);
  const usable = usableOffersOf(selection);
  const open = openQuestions(selection, request);
  const pricing = cart === null ? null : priceOffers(cart, selection);
  const priced = pricing?.result.ok === true ? pricing.result.priced : null;
  const judged = judgeCodes(pricing, cart, selection);
  const answer: DecisionAnswer = {
    decisionId: input.decisionId,
    visitorId: profile.visitorId,
    catalogVersion: catalog.version,
    decidedAt: formatInstant(now),
    expiresAt: formatInstant(
      expiryOf(input, [
        ...endsOfShown(catalog, filled),
        ...endsOfApplied(catalog, pricing),
        ...usable.map(({ endsAt }) => endsAt),
        ...open.map(({ until }) => until),
        ...profile.problems.filter((problem) => isOpen(problem, now)).map(({ expiresAt }) => expiresAt),
      ]),
    ),
    serviceFirst: suppression.serviceFirst,
    placements: filled.placements,
    ...(priced === null ? {} : { cart: priced }),
    offers: suppression.transactionOnly ? [] : listOffers(usable, render),
    guards: [],
    questions: askQuestions(open, render),
    warnings: [
      ...input.warnings,
      ...filled.warnings,
      ...pricingWarnings(pricing),
      ...judged.map(({ warning }) => warning),
    ],
    ...(request.explain
      ? {
          explanation: {
            experiences: explainExperiences(request.placements, selection, filled),
            offers: explainOffers(pricing, cart, selection),
            journeys: explainJourneys(request.placements, selection, filled),
          },
        }
      : {}),
  };
  return {
    answer,
    draws: suppression.draw === null ? filled.draws : [...filled.draws, suppression.draw],
    wrongCodes: judged.filter(isWrong).map(({ code }) => code),
  };
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

/** Renders with the facts of the decision, or with those of an instance of a journey too. */
const rendererOf = (facts: DecisionFacts): Render => {
  const { now, timezone } = facts;
  const of = (roots: DecisionFacts['roots']) => rendererFor({ roots, now, timezone });
  const render = of(facts.roots);
  return (template, instance): RenderedContent =>
    instance === undefined ? render(template) : of(facts.ofJourney(instance).roots)(template);
};

/** When something ends, milliseconds since 1970; null or undefined: not by itself. */
type End = number | null | undefined;

const endsOfShown = (
  catalog: CompiledCatalog,
  { placements, shownOfJourneys }: FilledPlacements,
): readonly End[] => [
  ...Object.values(placements).flatMap(({ items }) =>
    items.map(({ experienceId }) => catalog.experienceById.get(experienceId)?.until),
  ),
  ...[...shownOfJourneys].map(({ show }) => show.until),
];

const endsOfApplied = (catalog: CompiledCatalog, pricing: OfferPricing | null): readonly End[] =>
  pricing?.result.ok === true
    ? pricing.result.priced.applied.map(({ offerId }) => catalog.offerById.get(offerId)?.until)
    : [];

/** When the first of these ends that has not ended yet, and five minutes from now at the latest. */
const expiryOf = ({ now }: DecisionInput, ends: readonly End[]): number =>
  ends.reduce<number>(
    (earliest, end) => (end != null && end > now ? Math.min(earliest, end) : earliest),
    now + ANSWER_LIFE_MS,
  );
