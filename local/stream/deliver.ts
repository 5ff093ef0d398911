import { setTimeout as pause } from 'node:timers/promises';
import { failuresIn } from '../batch-answer.ts';
import type { Handler } from '../functions.ts';
import { invoke } from '../invoke.ts';
import { messageOf } from '../start-failure.ts';
import type { Checkpoint } from './checkpoints.ts';
import type { StreamRecord } from './stream-client.ts';

/** Hands records to a function as Lambda's event source mapping does, and notes how far it got. */
export interface Delivery {
  /** Resolves when each record was taken or given up. Rejects after `stop`; what was not taken comes again. */
  readonly deliver: (shard: string, records: readonly StreamRecord[]) => Promise<void>;
  readonly stop: () => void;
}

/** Records of a batch: as the deployed stack has it. */
const BATCH_SIZE = 100;
/** After that many attempts at one record alone it becomes a dead letter. */
export const MAX_ATTEMPTS = 6;
const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 2_000;
const NAME = 'on-visitors-changed';

const sequenceOf = (record: StreamRecord): string => record.dynamodb.SequenceNumber;

/** Stopped between two attempts. */
class Stopped extends Error {}

/** In order; where a batch fails as a whole it is bisected, so that one bad record holds up none but itself. */
export const createDelivery = (handler: () => Handler, checkpoint: Checkpoint): Delivery => {
  let stopped = false;

  /** The first record of the batch that failed, and why; undefined where none did. */
  const attempt = async (
    batch: readonly StreamRecord[],
  ): Promise<{ readonly index: number; readonly whole: boolean; readonly reason: string } | undefined> => {
    try {
      const answer = await invoke(handler(), NAME, { Records: batch });
      const ids = batch.map(sequenceOf);
      const failed = failuresIn(answer, ids);
      const index = ids.findIndex((id) => failed.has(id));
      return index < 0
        ? undefined
        : { index, whole: failed.size === batch.length, reason: 'named in batchItemFailures' };
    } catch (error) {
      console.error(`${NAME} failed a batch of ${batch.length}: ${messageOf(error)}`);
      return { index: 0, whole: true, reason: messageOf(error) };
    }
  };

  return {
    deliver: async (shard, records) => {
      let from = 0;
      let size = BATCH_SIZE;
      let attempts = 0;
      while (from < records.length) {
        if (stopped) {
          throw new Stopped('the reader was stopped');
        }
        const batch = records.slice(from, from + size);
        const failure = await attempt(batch);
        const taken = failure?.index ?? batch.length;
        const last = batch[taken - 1];
        if (last !== undefined) {
          await checkpoint.write({ shard, sequence: sequenceOf(last) });
          from += taken;
          attempts = 0;
        }
        if (failure === undefined) {
          size = Math.min(BATCH_SIZE, size * 2);
        } else if (failure.whole && batch.length > 1) {
          size = Math.ceil(batch.length / 2);
        } else {
          // The record that failed is the first now, and goes alone until it is taken or given up.
          size = 1;
          attempts += 1;
          const [poison] = records.slice(from, from + 1);
          if (attempts >= MAX_ATTEMPTS && poison !== undefined) {
            await checkpoint.bury(poison, attempts, failure.reason, { shard, sequence: sequenceOf(poison) });
            from += 1;
            attempts = 0;
          } else {
            await pause(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** attempts));
          }
        }
      }
    },
    stop: () => {
      stopped = true;
    },
  };
};
