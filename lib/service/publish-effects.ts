import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import * as z from 'zod';
import { effectsOfCommitSchema } from '../contracts/effects.ts';
import type { QueueSender } from '../contracts/queue-sender.ts';
import { QUEUE_OF_EFFECT, type SentQueue } from '../contracts/queues.ts';
import type { ReadChange, VisitorChange } from '../contracts/visitor-change.ts';
import type { EffectKind } from '../domain/effect/effect.ts';
import type { Logger } from '../runtime/logger.ts';

/** Effects in one message at most, bytes of their JSON. */
const MAX_EFFECTS_BYTES = 200_000;

/** A message at most, bytes: SQS takes 1 MiB. One effect that is larger can't be handed on. */
const MAX_MESSAGE_BYTES = 1_000_000;

export interface PublishDeps {
  readonly read: ReadChange;
  readonly queues: QueueSender;
  readonly logger: Logger;
  /** Told of how many effects are handed on. */
  readonly onRouted?: (effects: number) => void;
}

/** What waits to be put into a queue, and the first record that it comes of. */
interface Outgoing {
  readonly messages: object[];
  readonly first: number;
}

type Commit = z.infer<typeof effectsOfCommitSchema>;

const schema = z.compile(effectsOfCommitSchema);

/**
 * A Lambda handler over the stream of the visitors table: hands each commit's effects to the queues of their kinds, and
 * does nothing else. Where a queue does not take its messages, all from the first record that has one for it come
 * again, in the order of the stream: effects are handed on at least once. What can't be read would stop the shard until
 * it is lost; it is laid aside, whole.
 */
export const createPublisher = ({ read, queues, logger, onRouted }: PublishDeps) => {
  const commitOf = (change: VisitorChange): Commit | null => {
    try {
      const parsed = schema.safeParse(change.effects());
      return parsed.success ? parsed.data : null;
    } catch {
      return null;
    }
  };

  const route = (record: DynamoDBRecord): readonly (readonly [SentQueue, object])[] => {
    const change = read(record);
    if (change === null) return [];
    const commit = commitOf(change);
    const messages = commit === null ? null : messagesOf(commit);
    if (messages !== null) {
      onRouted?.(commit?.effects.length ?? 0);
      return messages;
    }
    logger.error('Effects of a commit can not be handed on, and are laid aside.', { reason: 'unroutable' });
    return [['publish-failed', change.record]];
  };

  const put = async (queue: SentQueue, { messages, first }: Outgoing): Promise<number> => {
    try {
      await queues.send(queue, messages);
      return Number.POSITIVE_INFINITY;
    } catch (error) {
      logger.warn('Effects were not handed on and will come again.', { count: messages.length }, error);
      return first;
    }
  };

  return async ({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const outgoing = new Map<SentQueue, Outgoing>();
    for (const [index, record] of Records.entries()) {
      for (const [queue, message] of route(record)) {
        const its = outgoing.get(queue) ?? { messages: [], first: index };
        outgoing.set(queue, its);
        its.messages.push(message);
      }
    }
    const failed = await Promise.all([...outgoing].map(([queue, its]) => put(queue, its)));
    const first = Records[Math.min(...failed)];
    if (first === undefined) return { batchItemFailures: [] };
    const itemIdentifier = first.dynamodb?.SequenceNumber;
    if (itemIdentifier === undefined) throw new Error('a record of the stream has no sequence number');
    return { batchItemFailures: [{ itemIdentifier }] };
  };
};

/** One message for each kind of effect, or several where they are many; null where one effect is too large. */
const messagesOf = (commit: Commit): readonly (readonly [SentQueue, object])[] | null => {
  const byKind = new Map<EffectKind, Commit['effects'][]>();
  const sizes = new Map<EffectKind, number>();
  for (const effect of commit.effects) {
    const size = Buffer.byteLength(JSON.stringify(effect)) + 1;
    if (size > MAX_MESSAGE_BYTES) return null;
    const parts = byKind.get(effect.kind) ?? [];
    byKind.set(effect.kind, parts);
    const filled = (sizes.get(effect.kind) ?? 0) + size;
    const last = parts.at(-1);
    if (last === undefined || filled > MAX_EFFECTS_BYTES) {
      parts.push([effect]);
      sizes.set(effect.kind, size);
    } else {
      last.push(effect);
      sizes.set(effect.kind, filled);
    }
  }
  return [...byKind].flatMap(([kind, parts]) =>
    parts.map((effects) => [QUEUE_OF_EFFECT[kind], { ...commit, effects }] as const),
  );
};
