/** Microseconds of each call, sorted. */
export interface Timing {
  readonly p50: number;
  readonly p99: number;
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/** The middle and the tail of samples, in their unit. */
export const timingOf = (samples: readonly number[]): Timing => {
  const sorted = samples.toSorted((a, b) => a - b);
  return { p50: at(sorted, 0.5), p99: at(sorted, 0.99) };
};

/** Calls `work` on each value in turn, and says how long each call took, in microseconds. */
export const timeEach = <T>(values: readonly T[], calls: number, work: (value: T) => unknown): Timing => {
  const samples: number[] = [];
  for (let call = 0; call < calls; call++) {
    const value = values[call % values.length];
    if (value === undefined) break;
    const start = performance.now();
    work(value);
    samples.push((performance.now() - start) * 1000);
  }
  return timingOf(samples);
};

/** Three figures, thousands separated. */
export const shown = (number: number): string =>
  number >= 100 ? Math.round(number).toLocaleString('en-GB') : number.toPrecision(2);

/** A row of a Markdown table. */
export const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
