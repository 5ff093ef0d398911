import { describe, expect, it } from 'vitest';
import { busEffectsSchema, timerEffectsSchema } from '../../../lib/contracts/effects.ts';
import { type BusEntry, BusUnavailable } from '../../../lib/domain/visitor/event-bus.ts';
import { createTimerArmer } from '../../../lib/service/arm-timers.ts';
import { createConsumer } from '../../../lib/service/consume-queue.ts';
import { createBusPublisher } from '../../../lib/service/put-effects-on-bus.ts';
import { memoryLogger, sqsBatch } from './sqs-batch.ts';

const NOW = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

const armer = () => {
  const sent: unknown[] = [];
  const armed: unknown[] = [];
  const consume = createConsumer({
    schema: timerEffectsSchema,
    handle: createTimerArmer({
      queues: { send: async (...message) => void sent.push(message) },
      scheduler: { arm: async (...timer) => void armed.push(timer) },
      now: () => NOW,
    }),
    logger: memoryLogger(),
  });
  const arm = (due: number, spread = false) =>
    consume(
      sqsBatch({
        visitorId: 'v',
        version: 1,
        at: NOW,
        effects: [{ kind: 'timer', due, generation: 2, spread }],
      }),
    );
  return { arm, sent, armed };
};

describe('a timer that a commit asks for', () => {
  it('is kept back by its queue where it is due within a quarter of an hour', async () => {
    const { arm, sent, armed } = armer();
    const due = NOW + 15 * MINUTE;
    await arm(due);
    expect(sent).toEqual([['timers-due', [{ visitorId: 'v', generation: 2, due }], 900]]);
    expect(armed).toEqual([]);
  });

  it('is a schedule where it is due later', async () => {
    const { arm, sent, armed } = armer();
    const due = NOW + 15 * MINUTE + 1;
    await arm(due, true);
    expect(sent).toEqual([]);
    expect(armed).toEqual([[{ visitorId: 'v', generation: 2, due }, true]]);
  });

  it('comes without delay where its time is past', async () => {
    const { arm, sent } = armer();
    await arm(NOW - MINUTE);
    expect(sent).toEqual([['timers-due', [{ visitorId: 'v', generation: 2, due: NOW - MINUTE }], -60]]);
  });
});

const busOf = (refuses: (entry: BusEntry) => boolean = () => false) => {
  const entries: BusEntry[] = [];
  const logger = memoryLogger();
  const handle = createBusPublisher(
    {
      put: async (added) => {
        if (added.some(refuses)) throw new BusUnavailable();
        entries.push(...added);
      },
    },
    logger,
  );
  return { consume: createConsumer({ schema: busEffectsSchema, handle, logger }), entries, logger };
};

const busEffects = (...effects: readonly (readonly [id: string, detailType: string, detail: object])[]) => ({
  visitorId: 'v',
  version: 1,
  at: NOW,
  effects: effects.map(([id, detailType, detail]) => ({ kind: 'bus', id, detailType, detail })),
});

describe('what a commit tells the world', () => {
  it('goes on the bus by its name, and says which effect it is', async () => {
    const { consume, entries } = busOf();
    const problem = { id: 'flight-delay', key: 'k' };
    await consume(sqsBatch(busEffects(['e-1', 'Problem Opened', problem], ['e-2', 'Cart Rescued', {}])));
    expect(entries.map(({ detailType, detail }) => [detailType, JSON.parse(detail)])).toEqual([
      ['Problem Opened', { ...problem, effectId: 'e-1' }],
      ['Cart Rescued', { effectId: 'e-2' }],
    ]);
  });

  it('comes again, and alone, where the bus did not take it', async () => {
    const { consume } = busOf(({ detailType }) => detailType === 'Refused');
    const answer = await consume(
      sqsBatch(busEffects(['1', 'Told', {}]), busEffects(['2', 'Told', {}], ['3', 'Refused', {}])),
    );
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: '1' }] });
  });

  it('can not be mail for visitors', async () => {
    const { consume, entries, logger } = busOf();
    const answer = await consume(
      sqsBatch(busEffects(['1', 'Events Received', { events: [] }], ['2', 'Told', {}])),
    );
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(entries.map(({ detailType }) => detailType)).toEqual(['Told']);
    expect(logger.lines).toEqual([
      ['An event has a name that is reserved, and is not put on the bus.', { reason: 'reserved' }],
    ]);
  });
});
