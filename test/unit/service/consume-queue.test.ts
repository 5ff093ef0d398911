import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createConsumer } from '../../../lib/service/consume-queue.ts';
import { memoryLogger, sqsBatch } from './sqs-batch.ts';

const schema = z.object({ name: z.string() });

describe('a batch of a queue', () => {
  it('is handled message by message', async () => {
    const handled: string[] = [];
    const consume = createConsumer({
      schema,
      handle: async ({ name }) => {
        handled.push(name);
      },
      logger: memoryLogger(),
    });
    const bodies = Array.from({ length: 40 }, (_, index) => ({ name: `n${index}` }));
    expect(await consume(sqsBatch(...bodies))).toEqual({ batchItemFailures: [] });
    expect(handled).toEqual(bodies.map(({ name }) => name));
  });

  it('reports back the messages that failed, and no others', async () => {
    const consume = createConsumer({
      schema,
      handle: async ({ name }) => {
        if (name.startsWith('bad')) throw new Error('forced');
      },
      logger: memoryLogger(),
    });
    const answer = await consume(
      sqsBatch({ name: 'good' }, { name: 'bad' }, { name: 'good' }, { name: 'bad' }),
    );
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: '1' }, { itemIdentifier: '3' }]);
  });

  it('reports back what can not be read, and logs nothing of it', async () => {
    const logger = memoryLogger();
    const consume = createConsumer({ schema, handle: async () => {}, logger });
    const answer = await consume(sqsBatch('{"name":"Ada', { name: 7 }, 'null', { name: 'Ada' }));
    expect(answer.batchItemFailures).toHaveLength(3);
    expect(JSON.stringify(logger.lines)).not.toContain('Ada');
  });

  it('fails whole where what all messages need can not be read', async () => {
    const consume = createConsumer({
      schema,
      handle: async () => {},
      logger: memoryLogger(),
      prepare: async () => {
        throw new Error('forced');
      },
    });
    await expect(consume(sqsBatch({ name: 'a' }))).rejects.toThrow('forced');
  });

  it('handles messages about the same thing one after the other, and others side by side', async () => {
    const running = new Map<string, number>();
    let together = 0;
    let most = 0;
    const consume = createConsumer({
      schema,
      handle: async ({ name }) => {
        running.set(name, (running.get(name) ?? 0) + 1);
        together = Math.max(together, ...running.values());
        most = Math.max(
          most,
          [...running.values()].reduce((sum, count) => sum + count, 0),
        );
        await new Promise((resolve) => setImmediate(resolve));
        running.set(name, (running.get(name) ?? 0) - 1);
      },
      sequenceOf: ({ name }) => name,
      logger: memoryLogger(),
    });
    await consume(sqsBatch({ name: 'a' }, { name: 'b' }, { name: 'a' }, { name: 'a' }));
    expect([together, most]).toEqual([1, 2]);
  });
});
