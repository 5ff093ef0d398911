import { pathToFileURL } from 'node:url';
import { type Store, startStore } from '../journeys/store.ts';
import { row, shown, timingOf } from '../timing.ts';
import { type BenchLedger, ledgerOf } from './ledger.ts';

/** What an order costs that holds its offers and is paid, and how fast many hold the same offer. */

const concurrency = 8;
/** Who ask for the same offer at once. */
const crowd = 64;
/** Milliseconds of each measurement, and of what goes before it. */
const lasting = 2_000;
const warmUp = 500;

const offer = (id: string, rest: object): object => ({
  kind: 'offer',
  id,
  until: '2099-12-31T00:00:00Z',
  reward: { type: 'amount', value: 100 },
  combine: { group: id, with: ['a', 'b', 'c'].filter((group) => group !== id) },
  ...rest,
});

/** What an order's offers count, in the words of the table. */
const ORDERS: readonly (readonly [what: string, definitions: readonly object[]])[] = [
  ['nothing that is counted', [offer('a', {})]],
  ['a total in 16 parts', [offer('a', { limits: { total: 1_000_000 } })]],
  ['a total and a person', [offer('a', { limits: { total: 1_000_000, perVisitor: 1 } })]],
  [
    'three offers: totals, budgets, a person',
    [
      offer('a', { limits: { total: 1_000_000, perVisitor: 1 } }),
      offer('b', { limits: { budget: 1_000_000_000 } }),
      offer('c', { limits: { total: 1_000_000, budget: 1_000_000_000 } }),
    ],
  ],
];

/** The same budget in one item and in sixteen: where nothing bounds a use, it can't be split. */
const HOT: readonly (readonly [what: string, reward: object])[] = [
  ['one item', { type: 'percentage', value: 1 }],
  ['16 parts', { type: 'percentage', value: 1, max: 10_000 }],
];
const BUDGET = 1_000_000_000;

/** Several at a time until the time is over; how often it was done, and in how many seconds. */
const repeat = async (
  work: () => Promise<void>,
  atOnce: number,
  milliseconds: number,
): Promise<{ readonly count: number; readonly seconds: number }> => {
  const start = performance.now();
  let count = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() - start < milliseconds) {
      await work();
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { count, seconds: (performance.now() - start) / 1000 };
};

const figure = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(1));

const order = async ({ hold, commit }: BenchLedger, offers: number): Promise<void> => {
  const held = await hold();
  if (held.offers !== offers) throw new Error(`an order has ${held.offers} offers, and not ${offers}`);
  await commit(held.orderId);
};

const orderRow = async (store: Store, what: string, definitions: readonly object[]): Promise<string> => {
  const ledger = ledgerOf(store, definitions);
  const paid = () => order(ledger, definitions.length);
  await repeat(paid, concurrency, warmUp);
  store.take();
  const { count, seconds } = await repeat(paid, concurrency, lasting);
  const { requests, readUnits, writeUnits } = store.take();
  const sum = (names: readonly string[]): number =>
    names.reduce((total, name) => total + (requests.get(name) ?? 0), 0);
  const transactions = sum(['TransactWriteItems']);
  return row([
    what,
    shown(count / seconds),
    shown(transactions / seconds),
    figure(sum(['GetItem', 'BatchGetItem', 'Query']) / count),
    figure(transactions / count),
    figure(readUnits / count),
    figure(writeUnits / count),
  ]);
};

const hotRow = async (store: Store, what: string, reward: object): Promise<string> => {
  const id = `hot-${what.replaceAll(' ', '-')}`;
  const ledger = ledgerOf(store, [
    { kind: 'offer', id, reward, limits: { budget: BUDGET }, until: '2099-12-31T00:00:00Z' },
  ]);
  const taken: number[] = [];
  const held = async (): Promise<void> => {
    const start = performance.now();
    if ((await ledger.hold()).offers !== 1) throw new Error('the budget is spent');
    taken.push(performance.now() - start);
  };
  await repeat(held, crowd, warmUp);
  taken.length = 0;
  store.take();
  const { count, seconds } = await repeat(held, crowd, lasting);
  const { requests } = store.take();
  const { p50, p99 } = timingOf(taken);
  const tries = (requests.get('TransactWriteItems') ?? 0) / count;
  return row([what, shown(count / seconds), shown(p50), shown(p99), tries.toFixed(2)]);
};

/** Runs the benchmark, some twenty seconds, and gives its tables in Markdown. */
export const run = async (): Promise<string> => {
  const store = await startStore();
  try {
    const orders: string[] = [];
    for (const [what, definitions] of ORDERS) orders.push(await orderRow(store, what, definitions));
    const hot: string[] = [];
    for (const [what, reward] of HOT) hot.push(await hotRow(store, what, reward));
    return [
      '**Orders that are held and paid** by the ledger’s own functions in one process over the embedded store (dynoxide in memory), each of somebody new, with twenty lines.',
      `${concurrency} at a time. Requests and capacity units, as the store reports them, are of one order: it is priced, held, committed, and noted as told. A transactional write is two units a KB of each item.`,
      '',
      row(['counted', 'orders/s', 'transactions/s', 'reads', 'transactions', 'read units', 'write units']),
      row(['---', '---:', '---:', '---:', '---:', '---:', '---:']),
      ...orders,
      '',
      `**Holds of one hot budget**, ${crowd} at once. The embedded store writes one transaction after the other, so that parts save it nothing; DynamoDB takes a thousand writes a second to one item, and so many to each of its parts.`,
      '',
      row(['the budget lies in', 'holds/s', 'ms p50', 'ms p99', 'transactions a hold']),
      row(['---', '---:', '---:', '---:', '---:']),
      ...hot,
    ].join('\n');
  } finally {
    await store.stop();
  }
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  console.log(await run());
