/** Microseconds of each call, sorted. */
export interface Timing {
  readonly p50: number;
  readonly p99: number;
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** The sample below which a share of them lies; 1 is the largest. */
export const quantile = (samples: readonly number[], share: number): number =>
  at(
    samples.toSorted((a, b) => a - b),
    share,
  );

/** The middle and the tail of samples, in their unit. */
export const timingOf = (samples: readonly number[]): Timing => {
  const sorted = samples.toSorted((a, b) => a - b);
  return { p50: at(sorted, 0.5), p99: at(sorted, 0.99) };
};

/** Calls `work` on each value in turn for some milliseconds, and says how long each call took, in microseconds. */
export const timeEach = <T>(values: readonly T[], lasting: number, work: (value: T) => unknown): Timing => {
  const samples: number[] = [];
  const end = performance.now() + lasting;
  for (let start = performance.now(); start < end; ) {
    for (const value of values) {
      work(value);
      const now = performance.now();
      samples.push((now - start) * 1000);
      start = now;
    }
  }
  return timingOf(samples);
};

/** Three figures, thousands separated. */
export const shown = (number: number): string =>
  number >= 99.5 ? Math.round(number).toLocaleString('en-GB') : number.toPrecision(2);

/** A row of a Markdown table. */
export const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** CPU seconds of the process so far: the compiler and the garbage collector on other cores included. */
export const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
