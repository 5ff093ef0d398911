import type { CompiledCatalog } from '../../lib/domain/catalog/compiled.ts';
import { userKey, visitorIdOf } from '../../lib/domain/identity/visitor-id.ts';
import { type Advanced, advance } from '../../lib/domain/journey/advance.ts';
import type { JsonObject } from '../../lib/domain/json.ts';
import type { VisitorEvent } from '../../lib/domain/visitor/event.ts';
import { STRANGER, type Visitor } from '../../lib/domain/visitor/state.ts';
import { row, shown, type Timing, timeEach } from '../timing.ts';
import { BEGIN, CALLED, LOOKED_AT, runningCatalog, UNHEARD, WELCOMED } from './catalog.ts';

/** How long the pure step takes: from a visitor and their mail to the visitor after it and what it wants of the world. */

const NOW = Date.UTC(2026, 2, 2, 9);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const people = 50;
/** Milliseconds of one round. */
const lasting = 250;
/** The rows take turns. The first rounds get the code warm; of the others the quickest counts: a busy machine only adds. */
const rounds = 7;
const warmUps = 3;

/** One person's step. */
interface Step {
  readonly visitor: Visitor;
  readonly userId: string;
  readonly events: readonly VisitorEvent[];
  readonly now: number;
  readonly timer: number | null;
}

const eventOf = (userId: string, name: string, at: number, properties: JsonObject = {}): VisitorEvent => ({
  messageId: `${userId}-${name}-${at}`,
  type: 'track',
  name,
  at,
  receivedAt: at,
  userId,
  properties: { sku: 'LIP-01', category: 'makeup.lipstick', brand: 'sirius', price: 1299, ...properties },
  traits: {},
  context: {},
});

/** Somebody with a history, in so many journeys. */
const personIn = (catalog: CompiledCatalog, userId: string, running: number): Visitor => {
  const identify: VisitorEvent = {
    ...eventOf(userId, 'identify', NOW - 9 * DAY),
    type: 'identify',
    traits: { email: `${userId}@mail.example`, firstName: 'Robin', interests: ['makeup', 'garden'] },
    context: { timezone: 'Europe/Amsterdam', locale: 'nl-NL' },
  };
  const events = [
    identify,
    ...Array.from({ length: 40 }, (_, index) =>
      eventOf(userId, index % 5 === 4 ? 'Page Viewed' : 'Product Viewed', NOW - 8 * DAY + index * HOUR),
    ),
    eventOf(userId, BEGIN, NOW - DAY, { errands: running }),
  ];
  const at = { userId, now: NOW - DAY, timer: null };
  let last = stepOf(catalog, { ...at, visitor: STRANGER, events });
  // More came of it than one commit holds: the rest goes on in the next.
  while (last.due !== null && last.due <= at.now) {
    last = stepOf(catalog, { ...at, visitor: last.visitor, events: [] });
  }
  return last.visitor;
};

const stepOf = (catalog: CompiledCatalog, { visitor, userId, events, now, timer }: Step): Advanced =>
  advance(visitor, events, {
    catalog,
    countersByEvent: catalog.countersByEvent,
    visitorId: visitorIdOf(userKey(userId)),
    seed: userKey(userId),
    now,
    version: 60,
    timer,
  });

const users = Array.from({ length: people }, (_, index) => `person-${index}`);

/** The step in which an event happens to people who are in so many journeys. */
const whereHappens = (
  catalog: CompiledCatalog,
  running: number,
  name: string,
  properties: JsonObject = {},
): readonly Step[] =>
  users.map((userId) => ({
    visitor: personIn(catalog, userId, running),
    userId,
    events: [eventOf(userId, name, NOW, properties)],
    now: NOW,
    timer: null,
  }));

/** The step in which the timer of such a person fires: an hour has passed since they called for help. */
const whereTimerFires = (catalog: CompiledCatalog): readonly Step[] =>
  whereHappens(catalog, 1, CALLED, { call: 'c-1' }).map((step) => {
    const { visitor } = stepOf(catalog, step);
    return { ...step, visitor, events: [], now: NOW + HOUR, timer: visitor.state.timer.generation };
  });

/** @throws where a step does not do what its row says */
const expecting = (
  catalog: CompiledCatalog,
  steps: readonly Step[],
  holds: (before: Visitor, after: Advanced) => boolean,
): readonly Step[] => {
  if (!steps.every((step) => holds(step.visitor, stepOf(catalog, step)))) {
    throw new Error('a step does not do what is measured of it');
  }
  return steps;
};

const inFlight = ({ state }: Visitor): number => state.journeys.instances.length;

const rowsOf = (catalog: CompiledCatalog): readonly (readonly [string, readonly Step[]])[] => [
  ...[0, 100].map((running): readonly [string, readonly Step[]] => [
    `an event that nobody listens to, ${running} running journeys`,
    expecting(
      catalog,
      whereHappens(catalog, running, UNHEARD),
      (_, { visitor }) => inFlight(visitor) === running,
    ),
  ]),
  [
    'an event that enters a journey, which waits',
    expecting(
      catalog,
      whereHappens(catalog, 0, CALLED, { call: 'c-1' }),
      (_, { visitor }) => inFlight(visitor) === 1,
    ),
  ],
  ...[1, 10, 100].map((running): readonly [string, readonly Step[]] => [
    `an event at which ${running === 1 ? 'one running journey looks' : `all of ${running} running journeys look`}`,
    expecting(
      catalog,
      whereHappens(catalog, running, LOOKED_AT),
      (_, { visitor }) => inFlight(visitor) === running,
    ),
  ]),
  [
    'a timer that runs out: a show, and the next wait',
    expecting(catalog, whereTimerFires(catalog), (_, { effects }) =>
      effects.some(({ kind }) => kind === 'timer'),
    ),
  ],
  [
    'an event that enters a journey, which sends a message',
    expecting(catalog, whereHappens(catalog, 0, WELCOMED, { text: 'Look around.' }), (_, { effects }) =>
      effects.some(({ kind }) => kind === 'delivery'),
    ),
  ],
];

const measure = (catalog: CompiledCatalog, contestants: readonly (readonly Step[])[]): readonly Timing[] => {
  const timings = Array.from({ length: rounds }, () =>
    contestants.map((steps) => timeEach(steps, lasting, (step) => stepOf(catalog, step))),
  ).slice(warmUps);
  const none: Timing = { p50: Number.NaN, p99: Number.NaN };
  return contestants.map(
    (_, index) => timings.map((round) => round[index] ?? none).toSorted((x, y) => x.p50 - y.p50)[0] ?? none,
  );
};

/** Measures the step, some fifteen seconds, and gives its table in Markdown. */
export const stepTable = (): string => {
  const catalog = runningCatalog(100);
  const rows = rowsOf(catalog);
  const timings = measure(
    catalog,
    rows.map(([, steps]) => steps),
  );
  return [
    `**The pure step**, \`advance()\`, of a known visitor with a history, under a catalog of ${catalog.journeys.journeys.length} journeys: µs for one, in the quickest of ${rounds - warmUps} rounds.`,
    '',
    row(['', 'p50', 'p99']),
    row(['---', '---:', '---:']),
    ...rows.map(([name], index) =>
      row([name, shown(timings[index]?.p50 ?? 0), shown(timings[index]?.p99 ?? 0)]),
    ),
  ].join('\n');
};
