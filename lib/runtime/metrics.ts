import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS, type MetricName } from '../contracts/metrics.ts';

/** CloudWatch takes this many values of a figure in one line. */
const MAX_VALUES = 100;

export type MetricValues = { readonly [Name in MetricName]?: number };

/** What functions count and measure with. */
export interface Metrics {
  readonly add: (values: MetricValues) => void;
  /** A handler after each run of which what was added is written, in one line. */
  readonly around: <Arguments extends readonly unknown[], Answer>(
    handler: (...arguments_: Arguments) => Promise<Answer>,
  ) => (...arguments_: Arguments) => Promise<Answer>;
  /** A function whose duration is added, however it ends, and what its result amounts to. */
  readonly timed: <Arguments extends readonly unknown[], Result>(
    name: MetricName,
    run: (...arguments_: Arguments) => Promise<Result>,
    valuesOf?: (result: Result) => MetricValues,
  ) => (...arguments_: Arguments) => Promise<Result>;
}

/** A line of CloudWatch's embedded metric format: Lambda hands it to the log, and CloudWatch takes the figures out. */
const lineOf = (environment: string, values: ReadonlyMap<string, readonly number[]>, units: object): string =>
  JSON.stringify({
    level: 'INFO',
    timestamp: new Date().toISOString(),
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [[METRIC_DIMENSION]],
          Metrics: Object.entries(units).flatMap(([Name, Unit]) =>
            values.has(Name) ? [{ Name, Unit }] : [],
          ),
        },
      ],
    },
    [METRIC_DIMENSION]: environment,
    ...Object.fromEntries(
      [...values].map(([name, list]) => [name, list.length === 1 ? list[0] : list.slice(0, MAX_VALUES)]),
    ),
  });

/**
 * Figures of a function, as lines of its log: a request pays for no call to CloudWatch. Written out here since a library
 * for it is 30 KB of every bundle.
 *
 * @param environment - sets the figures of environments apart; undefined: nothing is written
 */
export const createMetrics = (environment: string | undefined): Metrics => {
  const values = new Map<MetricName, number[]>();

  const put = (name: MetricName, value: number): void => {
    const before = values.get(name);
    if (before === undefined) values.set(name, [value]);
    else if (METRICS[name] === 'Count') before[0] = (before[0] ?? 0) + value;
    else before.push(value);
  };

  const add = (added: MetricValues): void => {
    if (environment === undefined) return;
    let name: MetricName;
    for (name in added) {
      const value = added[name];
      if (value !== undefined) put(name, value);
    }
  };

  const flush = (): void => {
    if (environment === undefined || values.size === 0) return;
    process.stdout.write(`${lineOf(environment, values, METRICS)}\n`);
    values.clear();
  };

  return {
    add,
    around:
      (handler) =>
      async (...arguments_) => {
        try {
          return await handler(...arguments_);
        } finally {
          flush();
        }
      },
    timed:
      (name, run, valuesOf) =>
      async (...arguments_) => {
        const startedAt = performance.now();
        try {
          const result = await run(...arguments_);
          if (valuesOf !== undefined) add(valuesOf(result));
          return result;
        } finally {
          add({ [name]: Math.round((performance.now() - startedAt) * 10) / 10 });
        }
      },
  };
};
