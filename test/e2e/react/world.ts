import { setTimeout as pause } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createVisitorStore } from '../../../lib/adapters/dynamodb/visitor-store.ts';
import { emptyCatalog } from '../../../lib/domain/catalog/empty-catalog.ts';
import { visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { STRANGER, type Visitor } from '../../../lib/domain/visitor/state.ts';
import type { StoredVisitor, VisitorStore } from '../../../lib/domain/visitor/visitor-store.ts';
import { followLinks } from '../../../lib/service/follow-links.ts';
import { CommitLost, createReactor, primaryKeyOf } from '../../../lib/service/react.ts';
import { TABLE_NAMES } from '../../../local/store/tables.ts';
import { startEmbeddedStore } from '../../embedded-store.ts';
import { apply, event, memoryOf, START } from '../../unit/visitor/people.ts';

/** The tests' clock: an hour after the first moment. */
export const NOW = START + 3_600_000;

/** Catalogs of a service that has published none. */
const catalogs = async () => ({ active: emptyCatalog(), rollout: null });

export type World = Awaited<ReturnType<typeof startWorld>>;

/** React over a real store, whose requests are counted. */
export const startWorld = async () => {
  const embedded = await startEmbeddedStore();
  const client = new DynamoDBClient({ endpoint: embedded.endpoint });
  const requests: string[] = [];
  client.middlewareStack.add(
    (next, context) => (request) => {
      requests.push(String(context.commandName).replace('Command', ''));
      return next(request);
    },
    { step: 'build' },
  );
  const store = createVisitorStore({ client, table: TABLE_NAMES.visitors });

  const reactor = (visitors: VisitorStore = store, now = NOW) => {
    const { mail } = createReactor({ visitors, catalogs, now: () => now, pause, random: Math.random });
    return (idKey: string, events: readonly VisitorEvent[]) => mail(visitorIdOf(idKey), events);
  };

  const react = reactor();

  /** What lies under an id in the end. */
  const find = async (idKey: string): Promise<StoredVisitor & { readonly kind: 'visitor' }> => {
    const stored = await followLinks(visitorIdOf(idKey), async (id) => (await store.read([id])).get(id));
    if (stored?.kind !== 'visitor') throw new Error(`${idKey} is nobody`);
    return stored;
  };

  /** Applies events as the queue does: by primary key, and again where the race was lost. */
  const deliver = async (events: readonly VisitorEvent[], how = react): Promise<void> => {
    for (const one of events) {
      for (let done = false; !done; ) {
        try {
          await how(primaryKeyOf(one), [one]);
          done = true;
        } catch (error) {
          if (!(error instanceof CommitLost)) throw error;
        }
      }
    }
  };

  return {
    client,
    store,
    requests,
    react,
    reactor,
    deliver,
    find,
    visitor: async (idKey: string): Promise<Visitor> => (await find(idKey)).visitor,
    stop: async () => {
      client.destroy();
      await embedded.stop();
    },
  };
};

/** All that is remembered but marks, which move out of the item as it grows. */
export const profileTextOf = (visitor: Visitor): string =>
  memoryOf({ ...visitor, state: { ...visitor.state, marks: [], markHomes: [] } });

/** The same of whom these events make, by the pure fold alone. */
export const foldedText = (events: readonly VisitorEvent[]): string =>
  profileTextOf(apply(STRANGER, events, { currency: 'EUR', countersByEvent: new Map(), now: NOW }));

/** Events of whoever, a second apart. */
export const trackAll = (
  who: Pick<VisitorEvent, 'userId' | 'anonymousId'>,
  count: number,
  prefix = 'm',
): readonly VisitorEvent[] =>
  Array.from({ length: count }, (_, index) =>
    event({ messageId: `${prefix}-${index}`, at: START + index * 1000, receivedAt: START + index, ...who }),
  );

export const identify = (
  messageId: string,
  userId: string,
  anonymousId: string,
  at = START,
  mine: Partial<VisitorEvent> = {},
): VisitorEvent => event({ messageId, type: 'identify', name: 'identify', userId, anonymousId, at, ...mine });

/** An alias by a trusted server: `previousId` is `userId` from now on. */
export const alias = (messageId: string, previousId: string, userId: string, at = START): VisitorEvent =>
  event({ messageId, type: 'alias', name: 'alias', userId, previousId, at, mayMergeUsers: true });
