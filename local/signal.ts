/** Wakes whoever waits for something to have changed. */
export interface Signal {
  readonly raise: () => void;
  /** Until the next `raise`, or at most so many milliseconds. */
  readonly next: (limitMs: number) => Promise<void>;
}

export const createSignal = (): Signal => {
  const waiting = new Set<() => void>();
  return {
    raise: () => {
      for (const wake of [...waiting]) {
        wake();
      }
    },
    next: (limitMs) =>
      new Promise((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, Math.max(0, limitMs));
        waiting.add(wake);
      }),
  };
};
