import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, MetricFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { requireImpact } from './impact.ts';
import type { WendFunction } from './wend-function.ts';

/** Where whoever is woken reads on. */
const RUNBOOK = 'docs/runbook.md';

export interface LogAlarmProps {
  /** One sentence: what a customer notices. */
  readonly impact: string;
  /** The line's `message`, as the functions write it. */
  readonly message: string;
  /** Whose logs it may stand in. */
  readonly functions: readonly WendFunction[];
  /** Heading in the runbook that says what to do. */
  readonly heading: string;
}

/** Rings where a line stands in the log that never should: the first one within five minutes is enough. */
export class LogAlarm extends Construct {
  readonly impact: string;
  readonly heading: string;
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: LogAlarmProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    this.heading = props.heading;
    const anchor = props.heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-');
    this.alarms = props.functions.map((made) => {
      const filter = new MetricFilter(this, `${made.node.id}-lines`, {
        logGroup: made.log,
        metricNamespace: 'Wend',
        metricName: `${id}-${made.node.id}`,
        filterPattern: FilterPattern.stringValue('$.message', '=', props.message),
        defaultValue: 0,
      });
      return new Alarm(this, `${made.node.id}-alarm`, {
        alarmDescription: `${this.impact} What to do: ${RUNBOOK}#${anchor}`,
        metric: filter.metric({ statistic: 'Sum', period: Duration.minutes(5) }),
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
    });
  }
}
