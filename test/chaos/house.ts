import type { TimerDue } from '../../lib/contracts/bus.ts';
import type { QueueName, SentQueue } from '../../lib/contracts/queues.ts';
import type { CompiledCatalog } from '../../lib/domain/catalog/compiled.ts';
import { finishTask } from '../../lib/domain/task/task.ts';
import type { TaskQuery } from '../../lib/domain/task/task-store.ts';
import type { VisitorStore } from '../../lib/domain/visitor/visitor-store.ts';
import { Conflict } from '../../lib/runtime/errors.ts';
import { createMail } from '../../lib/service/send-mail.ts';
import { createSweep } from '../../lib/service/sweep.ts';
import { moveTask } from '../../lib/service/tasks/move-task.ts';
import { settleTask, sweepTasks } from '../../lib/service/tasks/settle-task.ts';
import { createOrderTender } from '../../lib/service/tend-order.ts';
import type { Chance } from './chance.ts';
import { Gate } from './gate.ts';
import { type Handler, handlersOf, type Parts, partsOf, quiet } from './parts.ts';
import { Seen } from './seen.ts';
import { degradationOf, isRead, type Store } from './stores.ts';

/** A message that waits in a queue. */
interface Waiting {
  readonly queue: QueueName | 'stream';
  readonly body: string;
  /** Not before this moment, milliseconds since 1970. */
  readonly from: number;
  /** Place in the order of arrival; of the stream, the order that must be kept. */
  readonly order: number;
}

/** Messages of one batch at most, as Lambda hands them over. */
const BATCH = 5;

export interface HouseOptions {
  readonly store: Store;
  readonly catalogs: { readonly first: CompiledCatalog; readonly second: CompiledCatalog };
  readonly chance: Chance;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Makes a part of the house do something wrong; absent: all are as they are deployed. */
  readonly breakage?: ((parts: Parts, house: House) => Partial<Parts>) | undefined;
}

/**
 * The house of functions, wired as `functions/events` wires them, over a store; bus, queues and scheduler are lists
 * here, and each of the functions' operations on any of them passes the gate.
 */
export class House {
  now: number;
  readonly gate: Gate;
  readonly seen = new Seen();
  readonly visitors: VisitorStore;
  catalog: CompiledCatalog;
  /** How often a message comes again although it was handled, a timer is lost or late, in [0, 1]. */
  repeats = 0;
  losesTimers = 0;
  readonly #catalogs: HouseOptions['catalogs'];
  readonly #chance: Chance;
  readonly #parts: Parts;
  /** By queue: processes that wait for the next batch. */
  readonly #idle = new Map<string, Handler[]>();
  #waiting: Waiting[] = [];
  #streaming = false;
  #order = 0;
  /** Runs that have not come to their end, and what must come again after them. */
  #busy = 0;

  constructor({ store, catalogs, chance, now, breakage }: HouseOptions) {
    this.now = now;
    this.#chance = chance;
    this.#catalogs = catalogs;
    this.catalog = catalogs.first;
    this.gate = new Gate(chance, () => this.now);
    const client = store.clientOf((command, input, send) => {
      const written = async (asked: object): Promise<object> => {
        const output = await send(asked);
        for (const record of this.seen.written(asked, this.now)) this.#put('stream', record, this.now);
        return output;
      };
      return this.gate.pass({
        label: command,
        run: () => written(input),
        degraded: degradationOf(command, input, written, chance),
        isRead: isRead(command),
      });
    });
    const parts = partsOf(this, client, chance);
    this.#parts = { ...parts, ...breakage?.(parts, this) };
    this.visitors = parts.visitors;
  }

  /** Puts a message into a queue, not before a moment. */
  send(queue: SentQueue, message: object, from = this.now): void {
    if (queue === 'publish-failed') this.seen.errors.push('an effect could not be routed');
    else this.#put(queue, message, from);
  }

  /** The scheduler takes a timer, and keeps it most of the time. */
  arm(timer: TimerDue, spread: boolean): void {
    if (this.#chance.happens(this.losesTimers)) return;
    const late = this.losesTimers > 0 && spread ? this.#chance.below(600_000) : 0;
    this.#put('timers-due', timer, timer.due + late);
  }

  publish(): void {
    this.catalog = this.#catalogs.second;
  }

  #put(queue: Waiting['queue'], message: object, from: number): void {
    this.#waiting.push({ queue, body: JSON.stringify(message), from, order: this.#order++ });
  }

