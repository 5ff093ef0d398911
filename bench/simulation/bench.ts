import { fileURLToPath, pathToFileURL } from 'node:url';
import { PAGE_EVENTS, runSimulation } from '../../cli/simulate/run-simulation.ts';
import { readCatalog } from '../../lib/adapters/catalog-files/read-catalog.ts';
import { compileCatalog } from '../../lib/domain/catalog/compile.ts';
import type { CompiledCatalog } from '../../lib/domain/catalog/compiled.ts';
import { cpuSeconds, row, shown } from '../timing.ts';

/**
 * `wend simulate` on the shipped events and the demo's catalog, from the packed file to the report: reading,
 * applying, deciding for all placements at every page, and counting what was seen.
 */

const pathOf = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));
const EVENTS = pathOf('catalog/data/rees46-2019-oct-head.csv.br');
const CATALOG = pathOf('catalog/demo');

const rounds = 12;

const demoCatalog = async (): Promise<CompiledCatalog> => {
  const files = await readCatalog(CATALOG);
  const catalog = files.ok ? compileCatalog(files.definitions, { version: 1, publishedAt: 0 }).catalog : null;
  if (catalog === null) throw new Error('the demo catalog does not compile');
  return catalog;
};

interface Round {
  readonly events: number;
  readonly decisions: number;
  /** Of the events and of what decisions showed: each impression took effect as an event of its own. */
  readonly applied: number;
  readonly seconds: number;
  readonly cpu: number;
}

const runOnce = async (catalog: CompiledCatalog, decideOn: readonly string[]): Promise<Round> => {
  const startedAt = performance.now();
  const startedCpu = cpuSeconds();
  const { input, decisions, events } = await runSimulation({
    catalog,
    events: EVENTS,
    format: 'csv',
    currency: 'USD',
    decideOn,
    placements: null,
    channel: null,
    onProgress: () => {},
  });
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    events: input.events,
    decisions: decisions.count,
    applied: events.applied + decisions.impressions,
    seconds,
    cpu: cpuSeconds() - startedCpu,
  };
};

const rowsOf = async (name: string, catalog: CompiledCatalog, decideOn: readonly string[]) => {
  const first = await runOnce(catalog, decideOn);
  let best = first;
  for (let round = 1; round < rounds; round++) {
    const next = await runOnce(catalog, decideOn);
    if (next.cpu < best.cpu) best = next;
  }
  const cells = ({ events, decisions, applied, seconds, cpu }: Round): readonly string[] => [
    shown(events),
    shown(decisions),
    shown(applied),
    shown(events / seconds),
    shown(events / cpu),
    shown(applied / cpu),
  ];
  return [
    row([`${name}, first run`, ...cells(first)]),
    row([`${name}, quickest of ${rounds}`, ...cells(best)]),
  ];
};

/** Runs the benchmark, some twenty seconds, and gives its table in Markdown. */
export const run = async (): Promise<string> => {
  const catalog = await demoCatalog();
  return [
    '**Simulation**: three hours of a real shop through the demo catalog, from the packed file to the report.',
    'Events a second, by the clock and by all CPU time of the process: those that were recorded, and those that took',
    `effect, which are the recorded ones and one for each item that a decision showed; Node ${process.version}.`,
    '',
    row([
      '',
      'recorded',
      'decisions',
      'took effect',
      'recorded per second',
      'recorded per CPU second',
      'took effect per CPU second',
    ]),
    row(['---', '---:', '---:', '---:', '---:', '---:', '---:']),
    ...(await rowsOf('deciding at every page', catalog, PAGE_EVENTS)),
    ...(await rowsOf('applying only', catalog, [])),
  ].join('\n');
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  console.log(await run());
