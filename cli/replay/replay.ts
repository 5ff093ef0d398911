import { fileURLToPath } from 'node:url';
import { readCatalog } from '../../lib/adapters/catalog-files/read-catalog.ts';
import { CommandFailure } from '../console.ts';
import { readRees46Calls } from '../events/read-events.ts';
import { askService, expectOk, type Target } from '../service-client.ts';
import { type Decided, decideForAll } from './decide-all.ts';
import { type Totals, totalsByVisitor, totalsOf } from './expected.ts';
import { readBack } from './read-back.ts';
import { sendEvents } from './send.ts';
import { bySession, shiftTo } from './shift.ts';

/** Whose data it is; told before it is used, as its licence asks. */
export const REPLAY_SOURCE =
  'Data: eCommerce behavior data from multi category store, REES46 Marketing Platform (rees46.com), Open CDP project.';

const DATA = fileURLToPath(new URL('../../catalog/data/rees46-2019-oct-head.csv.br', import.meta.url));
const DEMO_CATALOG = fileURLToPath(new URL('../../catalog/demo', import.meta.url));

export interface ReplayOptions {
  readonly target: Target;
  /** Leaves the times; else the last event is at `now`. */
  readonly keepTimes: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** @param share - 0 to 1 */
  readonly onProgress: (stage: string, share: number) => void;
}

/** What became of a replay. */
export interface ReplayOutcome {
  /** Counted straight from the file. */
  readonly file: Totals;
  /** Read back from the service, visitor by visitor, of all who had a cart or an order. */
  readonly service: Pick<Totals, 'carts' | 'orders' | 'revenue'>;
  readonly sending: { readonly seconds: number };
  /** Until every visitor who had a cart or an order, and the last of the others, showed all of their events. */
  readonly applying: { readonly seconds: number };
  readonly deciding: Decided;
}

/** Visitors with neither cart nor order, of those who came last, that are waited for. */
const LAST_OTHERS = 100;

/** The placements of the demo's catalog. */
const demoPlacements = async (): Promise<readonly string[]> => {
  const files = await readCatalog(DEMO_CATALOG);
  if (!files.ok) throw new CommandFailure(`The demo's catalog in ${DEMO_CATALOG} can't be read.`);
  const named = files.definitions.flatMap((definition) =>
    definition.kind === 'experience' ? definition.placement : [],
  );
  return [...new Set(named)].sort();
};

/**
 * Plays the packed events into a running service over HTTP, waits until they took effect, and decides for each
 * visitor.
 *
 * @throws CommandFailure where the service is not there, or refuses
 */
export const replayDemo = async (options: ReplayOptions): Promise<ReplayOutcome> => {
  const { target, keepTimes, now, onProgress } = options;
  // The SDK tries for a while and then says `fetch failed`; whoever forgot `npm start` is to be told so at once.
  expectOk(await askService(target, { path: '/health' }));
  const recorded = await readRees46Calls(DATA);
  const calls = bySession(keepTimes ? recorded : shiftTo(recorded, now));
  const visitors = totalsByVisitor(calls);

  const startedAt = performance.now();
  await sendEvents(calls, target, (share) => onProgress('Sending ', share));
  const sentAt = performance.now();
  const buyers = visitors.filter(({ carts, orders }) => carts + orders > 0);
  const others = visitors.filter((visitor) => !buyers.includes(visitor)).slice(-LAST_OTHERS);
  const known = await readBack(target, [...buyers, ...others], (share) => onProgress('Applying', share));
  const appliedAt = performance.now();
  const userIds = visitors.map(({ userId }) => userId);
  const deciding = await decideForAll(target, userIds, await demoPlacements(), (share) =>
    onProgress('Deciding', share),
  );
  return {
    file: totalsOf(calls),
    service: {
      carts: known.reduce((sum, { carts }) => sum + carts, 0),
      orders: known.reduce((sum, { orders }) => sum + orders, 0),
      revenue: known.reduce((sum, { revenue }) => sum + revenue, 0),
    },
    sending: { seconds: (sentAt - startedAt) / 1000 },
    applying: { seconds: (appliedAt - startedAt) / 1000 },
    deciding,
  };
};