  /** When the next message that is held back may come; null: none is. */
  get nextDue(): number | null {
    let next: number | null = null;
    for (const { from } of this.#waiting) {
      if (from > this.now && (next === null || from < next)) next = from;
    }
    return next;
  }

  get isIdle(): boolean {
    return this.#busy === 0 && this.#waiting.every(({ from }) => from > this.now);
  }

  /** Starts one function on some of what waits. */
  start(): void {
    // The stream keeps its order: one reader, from where it stopped.
    const ready = this.#waiting.filter(
      ({ from, queue }) => from <= this.now && !(queue === 'stream' && this.#streaming),
    );
    const first = ready[this.#chance.below(ready.length)];
    if (first === undefined) return;
    const { queue } = first;
    const ofQueue = ready.filter((waiting) => waiting.queue === queue);
    const batch = new Set(
      queue === 'stream'
        ? ofQueue.sort((a, b) => a.order - b.order).slice(0, 1 + this.#chance.below(BATCH))
        : [first, ...ofQueue.filter((other) => other !== first && this.#chance.happens(0.3))].slice(0, BATCH),
    );
    this.#waiting = this.#waiting.filter((waiting) => !batch.has(waiting));
    void this.#handle(queue, [...batch]);
  }

  async #handle(queue: Waiting['queue'], batch: readonly Waiting[]): Promise<void> {
    this.#busy += 1;
    if (queue === 'stream') this.#streaming = true;
    let failed: readonly number[] = [];
    const idle = this.#idle.get(queue) ?? [];
    this.#idle.set(queue, idle);
    const handler = idle.pop() ?? handlersOf[queue](this.#parts);
    const end = await this.gate.start(queue, async () => {
      failed = await handler(batch.map(({ body }) => body));
    });
    // Whoever takes the next batch of one that died is a new process: nothing that it remembered is there any more.
    if (end !== 'died') idle.push(handler);
    for (const [index, waiting] of batch.entries()) {
      const comesAgain =
        end !== 'done' ||
        failed.includes(index) ||
        (queue !== 'stream' && this.repeats > 0 && this.#chance.happens(this.repeats));
      if (comesAgain) this.#waiting.push(waiting);
    }
    if (queue === 'stream') this.#streaming = false;
    this.#busy -= 1;
  }

  /** Runs a function that no queue feeds. */
  async run(name: string, work: (parts: Parts) => Promise<void>): Promise<boolean> {
    this.#busy += 1;
    const end = await this.gate.start(name, () => work(this.#parts));
    this.#busy -= 1;
    return end === 'done';
  }

  /** Looks for lost timers, as the sweep does once a day, by what the due index holds. */
  sweep(): void {
    const { latest } = this.seen;
    void this.run('sweep', ({ queues }) =>
      createSweep({
        findDue: async function* (_from, to) {
          const found = [...latest.values()].flatMap(({ visitorId, due }) =>
            due !== null && due <= to ? [{ visitorId, due }] : [],
          );
          if (found.length > 0) yield found;
        },
        queues,
        now: () => this.now,
        logger: quiet,
      })(),
    );
  }

  /** An agent does the task that was opened first, of those that wait for an outcome, until they are told it is done. */
  async doTask(outcome: string): Promise<void> {
    let taskId: string | null = null;
    const attempt = async (parts: Parts): Promise<void> => {
      const { tasks, queues } = parts;
      taskId ??= (await tasks.list(OPEN)).tasks[0]?.taskId ?? null;
      if (taskId === null) return;
      this.seen.tried.add(taskId);
      try {
        const stored = await moveTask(tasks, taskId, (known) => finishTask(known, outcome, this.now));
        this.seen.finished.add(taskId);
        await settleTask({ tasks, mail: createMail(queues), tendOrder: createOrderTender(queues) }, stored);
      } catch (error) {
        // It was taken back before.
        if (!(error instanceof Conflict)) throw error;
      }
    };
    this.#busy += 1;
    while (!(await this.run('agent', attempt)));
    this.#busy -= 1;
  }

  /** Whoever looks at tasks tells journeys of those that an agent died over. */
  tellTasks(): void {
    void this.run('agent', ({ tasks, queues }) =>
      sweepTasks({ tasks, mail: createMail(queues), tendOrder: createOrderTender(queues) }, quiet),
    );
  }
}

/** What an agent sees first. */
const OPEN: TaskQuery = { statuses: ['open'], queue: 'service', limit: 1, order: 'oldest' };
