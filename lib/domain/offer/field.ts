import { bestSet } from './best-set.ts';
import type { Combinations } from './combination.ts';
import {
  type BestSet,
  type Contender,
  compareApplication,
  compareRank,
  type Ranked,
  ranksBefore,
  type Trial,
  trialOn,
} from './contender.ts';
import {
  type Contract,
  type ContractedCart,
  contractedCarts,
  hasUnits,
  pricesOf,
  underContracts,
} from './contract.ts';
import { demandOf } from './demand.ts';
import { collapsed, isWholesale, type Layout, type Ledger, orderPart, shippingPart } from './ledger.ts';
import type { OfferCandidate } from './priceable-offer.ts';
import { amountTaken } from './take.ts';

/** A candidate with the part of the cart that it is on. */
export interface Entrant extends Ranked {
  readonly part: number;
}

/** The candidates of a cart, by what they are worth in it. */
export interface Field {
  readonly contracts: readonly Contract[];
  /** What takes something off. */
  readonly discounts: readonly Entrant[];
  /** By rank. */
  readonly gifts: readonly Entrant[];
  /** Claimed entitlements: nothing competes with them. */
  readonly entitlements: readonly Entrant[];
  /** There are more discounts than are searched exactly, and rivals of these were left out. */
  readonly leavesOut: boolean;
}

/** Sorts candidates. One that is in none of these has no effect. */
export const fieldOf = (entrants: readonly Entrant[], layout: Layout, leavesOut: boolean): Field => {
  const contracts: Contract[] = [];
  const discounts: Entrant[] = [];
  const gifts: Entrant[] = [];
  const entitlements: Entrant[] = [];
  for (const entrant of entrants) {
    switch (entrant.candidate.offer.reward.type) {
      case 'contractPrice': {
        const contract = { ...entrant, prices: pricesOf(entrant.candidate) };
        const { total } = underContracts([contract], layout);
        if (total > 0) contracts.push({ ...contract, alone: total });
        break;
      }
      case 'gift': {
        const part = entrant.part === shippingPart ? orderPart : entrant.part;
        if (hasUnits(part, layout.ledger)) gifts.push(entrant);
        break;
      }
      case 'upgrade':
        if (entrant.candidate.claimed === true) entitlements.push(entrant);
        break;
      default:
        discounts.push(entrant);
    }
  }
  return { contracts, discounts, gifts: gifts.sort(compareRank), entitlements, leavesOut };
};

/** The best set of discounts beside a set of contracts. */
export interface Stage {
  readonly contracted: ContractedCart;
  readonly contenders: readonly Contender[];
  readonly trial: Trial;
  /** What sets are compared on. */
  readonly compared: Ledger;
  readonly best: BestSet;
  readonly total: number;
}

const stageOn = (
  contracted: ContractedCart,
  { discounts, leavesOut }: Field,
  combinations: Combinations,
): Stage => {
  const { ledger, contracts } = contracted;
  const contenders: Contender[] = [];
  let isWhole = isWholesale(ledger);
  for (const entrant of discounts) {
    if (contracts.some((each) => !combinations.combine(each.combinesAs, entrant.combinesAs))) continue;
    const { index, candidate, combinesAs, part } = entrant;
    const demand = demandOf(candidate.offer.reward, part, ledger);
    const alone = amountTaken(demand, part, ledger, ledger.lists);
    if (alone === 0) continue;
    if (demand.kind === 'slots') isWhole = false;
    contenders.push({ index, candidate, combinesAs, part, demand, alone });
  }
  const compared = isWhole ? collapsed(ledger) : ledger;
  const trial = trialOn(compared);
  const best = bestSet(contenders, combinations, trial, compared, leavesOut);
  return { contracted, contenders, trial, compared, best, total: contracted.total + best.total };
};

const membersOf = ({ contracted, best }: Stage): readonly Ranked[] => [
  ...contracted.contracts,
  ...best.members,
];

const isBetter = (a: Stage, b: Stage): boolean =>
  a.total > b.total || (a.total === b.total && ranksBefore(membersOf(a), membersOf(b)));

/** What applies: of all allowed sets of contracts, and of discounts beside them, that which takes most off. */
export interface Winner {
  readonly stage: Stage;
  /** Contracts and discounts, in the order of application, and gifts. */
  readonly members: readonly Ranked[];
  /** What applies besides and is worth nothing in the cart: gifts as far as they combine, claimed entitlements. */
  readonly extras: readonly Entrant[];
}

/** Finds what applies. */
export const winnerOf = (field: Field, combinations: Combinations, layout: Layout): Winner => {
  let winning: Stage | undefined;
  for (const contracted of contractedCarts(field.contracts, combinations, layout)) {
    const stage = stageOn(contracted, field, combinations);
    if (winning === undefined || isBetter(stage, winning)) winning = stage;
  }
  const stage = winning ?? stageOn({ contracts: [], ...underContracts([], layout) }, field, combinations);
  const members = [...membersOf(stage)];
  const gifts = field.gifts.filter((gift) => {
    const fits = members.every((each) => combinations.combine(each.combinesAs, gift.combinesAs));
    if (fits) members.push(gift);
    return fits;
  });
  return { stage, members, extras: [...gifts, ...field.entitlements] };
};

/** What a set of candidates takes off together, applied in order; minor units. */
export const worthOf = (members: readonly Entrant[], layout: Layout): number => {
  const isContract = ({ candidate }: OfferEntrant): boolean =>
    candidate.offer.reward.type === 'contractPrice';
  const contracts = members
    .filter(isContract)
    .sort(compareRank)
    .map(({ part, candidate }) => ({ part, prices: pricesOf(candidate) }));
  const { ledger, total } = underContracts(contracts, layout);
  const trial = trialOn(ledger);
  return members
    .filter((member) => !isContract(member))
    .map((member): Contender => {
      const demand = demandOf(member.candidate.offer.reward, member.part, ledger);
      return { ...member, demand, alone: 0 };
    })
    .sort(compareApplication)
    .reduce((sum, contender, depth) => sum + trial.take(contender, depth), total);
};

type OfferEntrant = { readonly candidate: OfferCandidate };
