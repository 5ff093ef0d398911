import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS, type MetricName } from '../lib/contracts/metrics.ts';
import { nameOf } from './names.ts';

/** CloudWatch adds up this many metrics in the expression of an alarm. */
const MAX_SUMMED = 10;

const MINUTE = Duration.minutes(1);

/** The figures of an environment, as CloudWatch names them: found by the names of things, with no reference to them. */
export class Figures {
  readonly #environment: string;

  constructor(environment: string) {
    this.#environment = environment;
  }

  #of(
    namespace: string,
    metricName: string,
    dimensionsMap: Record<string, string>,
    statistic: string,
    period = MINUTE,
  ): Metric {
    return new Metric({ namespace, metricName, dimensionsMap, statistic, period });
  }

  /** A figure that functions report; counted ones are summed up, of the others `statistic` says what. */
  reported(name: MetricName, statistic = METRICS[name] === 'Count' ? 'Sum' : 'p99', period = MINUTE): Metric {
    const dimensions = { [METRIC_DIMENSION]: this.#environment };
    return this.#of(METRIC_NAMESPACE, name, dimensions, statistic, period).with({ label: name });
  }

  /** A figure of a queue. */
  queue(name: string, metricName: string): Metric {
    const QueueName = nameOf(this.#environment, name);
    return this.#of('AWS/SQS', metricName, { QueueName }, 'Maximum').with({ label: name });
  }

  /** A figure of a function. */
  function(name: string, metricName: string, statistic = 'Sum'): Metric {
    const FunctionName = nameOf(this.#environment, name);
    return this.#of('AWS/Lambda', metricName, { FunctionName }, statistic).with({ label: name });
  }

  /** A figure of a table. */
  table(name: string, metricName: string): Metric {
    const TableName = nameOf(this.#environment, name);
    return this.#of('AWS/DynamoDB', metricName, { TableName }, 'Sum').with({
      label: `${name} ${metricName}`,
    });
  }

  /** A figure of the HTTP API with this id. */
  api(ApiId: string, metricName: string, statistic = 'Sum', period = MINUTE): Metric {
    return this.#of('AWS/ApiGateway', metricName, { ApiId }, statistic, period).with({ label: metricName });
  }

  /** A figure of the archive's delivery stream. */
  archive(metricName: string, statistic: string, period = MINUTE): Metric {
    const DeliveryStreamName = nameOf(this.#environment, 'archive');
    const label = `archive ${metricName}`;
    return this.#of('AWS/Firehose', metricName, { DeliveryStreamName }, statistic, period).with({ label });
  }

  /** A figure of the group of schedules. */
  timers(metricName: string): Metric {
    const ScheduleGroup = nameOf(this.#environment, 'timers');
    return this.#of('AWS/Scheduler', metricName, { ScheduleGroup }, 'Sum').with({ label: metricName });
  }
}

/** The sum of figures, in as many expressions as it takes. */
export const sumsOf = (label: string, metrics: readonly Metric[]): readonly MathExpression[] =>
  Array.from({ length: Math.ceil(metrics.length / MAX_SUMMED) }, (_, index) => {
    const part = metrics.slice(index * MAX_SUMMED, (index + 1) * MAX_SUMMED);
    return new MathExpression({
      expression: 'SUM(METRICS())',
      usingMetrics: Object.fromEntries(part.map((metric, at) => [`m${at}`, metric])),
      period: MINUTE,
      label,
    });
  });

/**
 * Parts of a hundred of whole, and 0 while there are fewer than some: one failure at night is no fault of a promise
 * that is given for thousands.
 *
 * @param atLeast - parts in a period below which there is nothing to see
 */
export const percentOf = (
  label: string,
  { part, whole, atLeast }: { readonly part: Metric; readonly whole: Metric; readonly atLeast: number },
): MathExpression =>
  new MathExpression({
    expression: `IF(part >= ${atLeast}, 100 * part / whole, 0)`,
    usingMetrics: { part, whole },
    period: Duration.minutes(5),
    label,
  });
