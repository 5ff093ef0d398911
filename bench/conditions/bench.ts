import { deepStrictEqual } from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import { type Engine, engines, type Ready } from './engines.ts';
import { randomFrom, rulesOf, traitCount, visitorsOf } from './workload.ts';

/**
 * How long it takes to find all rules that hold of one visitor, side by side with peers in one process. Engines
 * take turns, so that a slower moment of the machine slows all of them.
 */

const sizes = [10, 100, 1_000, 10_000] as const;
const visitorCount = 100;
/** Visitors for which all engines must find the same rules before anything is measured. */
const compared = 10;
const rounds = 15;
/** CPU time of one sample, milliseconds; an engine that needs longer for one visitor takes that. */
const sampleMs = 4;
/** CPU time that one engine may take of a size, milliseconds. */
const mostMs = 2_500;

interface Result {
  readonly name: string;
  readonly ready: Ready;
  /** Microseconds of CPU for one visitor: the median of the samples. */
  readonly microseconds: number;
}

interface Measured {
  readonly size: number;
  /** Share of the rules that a visitor matches. */
  readonly share: number;
  readonly results: readonly Result[];
}

/** Of the process: the kernel counts a thread's only in ticks of 4 ms. */
const cpuMicroseconds = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

const matchMany = async (ready: Ready, first: number, count: number): Promise<number> => {
  let matched = 0;
  for (let index = first; index < first + count; index++) {
    const found = ready.match(index % visitorCount);
    // Awaiting what is no promise would charge every engine for the one that is asynchronous.
    matched += (found instanceof Promise ? await found : found).length;
  }
  return matched;
};

interface Contestant {
  readonly name: string;
  readonly ready: Ready;
  readonly samples: number[];
  readonly perSample: number;
  next: number;
  spent: number;
}

const contestantOf = async (engine: Engine, ready: Ready): Promise<Contestant> => {
  let perSample = 1;
  let spent = 0;
  // Warms the engine up, and finds how many visitors make one sample.
  for (let taken = 0; taken < sampleMs && spent < 20 * sampleMs; perSample *= taken < sampleMs ? 2 : 1) {
    const start = cpuMicroseconds();
    await matchMany(ready, 0, perSample);
    taken = (cpuMicroseconds() - start) / 1000;
    spent += taken;
  }
  return { name: engine.name, ready, samples: [], perSample, next: 0, spent: 0 };
};

const takeSample = async (contestant: Contestant): Promise<void> => {
  if (contestant.spent > mostMs && contestant.samples.length >= 3) return;
  const start = cpuMicroseconds();
  await matchMany(contestant.ready, contestant.next, contestant.perSample);
  const taken = cpuMicroseconds() - start;
  contestant.samples.push(taken / contestant.perSample);
  contestant.next = (contestant.next + contestant.perSample) % visitorCount;
  contestant.spent += taken / 1000;
};

const median = (samples: readonly number[]): number =>
  samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN;

const measure = async (size: number): Promise<Measured> => {
  const random = randomFrom(size);
  const rules = rulesOf(size, random);
  const visitors = visitorsOf(visitorCount, random);
  const prepared = engines().map((engine) => ({ engine, ready: engine.prepare(rules, visitors) }));
  const [reference] = prepared;
  let matched = 0;
  for (let visitor = 0; visitor < compared; visitor++) {
    const expected = await reference?.ready.match(visitor);
    matched += expected?.length ?? 0;
    for (const { engine, ready } of prepared)
      deepStrictEqual(await ready.match(visitor), expected, `${engine.name} finds other rules`);
  }
  const contestants: Contestant[] = [];
  for (const { engine, ready } of prepared) contestants.push(await contestantOf(engine, ready));
  for (let round = 0; round < rounds; round++)
    for (const contestant of contestants) await takeSample(contestant);
  const results: readonly Result[] = contestants.map(({ name, ready, samples }) => ({
    name,
    ready,
    microseconds: median(samples),
  }));
  return { size, share: matched / compared / size, results };
};

const shown = (number: number): string =>
  number >= 100 ? Math.round(number).toLocaleString('en-GB') : number.toPrecision(2);

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** Runs the benchmark, a minute or so, and gives its tables in Markdown. */
export const run = async (): Promise<string> => {
  const measured: Measured[] = [];
  for (const size of sizes) measured.push(await measure(size));
  const names = measured[0]?.results.map(({ name }) => name) ?? [];
  const resultOf = (results: readonly Result[], name: string) =>
    results.find((result) => result.name === name);
  const times = names.map((name) =>
    row([
      name,
      ...measured.map(({ results }) => {
        const own = resultOf(results, 'Wend')?.microseconds ?? Number.NaN;
        const time = resultOf(results, name)?.microseconds ?? Number.NaN;
        return name === 'Wend' ? `**${shown(time)}**` : `${shown(time)} (${shown(time / own)}×)`;
      }),
    ]),
  );
  const builds = names.map((name) =>
    row([
      name,
      ...measured.map(({ results }) => {
        const ready = resultOf(results, name)?.ready;
        const load = ready?.loadMs === undefined ? '' : ` + load ${shown(ready.loadMs)}`;
        const bytes = ready?.bytes === undefined ? '' : `, ${shown(ready.bytes / 1024)} KB`;
        return `${shown(ready?.buildMs ?? Number.NaN)}${load}${bytes}`;
      }),
    ]),
  );
  const head = ['', ...measured.map(({ size }) => `${size.toLocaleString('en-GB')} rules`)];
  const line = row(['---', ...measured.map(() => '---:')]);
  const shares = measured.map(({ share }) => `${(share * 100).toFixed(1)} %`).join(', ');
  return [
    `**Conditions**: all rules that hold of one visitor, ${traitCount} traits; a visitor matches ${shares} of the rules.`,
    `µs of CPU for one visitor, p50, and how many times Wend's; equal results asserted first; Node ${process.version}.`,
    '',
    row(head),
    line,
    ...times,
    '',
    'Milliseconds from documents to rules ready to match (Wend: built when publishing, then stored and loaded):',
    '',
    row(head),
    line,
    ...builds,
  ].join('\n');
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  console.log(await run());
