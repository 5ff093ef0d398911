import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { requirePeers } from '../peer-packages.ts';
import { cpuSeconds, row, shown, timingOf } from '../timing.ts';
import type { Prepared } from './engine.ts';
import { medusa } from './medusa.ts';
import { vendure } from './vendure.ts';
import { wend } from './wend.ts';
import { KINDS, type Kind, workloadOf } from './workload.ts';

/** Prices the same carts with the same promotions in each engine, after all gave the same discounts. */

const SIZES: readonly (readonly [promotions: number, lines: number])[] = [
  [10, 5],
  [100, 20],
  [1000, 20],
];
const BASKETS = 8;
/** CPU seconds for each engine and size, and before that to get warm: so is a busy machine as good as an idle one. */
const LASTING = 1.2;
const WARM_UP = 0.5;

interface Measured {
  /** Microseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of CPU for one cart, all threads of the process. */
  readonly cpu: number;
}

const measure = async ({ price }: Prepared, lasting: number): Promise<Measured> => {
  const samples: number[] = [];
  const started = cpuSeconds();
  do {
    for (let basket = 0; basket < BASKETS; basket += 1) {
      const start = performance.now();
      await price(basket);
      samples.push((performance.now() - start) * 1000);
    }
  } while (cpuSeconds() - started < lasting);
  return { ...timingOf(samples), cpu: ((cpuSeconds() - started) * 1e6) / samples.length };
};

const rowsOf = async (kind: Kind, promotions: number, lines: number): Promise<readonly string[]> => {
  const require = requirePeers(['@medusajs/promotion', '@vendure/core']);
  const engines = [wend, medusa(require), vendure(require)];
  const workload = workloadOf(kind, promotions, lines, BASKETS);
  const contestants = engines.map((engine) => ({ name: engine.name, ready: engine.prepare(workload) }));
  for (let basket = 0; basket < BASKETS; basket += 1) {
    const [expected, ...others] = await Promise.all(contestants.map(({ ready }) => ready.discounts(basket)));
    for (const [index, other] of others.entries()) {
      if (isDeepStrictEqual(other, expected)) continue;
      const name = engines[index + 1]?.name;
      throw new Error(`${name}: ${JSON.stringify(other)}, expected ${JSON.stringify(expected)}`);
    }
  }
  const rows: string[] = [];
  let first: number | null = null;
  for (const { name, ready } of contestants) {
    await measure(ready, WARM_UP);
    const { p50, p99, cpu } = await measure(ready, LASTING);
    const ratio = first === null ? '' : `${shown(cpu / first)} ×`;
    first ??= cpu;
    rows.push(row([kind.name, `${promotions} × ${lines}`, name, shown(p50), shown(p99), shown(cpu), ratio]));
  }
  return rows;
};

/** Runs the benchmark, some seventy seconds of CPU, and gives its table in Markdown. */
export const run = async (): Promise<string> => {
  const rows: string[] = [];
  for (const kind of KINDS)
    for (const [promotions, lines] of SIZES) rows.push(...(await rowsOf(kind, promotions, lines)));
  return [
    '**Pricing**: promotions × lines, by what the promotions are about. µs for one cart, by the clock and of CPU;',
    `the ratio is of CPU; Node ${process.version}.`,
    'Wend applies the best allowed set: of promotions on the same product, or on the order, the best. The others know no',
    '“best of” and apply all that fit, one on top of another, the largest percentage first. So what is asserted to be equal',
    'before is, for each line of every cart, the largest amount that any one promotion takes off it.',
    '',
    row(['', 'promotions × lines', 'engine', 'p50', 'p99', 'CPU', 'CPU to Wend']),
    row(['---', '---', '---', '---:', '---:', '---:', '---:']),
    ...rows,
  ].join('\n');
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  console.log(await run());
