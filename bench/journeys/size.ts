import { fileURLToPath } from 'node:url';
import { readRees46Calls } from '../../cli/events/read-events.ts';
import { pack } from '../../lib/adapters/dynamodb/blob.ts';
import type { VisitorState } from '../../lib/domain/visitor/state.ts';
import { quantile, row, shown } from '../timing.ts';
import { everyRecipe } from './catalog.ts';
import { type Life, live, type Weight } from './live.ts';
import { YEAR, YEAR_START, yearOf } from './year-of-events.ts';

/** What the visitor item weighs after a year of people's lives with a shop that has every recipe's journeys. */

const EVENTS = fileURLToPath(new URL('../../catalog/data/rees46-2019-oct-head.csv.br', import.meta.url));

const people = 300;
const SHARES = [0.5, 0.95, 1] as const;
/** What is to be told of: the fields that weigh most. */
const heaviest = 4;

/** Lives of so many people, the same each time. */
export const livesOf = async (count: number): Promise<readonly Life[]> => {
  const [catalog, calls] = await Promise.all([everyRecipe(), readRees46Calls(EVENTS)]);
  const sessions = [...Map.groupBy(calls, ({ session }) => session).values()];
  return Array.from({ length: count }, (_, index) => {
    const userId = `person-${index}`;
    return live(userId, yearOf(userId, sessions), catalog, YEAR_START + YEAR);
  });
};

/** What the item would be lighter by without one of its fields, packed. */
const weightOf = (state: VisitorState, field: string): number =>
  pack(state).byteLength -
  pack(Object.fromEntries(Object.entries(state).filter(([name]) => name !== field))).byteLength;

const heaviestOf = (all: readonly Life[]): string => {
  const heavy = all.toSorted((a, b) => b.atEnd.state - a.atEnd.state).slice(0, Math.ceil(people / 20));
  const fields = Object.keys(heavy[0]?.visitor.state ?? {});
  const weights = fields.map((field) => ({
    field,
    bytes: heavy.reduce((sum, { visitor }) => sum + weightOf(visitor.state, field), 0) / heavy.length,
  }));
  return weights
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, heaviest)
    .map(({ field, bytes }) => `\`${field}\` ${shown(bytes)}`)
    .join(', ');
};

const rowOf = (name: string, weights: readonly Weight[], of: (weight: Weight) => number): string =>
  row([
    name,
    ...SHARES.map((share) => {
      const bytes = quantile(weights.map(of), share);
      return shown(bytes);
    }),
  ]);

/** Lives the year, a quarter of a minute, and gives its table in Markdown. */
export const sizeTable = async (): Promise<string> => {
  const all = await livesOf(people);
  const commits = all.reduce((sum, life) => sum + life.commits, 0);
  const share = (of: (life: Life) => number): string =>
    `${((all.reduce((sum, life) => sum + of(life), 0) / commits) * 100).toFixed(1)} %`;
  const atEnd = all.map((life) => life.atEnd);
  const written = all.flatMap((life) => life.written);
  return [
    `**The visitor item after a year**: ${people} known people live through the demo and every recipe, ${shown(commits)} commits in all (half of the people make fewer than ${shown(
      quantile(
        all.map((life) => life.commits),
        0.5,
      ),
    )}, one ${shown(Math.max(...all.map((life) => life.commits)))}). Bytes as stored, with keys and attributes; the target is 8,192 at p95.`,
    '',
    row(['', 'p50', 'p95', 'p100']),
    row(['---', '---:', '---:', '---:']),
    rowOf('**people at the end of the year**, with the last commit’s effects', atEnd, ({ whole }) => whole),
    rowOf('the same without effects', atEnd, ({ state }) => state),
    rowOf('all writes of the year, with effects', written, ({ whole }) => whole),
    rowOf('the same without effects', written, ({ state }) => state),
    '',
    `Of the heaviest twentieth, bytes that a field takes of it: ${heaviestOf(all)}.`,
    `Of the commits, ${share(({ marks }) => marks.read)} look for marks of messages outside the item as well, and ${share(({ marks }) => marks.put)} put some there: those of people with more than 64 events in 15 days.`,
  ].join('\n');
};
