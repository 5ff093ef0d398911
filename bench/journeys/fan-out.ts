import { TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import { createFollowerStore, followerItem } from '../../lib/adapters/dynamodb/follower-store.ts';
import { createSubjectStore } from '../../lib/adapters/dynamodb/subject-store.ts';
import { mailSchema } from '../../lib/contracts/bus.ts';
import { fanOutSchema } from '../../lib/contracts/business.ts';
import type { QueueSender } from '../../lib/contracts/queue-sender.ts';
import type { BusinessEvent } from '../../lib/domain/business/business-event.ts';
import { userKey, visitorIdOf } from '../../lib/domain/identity/visitor-id.ts';
import { createFanOut, startOfFanOut } from '../../lib/service/business/fan-out.ts';
import { TABLE_NAMES } from '../../local/store/tables.ts';
import { shown } from '../timing.ts';
import { type Store, startStore } from './store.ts';

/** How fast one business event is brought to all who follow its subject: pages read, mail put into a queue in memory. */

const followers = 20_000;
/** The first goes to the code's warmth; of the others the quickest counts. */
const rounds = 3;
/** Puts of a transaction, which the embedded store is quickest with. */
const together = 100;
const NOW = Date.UTC(2026, 10, 22, 9);
const SUBJECT = 'flight/WD117/2026-11-22';

const fill = async ({ client }: Store): Promise<void> => {
  for (let first = 0; first < followers; first += together) {
    const TransactItems = Array.from({ length: Math.min(together, followers - first) }, (_, index) => {
      const visitorId = visitorIdOf(userKey(`follower-${first + index}`));
      const rank = (first + index) % 1000;
      const follow = { visitorId, subject: SUBJECT, followId: 'booked', until: null, rank, wave: null };
      return { Put: { TableName: TABLE_NAMES.log, Item: followerItem({ ...follow, at: NOW, version: 1 }) } };
    });
    await client.send(new TransactWriteItemsCommand({ TransactItems }));
  }
};

const eventOf = (round: number): BusinessEvent => ({
  messageId: `ce:ops:${round}`,
  type: 'flight.delayed',
  subject: SUBJECT,
  at: NOW - 1000 + round,
  receivedAt: NOW,
  sequence: null,
  data: { flight: 'WD117', delayMinutes: 40 + round },
});

/** Messages of the queues that a fan-out puts into. */
const createQueues = () => {
  const pages: object[] = [];
  const told = { people: 0, messages: 0 };
  const queues: QueueSender = {
    send: async (queue, messages) => {
      if (queue === 'fan-out') pages.push(...messages);
      else {
        told.messages += messages.length;
        // As the queue would have it, the text is made.
        for (const message of messages) {
          told.people += mailSchema.parse(JSON.parse(JSON.stringify(message))).mail.visitorIds.length;
        }
      }
    },
  };
  return { queues, pages, told };
};

/** Measures, some ten seconds, and gives a sentence in Markdown. */
export const fanOutSentence = async (): Promise<string> => {
  const store = await startStore();
  try {
    await fill(store);
    const subjects = createSubjectStore(store.client, TABLE_NAMES.log);
    const followerStore = createFollowerStore(store.client, TABLE_NAMES.log);
    let quickest = Number.POSITIVE_INFINITY;
    let messages = 0;
    let pages = 0;
    let requests = 0;
    for (let round = 0; round < rounds; round++) {
      const event = eventOf(round);
      await subjects.keep(event);
      const { queues, pages: waiting, told } = createQueues();
      const fanOut = createFanOut({ subjects, followers: followerStore, queues, now: () => NOW });
      store.take();
      waiting.push(startOfFanOut(event));
      pages = 0;
      const start = performance.now();
      for (let page = waiting.shift(); page !== undefined; page = waiting.shift()) {
        await fanOut(fanOutSchema.parse(page));
        pages += 1;
      }
      const seconds = (performance.now() - start) / 1000;
      if (told.people !== followers) throw new Error(`${told.people} of ${followers} followers were told`);
      if (round > 0) quickest = Math.min(quickest, seconds);
      messages = told.messages;
      requests = [...store.take().requests.values()].reduce((sum, count) => sum + count, 0);
    }
    return `**Fan-out** of one business event to ${shown(followers)} ranked followers, one page after the other over the embedded store, mail into a queue in memory: **${shown(followers / quickest)} followers a second** (${shown(messages / quickest)} messages of 25 people), ${pages} pages, ${(requests / pages).toFixed(1)} requests a page; in the quickest of ${rounds - 1} rounds.`;
  } finally {
    await store.stop();
  }
};
