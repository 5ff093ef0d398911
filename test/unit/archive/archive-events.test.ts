import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type ArchiveStream,
  ArchiveUnavailable,
  archiveRecordsSchema,
} from '../../../lib/contracts/archive.ts';
import type { Replayed } from '../../../lib/contracts/bus.ts';
import { QueueUnavailable } from '../../../lib/contracts/queue-sender.ts';
import { archiveSecretOf, findVisitorId } from '../../../lib/domain/archive/archive-secret.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import type { TellApplied } from '../../../lib/service/applied-mail.ts';
import { createArchiver } from '../../../lib/service/archive/archive-events.ts';
import { openEvent, readLine } from '../../../lib/service/archive/read-line.ts';
import { createQueueConsumer } from '../../../lib/service/consume-events.ts';
import { memoryLogger, sqsBatch } from '../service/sqs-batch.ts';
import { event } from '../visitor/people.ts';

const secret = archiveSecretOf(new Uint8Array(32));
const KEY = new Uint8Array(32).fill(9);
const PERSON = 'vAAAAAAAAAAAAAAAAAAAAAA';

const takesAll = (lines: string[]): ArchiveStream => ({
  put: async (more) => {
    lines.push(...more);
  },
});

const takesNothing: ArchiveStream = {
  put: async () => {
    throw new ArchiveUnavailable();
  },
};

/** React, as far as it tells what it applied: all, or nothing but repeats. */
const react =
  (takesEffect = true) =>
  async (home: string, events: readonly VisitorEvent[], tellApplied?: TellApplied) => {
    tellApplied?.({
      home,
      visitorId: PERSON,
      sealing: { key: KEY, erasedAt: null },
      events,
      applied: takesEffect ? events : [],
      at: 0,
      catalogVersion: 3,
      currency: 'EUR',
    });
  };

const mail = (messageIds: readonly string[], replayed?: Replayed) => ({
  mail: {
    visitorIds: [PERSON],
    events: messageIds.map((messageId) => event({ messageId })),
    ...(replayed === undefined ? {} : { replayed }),
  },
});

const world = (stream: ArchiveStream, takesEffect = true, queueFails = false) => {
  const queued: object[] = [];
  const archive = createArchiver({
    secret: async () => secret,
    stream,
    queues: {
      send: async (queue, messages) => {
        if (queueFails) throw new QueueUnavailable(queue);
        expect(queue).toBe('archive-records');
        queued.push(...messages);
      },
    },
    random: randomBytes,
    logger: memoryLogger(),
  });
  const consume = createQueueConsumer(react(takesEffect), memoryLogger(), undefined, archive);
  return { consume, queued };
};

const messageIdsIn = (lines: readonly string[]) =>
  lines.map((line) => {
    const read = readLine(line);
    if (read.kind !== 'event') throw new Error('no event');
    expect(findVisitorId(secret, read.facts.key)).toBe(PERSON);
    return openEvent(read.record, KEY)?.event.messageId;
  });

describe('a batch of mail', () => {
  it('is archived with one request, every event under its own nonce', async () => {
    const lines: string[] = [];
    let requests = 0;
    const stream = {
      put: (more: readonly string[]) =>
        takesAll(lines)
          .put(more)
          .then(() => void requests++),
    };
    const { consume } = world(stream);
    const answer = await consume(sqsBatch(mail(['a', 'b']), mail(['c'])));
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(requests).toBe(1);
    expect(messageIdsIn(lines)).toEqual(['a', 'b', 'c']);
    const nonces = lines.map((line) => JSON.parse(line).sealed.slice(0, 16));
    expect(new Set(nonces).size).toBe(3);
  });

  it('is archived again where it comes again: an earlier attempt may have died before it was', async () => {
    const lines: string[] = [];
    await world(takesAll(lines), false).consume(sqsBatch(mail(['a'])));
    expect(messageIdsIn(lines)).toEqual(['a']);
  });

  it('waits in a queue of its own while the stream takes nothing, and holds up nobody', async () => {
    const { consume, queued } = world(takesNothing);
    expect(await consume(sqsBatch(mail(['a']), mail(['b'])))).toEqual({ batchItemFailures: [] });
    expect(queued).toHaveLength(1);
    expect(messageIdsIn(queued.flatMap((message) => archiveRecordsSchema.parse(message).lines))).toEqual([
      'a',
      'b',
    ]);
  });

  it('waits in messages that the queue takes', async () => {
    const { consume, queued } = world(takesNothing);
    const large = event({ messageId: 'large', properties: { text: 'x'.repeat(30_000) } });
    await consume(
      sqsBatch(...Array.from({ length: 10 }, () => ({ mail: { visitorIds: [PERSON], events: [large] } }))),
    );
    expect(queued.length).toBeGreaterThan(1);
    for (const message of queued) expect(JSON.stringify(message).length).toBeLessThan(256_000);
  });

  it('comes again, whole, where neither took it', async () => {
    const { consume } = world(takesNothing, true, true);
    expect(await consume(sqsBatch(mail(['a']), mail(['b'])))).toEqual({
      batchItemFailures: [{ itemIdentifier: '0' }, { itemIdentifier: '1' }],
    });
  });

  it.each([
    ['same-key', true, []],
    ['same-key', false, []],
    ['lost-key', true, ['a']],
    ['lost-key', false, []],
  ] as const)(
    'that was replayed, of %s, taking effect: %j, leaves %j',
    async (replayed, takesEffect, expected) => {
      const lines: string[] = [];
      await world(takesAll(lines), takesEffect).consume(sqsBatch(mail(['a'], replayed)));
      expect(messageIdsIn(lines)).toEqual(expected);
    },
  );
});
