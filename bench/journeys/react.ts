import { setTimeout as pause } from 'node:timers/promises';
import { createVisitorStore } from '../../lib/adapters/dynamodb/visitor-store.ts';
import { userKey, visitorIdOf } from '../../lib/domain/identity/visitor-id.ts';
import type { JsonObject } from '../../lib/domain/json.ts';
import type { VisitorEvent } from '../../lib/domain/visitor/event.ts';
import { createReactor, type Reactor } from '../../lib/service/react.ts';
import { TABLE_NAMES } from '../../local/store/tables.ts';
import { row, shown } from '../timing.ts';
import { BEGIN, CALLED, LOOKED_AT, runningCatalog } from './catalog.ts';
import { type Store, startStore } from './store.ts';

/** React in this process over the embedded store: how many events a second, and what the store is asked for them. */

export const RUNNING = [1, 10, 100] as const;
/** Events of one visitor that a busy queue hands over at once. */
export const FOLDED = 25;
/** So many that none of them has more events than marks are kept of in the item (64). */
const people = 200;
/** The others: of these each has. */
const busy = 20;
const concurrency = 8;
/** Milliseconds of each measurement. */
const lasting = 2_000;
const NOW = Date.UTC(2026, 2, 2, 9);
const DAY = 86_400_000;

let sent = 0;

const eventOf = (userId: string, name: string, properties: JsonObject = {}): VisitorEvent => {
  sent += 1;
  const at = NOW - DAY + sent;
  return {
    messageId: `00000000-0000-4000-8000-${String(sent).padStart(12, '0')}`,
    type: 'track',
    name,
    at,
    receivedAt: at,
    userId,
    properties: { sku: 'LIP-01', category: 'makeup.lipstick', price: 1299, ...properties },
    traits: {},
    context: {},
  };
};

/** How a measurement went. */
interface Measured {
  readonly folded: number;
  readonly perSecond: number;
  /** Of each commit. */
  readonly reads: number;
  readonly writes: number;
  readonly readUnits: number;
  readonly writeUnits: number;
}

const usersOf = (group: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${group}-${index}`);

const mail = (react: Reactor, userId: string, events: readonly VisitorEvent[]): Promise<void> =>
  react.mail(visitorIdOf(userKey(userId)), events);

/** Visitors take turns, several at a time, none twice at once: what arrives is each visitor's own. */
const measure = async (
  store: Store,
  react: Reactor,
  users: readonly string[],
  folded: number,
  name: string,
): Promise<Measured> => {
  store.take();
  const start = performance.now();
  let commits = 0;
  const worker = async (first: number): Promise<void> => {
    for (let turn = first; performance.now() - start < lasting; turn += concurrency) {
      const userId = users[turn % users.length] ?? '';
      const properties = { call: `call-${turn % 20}`, text: 'x' };
      await mail(
        react,
        userId,
        Array.from({ length: folded }, () => eventOf(userId, name, properties)),
      );
      commits += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, (_, index) => worker(index)));
  const seconds = (performance.now() - start) / 1000;
  const { requests, readUnits, writeUnits } = store.take();
  const count = (names: readonly string[]): number =>
    names.reduce((sum, each) => sum + (requests.get(each) ?? 0), 0) / commits;
  return {
    folded,
    perSecond: (commits * folded) / seconds,
    reads: count(['BatchGetItem', 'GetItem', 'Query']),
    writes: count(['PutItem', 'TransactWriteItems', 'BatchWriteItem']),
    readUnits: readUnits / commits,
    writeUnits: writeUnits / commits,
  };
};

const figure = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2));

const rowOf = (what: string, { folded, perSecond, ...each }: Measured): string =>
  row([
    what,
    folded === 1 ? 'one' : `${folded} folded`,
    shown(perSecond),
    figure(each.reads),
    figure(each.writes),
    figure(each.readUnits),
    figure(each.writeUnits),
    figure((each.readUnits + each.writeUnits) / folded),
  ]);

/** Measures, half a minute, and gives the table in Markdown. */
export const reactTable = async (): Promise<string> => {
  const store = await startStore();
  try {
    const catalog = runningCatalog(100);
    const react = createReactor({
      visitors: createVisitorStore({ client: store.client, table: TABLE_NAMES.visitors }),
      catalogs: async () => ({ active: catalog, rollout: null }),
      now: () => NOW,
      pause,
      random: Math.random,
    });
    const rows: string[] = [];
    const begin = async (users: readonly string[], errands: number): Promise<void> => {
      for (const userId of users) {
        await mail(react, userId, [eventOf(userId, BEGIN, { errands })]);
        // A write is billed by the larger of what was and what will be: the effects of all that began are gone then.
        await mail(react, userId, [eventOf(userId, LOOKED_AT)]);
      }
    };
    const add = async (what: string, users: readonly string[], folded: number, name: string) =>
      rows.push(rowOf(what, await measure(store, react, users, folded, name)));
    const frequent = usersOf('busy', busy);
    await begin(frequent, 1);
    // The code and the connections get warm, and these people busy.
    await measure(store, react, frequent, FOLDED, LOOKED_AT);
    for (const running of RUNNING) {
      const users = usersOf(`in-${running}`, people);
      await begin(users, running);
      for (const folded of [1, FOLDED]) await add(`${running} running`, users, folded, LOOKED_AT);
    }
    const newcomers = usersOf('new', people);
    await begin(newcomers, 0);
    await add('each event enters one more', newcomers, 1, CALLED);
    await add('1 running, over 64 events in 15 days', frequent, 1, LOOKED_AT);
    await add('1 running, over 64 events in 15 days', frequent, FOLDED, LOOKED_AT);
    return [
      '**Events through react** in one process over the embedded store (dynoxide in memory), of known visitors: all of their running journeys look at each event.',
      `${concurrency} visitors at a time; requests and capacity units (as the store reports them, writes of the due index included) are of one commit; one read is of state and orders together, strongly consistent.`,
      '',
      row([
        'journeys',
        'events a commit',
        'events/s',
        'reads',
        'writes',
        'read units',
        'write units',
        'units an event',
      ]),
      row(['---', '---:', '---:', '---:', '---:', '---:', '---:', '---:']),
      ...rows,
    ].join('\n');
  } finally {
    await store.stop();
  }
};
