import { AsyncLocalStorage } from 'node:async_hooks';
import type { Chance } from './chance.ts';

/** The process that a function runs in died. */
class Killed extends Error {
  constructor() {
    super('killed');
    this.name = 'Killed';
  }
}

/** The other side did not answer, or refused. */
class Refused extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'ProvisionedThroughputExceededException';
  }
}

/** One run of a function. */
export interface Task {
  readonly name: string;
  /** When it began, milliseconds since 1970. */
  readonly since: number;
  isDead: boolean;
  /** How many of its operations failed, or said so. */
  faults: number;
  readonly die: () => void;
}

/** What can be asked of the other side. */
export interface Asked<T> {
  readonly label: string;
  readonly run: () => Promise<T>;
  /** Does only some of it and says so, or meets somebody else at it; absent: it is done or not. */
  readonly degraded?: (() => Promise<T>) | undefined;
  /** It changes nothing. */
  readonly isRead?: boolean;
}

interface Operation {
  readonly task: Task;
  readonly label: string;
  readonly isRead: boolean;
  readonly run: () => Promise<void>;
  readonly degrade: (() => Promise<void>) | undefined;
  readonly reject: (error: unknown) => void;
}

/** How often what goes wrong, each in [0, 1] of the operations. */
export interface Faults {
  readonly kill: number;
  /** The operation does not happen, and says so. */
  readonly refuse: number;
  /** The operation happens, and says that it did not. */
  readonly lose: number;
  /** A batch is done in part; a conditional write or a transaction meets another one. */
  readonly degrade: number;
}

export const NO_FAULTS: Faults = { kill: 0, refuse: 0, lose: 0, degrade: 0 };

/**
 * So much of the likelihood that something fails is left for what only reads. Whether it is refused, its answer is lost
 * or its process dies before or after it comes to the same, and a page of sixteen reads would hardly ever be read.
 */
const SHARE_OF_READS = 0.2;

const NOBODY: Task = { isDead: false, name: 'nobody', since: 0, faults: 0, die: () => {} };

/**
 * All that functions do to the world goes through here one by one, in an order that chance decides: what runs side by
 * side interleaves between any two operations, and may be killed before or after any of them, the same each time.
 */
export class Gate {
  readonly trace: string[] = [];
  readonly #chance: Chance;
  readonly #clock: () => number;
  readonly #tasks = new AsyncLocalStorage<Task>();
  #pending: Operation[] = [];
  #running = 0;
  faults: Faults = NO_FAULTS;

  /** @param clock - the world's, milliseconds since 1970 */
  constructor(chance: Chance, clock: () => number) {
    this.#chance = chance;
    this.#clock = clock;
  }

  /** The run that asks just now. */
  get task(): Task {
    return this.#tasks.getStore() ?? NOBODY;
  }

  /** One operation of whoever asks; it happens when its turn has come. */
  pass<T>({ label, run, degraded, isRead = false }: Asked<T>): Promise<T> {
    const { task } = this;
    // Whoever is dead waits for ever, and is forgotten.
    if (task.isDead) return new Promise(() => {});
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#pending.push({
      task,
      label,
      isRead,
      run: () => run().then(resolve, reject),
      degrade: degraded === undefined ? undefined : () => degraded().then(resolve, reject),
      reject,
    });
    return promise;
  }

  /** Runs a function; false where it died or failed. */
  async start(name: string, work: () => Promise<void>): Promise<'done' | 'failed' | 'died'> {
    this.#running += 1;
    const { promise, resolve } = Promise.withResolvers<'done' | 'failed' | 'died'>();
    const task: Task = { isDead: false, name, since: this.#clock(), faults: 0, die: () => resolve('died') };
    this.#tasks.run(task, () => {
      // What the dead say any more, nobody hears: they were settled when they died.
      work().then(
        () => resolve('done'),
        () => resolve('failed'),
      );
    });
    const end = await promise;
    this.#running -= 1;
    return end;
  }

  /** Lets one operation happen, or fail; false where nobody asks for any. */
  async step(): Promise<boolean> {
    // Nothing in the house waits for anything but its operations: after one turn of the event loop all stand here.
    await new Promise(setImmediate);
    const place = this.#chance.below(this.#pending.length);
    const operation = this.#pending[place];
    if (operation === undefined) return false;
    this.#pending.splice(place, 1);
    await this.#happen(operation);
    return true;
  }

  async #happen({ task, label, isRead, run, degrade, reject }: Operation): Promise<void> {
    const share = isRead ? SHARE_OF_READS : 1;
    const kill = this.faults.kill * share;
    const refuse = this.faults.refuse * share;
    const lose = this.faults.lose * share;
    const drawn = this.#chance.next();
    const tell = (what: string): void => {
      this.trace.push(`${task.name}: ${what}${label}`);
    };
    if (drawn < kill) {
      const happensFirst = this.#chance.happens(0.5);
      tell(happensFirst ? 'killed after ' : 'killed before ');
      task.isDead = true;
      if (happensFirst) await run();
      reject(new Killed());
      task.die();
      this.#pending = this.#pending.filter((other) => other.task !== task);
    } else if (drawn < kill + refuse) {
      tell('refused ');
      task.faults += 1;
      reject(new Refused(label));
    } else if (drawn < kill + refuse + lose) {
      tell('answer lost of ');
      // Rejected first: what the operation says afterwards, nobody hears.
      reject(new Refused(label));
      await run();
      task.faults += 1;
    } else if (degrade !== undefined && drawn < kill + refuse + lose + this.faults.degrade) {
      tell('in part, or met another: ');
      await degrade();
    } else {
      tell('');
      await run();
    }
  }

  /** How many functions run. */
  get running(): number {
    return this.#running;
  }
}
