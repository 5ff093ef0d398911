/**
 * Requests pass side by side; moving the clock and resetting the service go alone: they wait for those under way
 * and hold back the others until they are done.
 */
export interface Gate {
  readonly pass: <T>(work: () => Promise<T>) => Promise<T>;
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>;
  /** How many requests are under way. */
  readonly passing: () => number;
}

export const createGate = (): Gate => {
  let passing = 0;
  let whenEmpty: (() => void) | undefined;
  let closed: Promise<void> | undefined;
  let turn: Promise<void> = Promise.resolve();

  const leave = (): void => {
    passing -= 1;
    if (passing === 0) {
      whenEmpty?.();
    }
  };

  const empty = (): Promise<void> =>
    passing === 0
      ? Promise.resolve()
      : new Promise((resolve) => {
          whenEmpty = resolve;
        });

  return {
    passing: () => passing,
    pass: async (work) => {
      while (closed !== undefined) {
        await closed;
      }
      passing += 1;
      try {
        return await work();
      } finally {
        leave();
      }
    },
    alone: async (work) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const before = turn;
      turn = promise;
      await before;
      closed = promise;
      try {
        await empty();
        return await work();
      } finally {
        closed = undefined;
        resolve();
      }
    },
  };
};
