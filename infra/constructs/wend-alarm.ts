import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { requireImpact } from './impact.ts';

/** Where whoever is woken reads on. */
const RUNBOOK = 'docs/runbook.md';

/** How often the figures of alarms are looked at. */
export const ALARM_PERIOD = Duration.minutes(1);

export interface WendAlarmProps {
  /** One sentence: what a customer notices. */
  readonly impact: string;
  /** Heading in the runbook that says what to look at, what to do and when it is over. */
  readonly heading: string;
  readonly metric: IMetric;
  /** It rings at this value and above. */
  readonly threshold: number;
  /** Periods that have to be bad before it rings. */
  readonly periods: number;
  /** Who is told, when it rings and when it is over; absent: a deployment looks at it. */
  readonly tells?: IAlarmAction;
}

/** As code hosts make a heading's anchor. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');

/** An alarm whose text says what a customer notices and where in the runbook to read on. */
export class WendAlarm extends Construct {
  readonly impact: string;
  readonly alarm: Alarm;

  constructor(scope: Construct, id: string, props: WendAlarmProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    this.alarm = new Alarm(this, 'Alarm', {
      alarmDescription: `${this.impact} What to do: ${RUNBOOK}#${anchorOf(props.heading)}`,
      metric: props.metric,
      threshold: props.threshold,
      evaluationPeriods: props.periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // Nothing happens at night in a small shop: silence is no fault.
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    if (props.tells !== undefined) {
      this.alarm.addAlarmAction(props.tells);
      this.alarm.addOkAction(props.tells);
    }
  }
}
