import type { Cart } from '../cart/cart.ts';
import type { CompiledCatalog, CompiledExperience } from '../catalog/compiled.ts';
import type { DecisionAnswer } from '../decision/answer.ts';
import { decisionFacts } from '../decision/decision-facts.ts';
import { type Draw, drawGlobalHoldout, drawVariant } from '../decision/draw.ts';
import { drawEvent } from '../decision/draw-event.ts';
import { fillPlacements } from '../decision/fill-placements.ts';
import { type OfferSelection, priceOffers } from '../decision/price-offers.ts';
import type { DecisionRequest, PlacementRequest } from '../decision/request.ts';
import { suppressionOf } from '../decision/suppression.ts';
import type { VisitorEvent } from '../visitor/event.ts';
import { type Profile, profileOf } from '../visitor/profile.ts';
import type { Visitor } from '../visitor/state.ts';
import type { Crowd } from './crowd.ts';
import { createImpressions, type Views } from './impressions.ts';
import type { Home } from './people.ts';
import { type SituationOf, situationsOf } from './situation.ts';
import { ImpressionTally, OfferTally, type Shown } from './tally.ts';

/** What a page of a simulation asks for. */
export interface Page {
  readonly catalog: CompiledCatalog;
  readonly placements: readonly PlacementRequest[];
  /** `channel` in conditions. */
  readonly channel: string | null;
  /**
   * By what decisions are told apart: where it gives the same text, what was decided before holds. Absent: by what the
   * catalog looks at.
   */
  readonly situationOf?: SituationOf;
}

/** What a decision comes to, whoever it was made for. */
interface Outcome {
  readonly serviceFirst: boolean;
  readonly views: Views;
  /** Where its impressions are counted. */
  readonly shown: readonly Shown[];
  /** The experiences in it of which a variant was drawn. */
  readonly arms: readonly CompiledExperience[];
}

/** How many situations are remembered with what was decided in them. */
const MAX_SITUATIONS = 50_000;

const NO_CONTENT = { ok: true, content: null } as const;
const NEVER_THE_SAME: SituationOf = () => null;

/** The decisions of a simulation, and what comes of them. */
export class Decisions {
  count = 0;
  serviceFirst = 0;
  /** Items that they showed. */
  impressions = 0;
  readonly experiences = new ImpressionTally();
  readonly offers = new OfferTally();
  readonly #page: Page;
  readonly #request: DecisionRequest;
  readonly #views: ReturnType<typeof createImpressions>;
  readonly #situationOf: SituationOf;
  readonly #known = new Map<string, Outcome>();

  constructor(page: Page) {
    const { catalog, placements, channel } = page;
    this.#page = page;
    this.#request = { placements, channel, cart: null, context: {}, account: null, explain: false };
    this.#views = createImpressions(catalog);
    this.#situationOf = page.situationOf ?? situationsOf(catalog, placements) ?? NEVER_THE_SAME;
  }

  /**
   * Decides all that a page asks for at an event.
   *
   * @returns the visitor who has seen it
   */
  decide(crowd: Crowd, home: Home, visitor: Visitor, event: VisitorEvent): Visitor {
    const seed = visitor.state.seed?.id ?? home.idKey;
    const { serviceFirst, views, shown, arms } = this.#outcomeFor(home, visitor, seed, event.at);
    this.count += 1;
    if (serviceFirst) this.serviceFirst += 1;
    this.impressions += views.count;
    for (const each of shown) each.add(home.visitorId);
    const drawn = this.#remember(crowd, home, visitor, arms, seed, event);
    return this.#views.see(drawn, views, event.at);
  }

  /** Counts what the catalog's offers take off a cart. */
  price(where: 'orders' | 'decisions', profile: Profile, cart: Cart, now: number): void {
    const { result } = priceOffers(cart, this.#selectionOf(profile, cart, now));
    if (result.ok) this.offers.add(where, result.priced);
  }

  #selectionOf(profile: Profile, cart: Cart | null, now: number): OfferSelection {
    const { catalog } = this.#page;
    return {
      catalog,
      profile,
      facts: decisionFacts(profile, this.#request, cart, catalog.settings, now),
      suppression: suppressionOf(profile, false, catalog, now),
    };
  }

  /** As it was decided before for somebody in the same situation, or anew. */
  #outcomeFor(home: Home, visitor: Visitor, seed: string, now: number): Outcome {
    const situation = this.#situationOf(visitor.state, seed, now);
    const known = situation === null ? undefined : this.#known.get(situation);
    if (known !== undefined) return known;
    const outcome = this.#decideAnew(home, visitor, now);
    if (situation !== null && this.#known.size < MAX_SITUATIONS) this.#known.set(situation, outcome);
    return outcome;
  }

  #decideAnew(home: Home, visitor: Visitor, now: number): Outcome {
    const { catalog, placements: requested } = this.#page;
    const profile = profileOf(visitor, home.visitorId, home.idKey);
    const selection = this.#selectionOf(profile, profile.cart, now);
    const eligible = new Set(catalog.experienceRules.match(selection.facts));
    const { placements } = fillPlacements(requested, { ...selection, eligible }, () => NO_CONTENT);
    if (profile.cart !== null) {
      const { result } = priceOffers(profile.cart, selection);
      if (result.ok) this.offers.add('decisions', result.priced);
    }
    return this.#outcomeOf(placements, selection.suppression.serviceFirst);
  }

  #outcomeOf(placements: DecisionAnswer['placements'], serviceFirst: boolean): Outcome {
    const { experienceById } = this.#page.catalog;
    const items = Object.values(placements).flatMap((placement) => placement.items);
    const arms = items.flatMap(({ experienceId, variant }) =>
      variant === undefined ? [] : (experienceById.get(experienceId) ?? []),
    );
    return {
      serviceFirst,
      views: this.#views.viewsOf(placements),
      shown: items.flatMap((item) => this.experiences.of(item)),
      arms: [...new Set(arms)],
    };
  }

  /** What is drawn for the first time becomes the visitor's own, as the events that record it make it. */
  #remember(
    crowd: Crowd,
    home: Home,
    visitor: Visitor,
    arms: readonly CompiledExperience[],
    seed: string,
    event: VisitorEvent,
  ): Visitor {
    const person = { seed, assignments: visitor.state.assignments };
    const draws: Draw[] = [];
    for (const arm of arms) {
      const draw = drawVariant(arm, person)?.draw ?? null;
      if (draw !== null) draws.push(draw);
    }
    const { draw } = drawGlobalHoldout(this.#page.catalog.settings.globalHoldout, person);
    if (draw !== null) draws.push(draw);
    if (draws.length === 0) return visitor;
    const events = draws.map((each) => drawEvent(each, { visitorId: home.visitorId, seed }, event));
    return crowd.commit(home, visitor, events, event.at, null).visitor;
  }
}
