import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import type { Chance } from './chance.ts';

/** The process that a function runs in died. */
export class Killed extends Error {
  constructor() {
    super('killed');
    this.name = 'Killed';
  }
}

/** The other side did not answer, or refused. */
export class Refused extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'ProvisionedThroughputExceededException';
  }
}

interface Task {
  isDead: boolean;
  readonly name: string;
  readonly die: () => void;
}

interface Operation {
  readonly task: Task;
  readonly label: string;
  readonly run: () => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** How often what goes wrong, each in [0, 1] of the operations. */
export interface Faults {
  readonly kill: number;
  /** The operation does not happen, and says so. */
  readonly refuse: number;
  /** The operation happens, and says that it did not. */
  readonly lose: number;
}

export const NO_FAULTS: Faults = { kill: 0, refuse: 0, lose: 0 };

const NOBODY: Task = { isDead: false, name: 'nobody', die: () => {} };

/** Turns of the event loop after which nothing moves any more that does not wait for an operation. */
const SETTLED_TURNS = 3;

/**
 * All that functions do to the world goes through here one by one, in an order that chance decides: what runs side by
 * side interleaves between any two operations, and may be killed before or after any of them, the same each time.
 */
export class Gate {
  readonly trace: string[] = [];
  readonly #chance: Chance;
  readonly #tasks = new AsyncLocalStorage<Task>();
  #pending: Operation[] = [];
  #running = 0;
  faults: Faults = NO_FAULTS;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** One operation of whoever asks; it happens when its turn has come. */
  pass = <T>(label: string, run: () => Promise<T>): Promise<T> => {
    const task = this.#tasks.getStore() ?? NOBODY;
    // Whoever is dead waits for ever, and is forgotten.
    if (task.isDead) return new Promise(() => {});
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({
        task,
        label,
        run,
        resolve: (value) => resolve(value as T),
        reject,
      });
    });
  };

  /** Runs a function; false where it died or failed. */
  start(name: string, work: () => Promise<void>): Promise<boolean> {
    this.#running += 1;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const task: Task = { isDead: false, name, die: () => resolve(false) };
    this.#tasks.run(task, () => {
      // What the dead say any more, nobody hears: they were settled when they died.
      work().then(
        () => resolve(!task.isDead),
        () => resolve(false),
      );
    });
    return promise.then((isDone) => {
      this.#running -= 1;
      return isDone;
    });
  }

  /** Lets one operation happen, or fail; false where nobody asks for any. */
  async step(): Promise<boolean> {
    for (let turns = 0; turns < SETTLED_TURNS; turns++) await turn();
    const operation = this.#pending[this.#chance.below(this.#pending.length)];
    if (operation === undefined) return false;
    this.#pending = this.#pending.filter((other) => other !== operation);
    const { task, label } = operation;
    const { kill, refuse, lose } = this.faults;
    if (this.#chance.happens(kill)) {
      const happensFirst = this.#chance.happens(0.5);
      this.trace.push(`${task.name}: killed ${happensFirst ? 'after' : 'before'} ${label}`);
      if (happensFirst) await operation.run().catch(() => undefined);
      task.isDead = true;
      task.die();
      this.#pending = this.#pending.filter((other) => other.task !== task);
      operation.reject(new Killed());
    } else if (this.#chance.happens(refuse)) {
      this.trace.push(`${task.name}: refused ${label}`);
      operation.reject(new Refused(label));
    } else if (this.#chance.happens(lose)) {
      this.trace.push(`${task.name}: answer lost of ${label}`);
      await operation.run().catch(() => undefined);
      operation.reject(new Refused(label));
    } else {
      this.trace.push(`${task.name}: ${label}`);
      await operation.run().then(operation.resolve, operation.reject);
    }
    return true;
  }

  /** How many functions run. */
  get running(): number {
    return this.#running;
  }
}
