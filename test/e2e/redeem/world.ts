import { setTimeout as pause } from 'node:timers/promises';
import { type AttributeValue, ScanCommand } from '@aws-sdk/client-dynamodb';
import { createAccountReader } from '../../../lib/adapters/dynamodb/account-reader.ts';
import { createExhaustedStore } from '../../../lib/adapters/dynamodb/exhausted-store.ts';
import { readPart, readRedemption } from '../../../lib/adapters/dynamodb/redemption-items.ts';
import { createRedemptionStore } from '../../../lib/adapters/dynamodb/redemption-store.ts';
import { createTaskStore } from '../../../lib/adapters/dynamodb/task-store.ts';
import type { Definition } from '../../../lib/domain/catalog/definition.ts';
import { type Redemption, usesOf } from '../../../lib/domain/redemption/redemption.ts';
import type { RedemptionStore } from '../../../lib/domain/redemption/redemption-store.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { createHolder } from '../../../lib/service/redeem/hold.ts';
import type { LedgerDeps } from '../../../lib/service/redeem/ledger.ts';
import { createSettler } from '../../../lib/service/redeem/settle.ts';
import { TABLE_NAMES } from '../../../local/store/tables.ts';
import { catalogOf, definitionsOf } from '../../unit/catalog/support.ts';
import { recordingLogger } from '../../unit/runtime/gateway.ts';
import { startWorld } from '../react/world.ts';

/** What the codes of these tests are made by. */
export const CODE_SECRET = Buffer.alloc(32, 9);

/** The tests' clock at the beginning. */
export const NOW = Date.UTC(2026, 10, 26, 10);

/** A process died in the middle of what it did; nobody knows how far it came. */
export class Killed extends Error {}

/** Random numbers in [0, 1) that are the same for the same seed (mulberry32). */
const randomOf = (seed: number) => {
  let state = seed >>> 0;
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

type Item = Record<string, AttributeValue>;

/** What lies in the ledger at one moment: by cap or person, what is used by the counts, and by the orders themselves. */
export interface Books {
  readonly counted: ReadonlyMap<string, number>;
  readonly ordered: ReadonlyMap<string, number>;
  readonly redemptions: readonly Redemption[];
  /** Of caps: the least that any part has left. */
  readonly leastLeft: number;
}

const add = (sums: Map<string, number>, key: string, amount: number): void => {
  const sum = (sums.get(key) ?? 0) + amount;
  if (sum === 0) sums.delete(key);
  else sums.set(key, sum);
};

const booksOf = (items: readonly Item[]): Books => {
  const counted = new Map<string, number>();
  const ordered = new Map<string, number>();
  const redemptions: Redemption[] = [];
  let leastLeft = 0;
  for (const item of items) {
    const [pk = '', sk = ''] = [item['pk']?.S, item['sk']?.S];
    if (pk.startsWith('cap#')) {
      const part = readPart(item);
      leastLeft = Math.min(leastLeft, part.left);
      add(counted, `${pk}/${part.part}`, part.used);
    } else if (sk.startsWith('U#')) add(counted, `${pk} ${sk}`, Number(item['u']?.N ?? 0));
    const redemption = pk.startsWith('order#') ? readRedemption(item)?.redemption : undefined;
    if (redemption === undefined) continue;
    redemptions.push(redemption);
    for (const use of usesOf(redemption)) {
      if (use.kind === 'person') add(ordered, `${use.visitorId} U#${use.offerId}`, 1);
      else for (const { part, amount } of use.shares) add(ordered, `cap#${use.capId}/${part}`, amount);
    }
  }
  return { counted, ordered, redemptions, leastLeft };
};

/** The ledger over a real store, whose processes die as often as `fault.deaths` says. */
export const startLedgerWorld = async (definitions: readonly object[], seed = 1) => {
  const world = await startWorld();
  const random = randomOf(seed);
  const clock = { now: NOW };
  const fault = { deaths: 0 };
  const mail: { readonly visitorId: string; readonly event: VisitorEvent }[] = [];
  const catalog = catalogOf(definitionsOf(definitions) as readonly Definition[]);
  const catalogs = { current: catalog };
  const store = createRedemptionStore(world.client, TABLE_NAMES.log);
  const mortal: RedemptionStore = {
    ...store,
    write: async (move) => {
      if (random() < fault.deaths) throw new Killed();
      const outcome = await store.write(move);
      if (random() < fault.deaths) throw new Killed();
      return outcome;
    },
  };
  const tasks = createTaskStore(world.client, TABLE_NAMES.log);
  const deps = {
    store: mortal,
    tasks,
    now: () => clock.now,
    pause,
    random,
    readVisitors: world.store.read,
    digest: createExhaustedStore(world.client, TABLE_NAMES.log),
    onDegraded: () => {},
  };
  const { logger } = recordingLogger();
  const queues = { send: async () => undefined };
  const settle = createSettler({
    ...deps,
    mail: async (visitorId, event) => {
      mail.push({ visitorId, event });
    },
  });
  const holderWith = (other: Partial<LedgerDeps>) =>
    createHolder({
      ...deps,
      readAccount: createAccountReader(world.client, TABLE_NAMES.visitors),
      tend: settle.tend,
      catalogs: async () => ({ active: catalogs.current, rollout: null }),
      queues,
      exhausted: async () => [],
      logger,
      codeSecret: async () => CODE_SECRET,
      ...other,
    });
  return {
    clock,
    fault,
    mail,
    store,
    random,
    deliver: world.deliver,
    publish: (next: readonly object[]) => {
      catalogs.current = catalogOf(definitionsOf(next));
    },
    hold: holderWith({}),
    holderWith,
    settle,
    tasks,
    books: async (): Promise<Books> => {
      const items: Item[] = [];
      let start: Item | undefined;
      do {
        const page = await world.client.send(
          new ScanCommand({ TableName: TABLE_NAMES.log, ConsistentRead: true, ExclusiveStartKey: start }),
        );
        items.push(...(page.Items ?? []));
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      return booksOf(items);
    },
    stop: world.stop,
  };
};

export type LedgerWorld = Awaited<ReturnType<typeof startLedgerWorld>>;
