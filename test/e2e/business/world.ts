import { DynamoDBClient, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { createFollowerStore, followerItem } from '../../../lib/adapters/dynamodb/follower-store.ts';
import { createPoolStore } from '../../../lib/adapters/dynamodb/pool-store.ts';
import { createSubjectStore } from '../../../lib/adapters/dynamodb/subject-store.ts';
import { eventsReceivedSchema, mailSchema } from '../../../lib/contracts/bus.ts';
import { fanOutSchema } from '../../../lib/contracts/business.ts';
import type { QueueSender } from '../../../lib/contracts/queue-sender.ts';
import type { SentQueue } from '../../../lib/contracts/queues.ts';
import type { BusinessEvent } from '../../../lib/domain/business/business-event.ts';
import type { Follow } from '../../../lib/domain/business/follower.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { createFanOut } from '../../../lib/service/business/fan-out.ts';
import { createBusinessEventTaker } from '../../../lib/service/business/take-business-event.ts';
import { createFollowTaker } from '../../../lib/service/business/take-follow.ts';
import { TABLE_NAMES } from '../../../local/store/tables.ts';
import { startEmbeddedStore } from '../../embedded-store.ts';

/** The tests' clock. */
export const NOW = Date.UTC(2026, 10, 22, 9);

/** A message in a queue, with the seconds that it is held back. */
export interface Sent {
  readonly queue: SentQueue;
  readonly body: object;
  readonly delay: number;
}

/** Queues in memory; a fault may be forced between any two messages. */
export const memoryQueues = () => {
  const sent: Sent[] = [];
  let fault: ((queue: SentQueue) => void) | undefined;
  const sender: QueueSender = {
    send: async (queue, messages, delay = 0) => {
      fault?.(queue);
      for (const message of messages) sent.push({ queue, body: JSON.parse(JSON.stringify(message)), delay });
    },
  };
  return {
    sender,
    sent,
    /** Called before messages go into a queue; throws where the process shall die. */
    breakWith: (how: ((queue: SentQueue) => void) | undefined): void => {
      fault = how;
    },
    /** Takes the messages of a queue out, oldest first. */
    take: (queue: SentQueue): readonly Sent[] => {
      const taken = sent.filter((one) => one.queue === queue);
      sent.splice(0, sent.length, ...sent.filter((one) => one.queue !== queue));
      return taken;
    },
  };
};

export type World = Awaited<ReturnType<typeof startWorld>>;

/** The functions of business events over a real store, and queues in memory. */
export const startWorld = async () => {
  const embedded = await startEmbeddedStore();
  const client = new DynamoDBClient({ endpoint: embedded.endpoint });
  const subjects = createSubjectStore(client, TABLE_NAMES.log);
  const followers = createFollowerStore(client, TABLE_NAMES.log);
  const queues = memoryQueues();
  let clock = NOW;
  const now = (): number => clock;
  const fanOut = createFanOut({ subjects, followers, queues: queues.sender, now });

  return {
    client,
    table: TABLE_NAMES.log,
    subjects,
    followers,
    pools: createPoolStore(client, TABLE_NAMES.log),
    queues,
    now,
    setClock: (at: number): void => {
      clock = at;
    },
    take: createBusinessEventTaker({ subjects, queues: queues.sender }),
    takeFollows: createFollowTaker({ subjects, followers, queues: queues.sender, now }),
    fanOut,
    /** Works the queue `fan-out` off until it is empty; a message that fails comes again. */
    runFanOut: async (onFailure: () => void = () => undefined): Promise<void> => {
      for (let work = queues.take('fan-out'); work.length > 0; work = queues.take('fan-out')) {
        for (const message of work) {
          try {
            await fanOut(fanOutSchema.parse(message.body));
          } catch {
            onFailure();
            queues.sent.push(message);
          }
        }
      }
    },
    /** What lies in the mail: each visitor with what they are told, in the order in which it was sent. */
    mail: (): readonly (readonly [visitorId: string, event: VisitorEvent])[] =>
      queues.take('events-received').flatMap(({ body }) => {
        const { mail } = mailSchema.parse(body);
        return mail.visitorIds.flatMap((id) => mail.events.map((event) => [id, event] as const));
      }),
    /** Events that went to a person by name. */
    named: (): readonly VisitorEvent[] =>
      queues.take('events-received').flatMap(({ body }) => {
        const { detail } = body as { readonly detail: unknown };
        return eventsReceivedSchema.parse(detail).events;
      }),
    /** Writes followers as they lie in the table, a hundred to a transaction: the embedded store is fastest so. */
    fill: async (follows: readonly Follow[]): Promise<void> => {
      for (let start = 0; start < follows.length; start += 100) {
        const puts = follows
          .slice(start, start + 100)
          .map((one) => ({ Put: { TableName: TABLE_NAMES.log, Item: followerItem(one) } }));
        await client.send(new TransactWriteItemsCommand({ TransactItems: puts }));
      }
    },
    stop: async (): Promise<void> => {
      client.destroy();
      await embedded.stop();
    },
  };
};

/** A business event that fills in what a test does not care about. */
export const businessEvent = (
  mine: Partial<BusinessEvent> & Pick<BusinessEvent, 'subject'>,
): BusinessEvent => ({
  messageId: 'ce:test:1',
  type: 'flight.delayed',
  at: NOW - 1000,
  receivedAt: NOW - 500,
  sequence: null,
  data: { delayMinutes: 40 },
  ...mine,
});

/** A follow that fills in what a test does not care about. */
export const follow = (mine: Partial<Follow> & Pick<Follow, 'subject' | 'visitorId'>): Follow => ({
  followId: 'booked-flight',
  until: null,
  rank: 0,
  wave: null,
  at: NOW,
  version: 1,
  ...mine,
});
