import { pathToFileURL } from 'node:url';
import { type DecisionInput, decide } from '../../lib/domain/decision/decide.ts';
import { row, shown, type Timing, timeEach } from '../timing.ts';
import { catalogOf, decisionsOf, LARGE } from './workload.ts';

/** How long the pure decision takes, from profile and request to answer, for many visitors in turn. */

const visitors = 200;
/** Milliseconds of one round. */
const lasting = 700;
/** The rows take turns. The first rounds get the code warm; of the others the quickest counts: a busy machine only adds. */
const rounds = 9;
const warmUps = 3;

const measure = (contestants: readonly (readonly DecisionInput[])[]): readonly Timing[] => {
  const timings = Array.from({ length: rounds }, () =>
    contestants.map((inputs) => timeEach(inputs, lasting, decide)),
  ).slice(warmUps);
  const none: Timing = { p50: Number.NaN, p99: Number.NaN };
  return contestants.map(
    (_, index) => timings.map((round) => round[index] ?? none).toSorted((x, y) => x.p50 - y.p50)[0] ?? none,
  );
};

const asking = (
  inputs: readonly DecisionInput[],
  change: Partial<DecisionInput['request']>,
): readonly DecisionInput[] =>
  inputs.map((input) => ({ ...input, request: { ...input.request, ...change } }));

const average = (inputs: readonly DecisionInput[], count: (input: DecisionInput) => number): string =>
  shown(inputs.reduce((sum, input) => sum + count(input), 0) / inputs.length);

/** Runs the benchmark, some ten seconds, and gives its table in Markdown. */
export const run = async (): Promise<string> => {
  const { experiences, offers, lines } = LARGE;
  const inputs = decisionsOf(catalogOf(experiences, offers), visitors, lines);
  const small = decisionsOf(catalogOf(20, 10), visitors, lines);
  const placed = average(
    inputs,
    (input) => Object.values(decide(input).answer.placements).flatMap((p) => p.items).length,
  );
  const applied = average(inputs, (input) => decide(input).answer.cart?.applied.length ?? 0);
  const rows: readonly (readonly [string, readonly DecisionInput[]])[] = [
    [`**${experiences} experiences, ${offers} offers, cart of ${lines} lines**`, inputs],
    ['the same without a cart', asking(inputs, { cart: null })],
    ['the same, cart only', asking(inputs, { placements: [] })],
    ['the same, every candidate explained', asking(inputs, { explain: true }).slice(0, 20)],
    [`20 experiences, 10 offers, cart of ${lines} lines`, small],
  ];
  const timings = measure(rows.map(([, each]) => each));
  return [
    `**Decide**: the pure decision, five placements (the first with room for four). On average it shows ${placed} items and applies ${applied} offers.`,
    `µs for one decision, in the quickest of ${rounds - warmUps} rounds; Node ${process.version}.`,
    '',
    row(['', 'p50', 'p99']),
    row(['---', '---:', '---:']),
    ...rows.map(([name], index) =>
      row([name, shown(timings[index]?.p50 ?? 0), shown(timings[index]?.p99 ?? 0)]),
    ),
  ].join('\n');
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  console.log(await run());
