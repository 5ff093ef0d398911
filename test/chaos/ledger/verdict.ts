import type { Redemption } from '../../../lib/domain/redemption/redemption.ts';
import { live, type Outcome } from './life.ts';
import type { Breakage } from './shop.ts';

/** What holds of every life, each law by its name; what breaks it in sentences. */
const LAWS: { readonly [law: string]: (outcome: Outcome) => readonly string[] } = {
  /** At every moment the counts are what the orders have, and the parts of a cap add up to it. */
  books: ({ shop }) => named('books', shop.books.flaws),
  /** Never more than there is. */
  cap: ({ shop }) => named('cap', shop.books.flaws),
  person: ({ shop }) => named('person', shop.books.flaws),
  /** Never less than there is: nobody is refused while something is left. */
  room: ({ customers }) => named('room', customers.flaws),
  /** What is answered is so. */
  answered: ({ customers }) => named('answered', customers.flaws),
  exactly: ({ plot, shop, unanswered }) => {
    if (!plot.isRace) return [];
    const { total, budget } = limitsOf(shop.catalog);
    const winners = Math.min(plot.orders.length, total ?? Math.floor((budget ?? 0) / 5));
    const won = ordersOf(shop.books.orders, plot).filter(({ holds }) => holds.length === 1).length;
    return [
      ...unanswered.map((orderId) => `${orderId} was never answered`),
      ...(won === winners ? [] : [`${won} of ${winners} won`]),
    ];
  },
  /** After the dust has settled nothing is held for nobody, and nobody has to come back. */
  settled: ({ plot, shop, rested }) => [
    ...(rested ? [] : ['it does not come to rest']),
    ...ordersOf(shop.books.orders, plot).flatMap((order) => [
      ...(order.status === 'held' ? [`${order.orderId} is still held`] : []),
      ...(order.owed.length > 0 ? [`${order.orderId} still owes a word`] : []),
      ...order.holds.flatMap(({ offerId, state, late }) =>
        isStateOf(order, state, late) ? [] : [`${order.orderId} is ${order.status}, its ${offerId} ${state}`],
      ),
    ]),
  ],
  /** Of the last ones who asked, the offer's total is used up to the last. */
  all: ({ shop }) => {
    const { total, budget, perVisitor } = limitsOf(shop.catalog);
    if (total === undefined || budget !== undefined || perVisitor !== undefined || total > 20) return [];
    const used = shop.books.partsOf('capped/total').reduce((sum, part) => sum + part.used, 0);
    return used < total ? [`${used} of ${total} are used, and others asked`] : [];
  },
  /** Whoever paid was told of each offer, whoever then cancelled that they have it no more, and nobody of anything else. */
  told: ({ plot, shop }) => [
    ...differing('redeemed', toldIn(shop, 'Offer Redeemed'), shop.books.paid),
    ...differing(
      'returned',
      toldIn(shop, 'Offer Returned'),
      new Set(
        [...shop.books.paid].filter((paid) =>
          ordersOf(shop.books.orders, plot).some(
            ({ orderId, status }) => status === 'cancelled' && paid.startsWith(`${orderId} `),
          ),
        ),
      ),
    ),
  ],
};

/** All that can be wrong. */
export const LEDGER_LAWS: readonly string[] = Object.keys(LAWS);

const named = (law: string, flaws: readonly string[]): readonly string[] =>
  flaws.filter((flaw) => flaw.startsWith(`${law}: `)).map((flaw) => flaw.slice(law.length + 2));

/** What was told of offers under a name: `orderId offerId`. */
const toldIn = ({ told }: Outcome['shop'], name: string): ReadonlySet<string> =>
  new Set(told.filter((line) => line.endsWith(` ${name}`)).map((line) => line.slice(0, -name.length - 1)));

const differing = (what: string, told: ReadonlySet<string>, so: ReadonlySet<string>): readonly string[] => [
  ...[...so].flatMap((one) => (told.has(one) ? [] : [`nobody was told that ${one} is ${what}`])),
  ...[...told].flatMap((one) => (so.has(one) ? [] : [`${one} was told to be ${what}, and is not`])),
];

const limitsOf = (catalog: Outcome['shop']['catalog']) =>
  catalog.offerById.get('capped')?.definition.limits ?? {};

const ordersOf = (
  orders: ReadonlyMap<string, Redemption>,
  { orders: plans }: Outcome['plot'],
): readonly Redemption[] => plans.flatMap(({ orderId }) => orders.get(orderId) ?? []);

const isStateOf = (
  { status }: Redemption,
  state: Redemption['holds'][number]['state'],
  late: 'honour' | 'refuse',
): boolean => {
  if (state === 'honoured') return late === 'honour' && status !== 'held' && status !== 'expired';
  if (status === 'committed' || status === 'refunded') return state === 'committed';
  return state === (status === 'held' ? 'held' : 'released');
};

/** Operations that a failure shows: the last ones. */
const SHOWN = 60;

/** What is wrong with the life of a seed, in sentences. */
export const wrongWith = async (seed: number, breakage: Breakage = {}): Promise<readonly string[]> => {
  const outcome = await live(seed, breakage);
  const found = Object.entries(LAWS).flatMap(([law, flawsOf]) =>
    flawsOf(outcome).map((flaw) => `${law}: ${flaw}`),
  );
  return found.length === 0
    ? []
    : [
        `seed ${seed}: WEND_SEED=${seed} npx vitest run test/chaos/ledger`,
        ...found,
        ...outcome.shop.gate.trace.slice(-SHOWN),
      ];
};
