import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { row, shown, timingOf } from '../timing.ts';
import { type Engine, engines } from './engines.ts';
import { APPLYING, workloadOf } from './workload.ts';

/** Prices the same carts with the same promotions in each engine, after all gave the same discounts. */

const SIZES: readonly (readonly [promotions: number, lines: number])[] = [
  [10, 5],
  [100, 20],
  [1000, 20],
];
const BASKETS = 20;
/** Milliseconds for each engine and size. */
const LASTING = 1500;
const WARM_UP = 300;

const measure = async (price: ReturnType<Engine['prepare']>, lasting: number): Promise<readonly number[]> => {
  const samples: number[] = [];
  const end = performance.now() + lasting;
  do {
    for (let basket = 0; basket < BASKETS; basket += 1) {
      const start = performance.now();
      await price(basket);
      samples.push((performance.now() - start) * 1000);
      if (performance.now() > end) break;
    }
  } while (performance.now() < end);
  return samples;
};

/** Runs the benchmark, some fifteen seconds, and gives its table in Markdown. */
export const run = async (): Promise<string> => {
  const contestants = engines();
  const rows: string[] = [];
  for (const [promotions, lines] of SIZES) {
    const workload = workloadOf(promotions, lines, BASKETS);
    const ready = contestants.map((engine) => engine.prepare(workload));
    for (let basket = 0; basket < BASKETS; basket += 1) {
      const [expected, ...others] = await Promise.all(ready.map((price) => price(basket)));
      for (const [index, other] of others.entries()) {
        if (isDeepStrictEqual(other, expected)) continue;
        const name = contestants[index + 1]?.name;
        throw new Error(`${name}: ${JSON.stringify(other)}, expected ${JSON.stringify(expected)}`);
      }
    }
    let first = Number.NaN;
    for (const [index, price] of ready.entries()) {
      await measure(price, WARM_UP);
      const { p50, p99 } = timingOf(await measure(price, LASTING));
      if (index === 0) first = p50;
      rows.push(
        row([
          `${promotions} × ${lines}`,
          contestants[index]?.name ?? '',
          shown(p50),
          shown(p99),
          index === 0 ? '' : `${shown(p50 / first)} ×`,
        ]),
      );
    }
  }
  return [
    `**Pricing**: promotions × lines, of which ${APPLYING} apply; every engine first gave the same discounts on each line of every cart.`,
    `µs for one cart; Node ${process.version}. Wend finds the best allowed set, the others apply one after another.`,
    '',
    row(['promotions × lines', 'engine', 'p50', 'p99', 'p50 to Wend']),
    row(['---', '---', '---:', '---:', '---:']),
    ...rows,
  ].join('\n');
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  console.log(await run());
