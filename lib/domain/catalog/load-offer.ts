import type { Condition } from '../condition/condition.ts';
import { type PriceableOffer, toPriceableOffer } from '../offer/priceable-offer.ts';
import { parseInstant } from '../time/instant.ts';
import type { CompiledOffer, LineEquals } from './compiled.ts';
import type { OfferDefinition, Reward } from './definition.ts';
import type { ParseConditionOf } from './load-experience.ts';
import type { Intent } from './primitives.ts';

/** How an offer is applied: as stated; else by its code where it has one; else automatically. */
export const applyOf = (definition: OfferDefinition): CompiledOffer['apply'] =>
  definition.apply ??
  (definition.code !== undefined || definition.codes !== undefined ? 'code' : 'automatic');

/** An offer sells unless it says otherwise; a contract's prices are what was agreed, and nothing to be sold by. */
export const offerIntentOf = ({ intent, reward }: OfferDefinition): Intent =>
  intent ?? (reward.type === 'contractPrice' ? 'serve' : 'sell');

/** The fact in which an account's own prices lie, `prices` meaning `account.prices`; null where a reward needs none. */
export const accountFactOf = (reward: Reward): string | null => {
  if (reward.type !== 'contractPrice' || reward.account === undefined) return null;
  return reward.account === 'account' || reward.account.startsWith('account.')
    ? reward.account
    : `account.${reward.account}`;
};

const LINE_FIELDS: readonly LineEquals['field'][] = ['sku', 'productId', 'variant', 'name', 'category'];

/** Most conditions on lines name one product or one category: whether a line fulfils it is then one look. */
const lineEqualsOf = ({ lines }: OfferDefinition): LineEquals | null => {
  const [test, more] = Object.entries(lines ?? {});
  if (test === undefined || more !== undefined) return null;
  const [fact, value] = test;
  const field = LINE_FIELDS.find((each) => fact === `line.${each}`);
  return field === undefined || typeof value !== 'string' ? null : { field, value };
};

class LoadedOffer implements CompiledOffer {
  readonly id: string;
  readonly index: number;
  readonly definition: OfferDefinition;
  readonly label: string;
  readonly reward: Reward;
  readonly intent: Intent;
  readonly apply: CompiledOffer['apply'];
  readonly claimable: boolean;
  readonly priority: number;
  readonly priceable: PriceableOffer;
  readonly lineEquals: LineEquals | null;
  readonly from: number | null;
  readonly until: number | null;
  readonly #parse: ParseConditionOf;
  #condition: Condition | null = null;
  #lineCondition: Condition | null = null;

  constructor(definition: OfferDefinition, index: number, currency: string, parse: ParseConditionOf) {
    this.id = definition.id;
    this.index = index;
    this.definition = definition;
    this.label = definition.label ?? definition.id;
    this.reward = definition.reward;
    this.intent = offerIntentOf(definition);
    this.apply = applyOf(definition);
    this.claimable = this.apply === 'claim' || definition.reward.type === 'upgrade';
    this.priority = definition.priority ?? 0;
    this.priceable = toPriceableOffer(definition, currency);
    this.lineEquals = this.priceable.target === 'lines' ? lineEqualsOf(definition) : null;
    this.from = definition.from === undefined ? null : parseInstant(definition.from);
    this.until = definition.until === undefined ? null : parseInstant(definition.until);
    this.#parse = parse;
  }

  get condition(): Condition {
    this.#condition ??= this.#parse(this.definition, 'where');
    return this.#condition;
  }

  get lineCondition(): Condition | null {
    if (this.definition.lines !== undefined) this.#lineCondition ??= this.#parse(this.definition, 'lines');
    return this.#lineCondition;
  }
}

/**
 * Fills in an offer's defaults.
 *
 * @param currency - the settings', in which amounts without one of their own are
 */
export const loadOffer = (
  definition: OfferDefinition,
  index: number,
  currency: string,
  parse: ParseConditionOf,
): CompiledOffer => new LoadedOffer(definition, index, currency, parse);
