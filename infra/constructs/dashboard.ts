import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
  SingleValueWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Figures } from '../figures.ts';
import { LAID_ASIDE, QUEUE_NAMES } from '../queues.ts';
import { requireImpact } from './impact.ts';

export interface WendDashboardProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  /** What it is called in AWS. */
  readonly name: string;
  readonly figures: Figures;
  readonly apiId: string;
  readonly alarms: readonly IAlarm[];
  /** Whether applied events are archived. */
  readonly archives: boolean;
}

const HALF = 12;
const WHOLE = 24;

const graph = (title: string, left: readonly IMetric[], width = HALF): IWidget =>
  new GraphWidget({ title, left: [...left], width, height: 6 });

/** One page on which an environment shows how it is: what rings, who is answered, what waits, what came of it. */
export class WendDashboard extends Construct {
  readonly impact: string;

  constructor(scope: Construct, id: string, props: WendDashboardProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    new Dashboard(this, 'Dashboard', {
      dashboardName: props.name,
      defaultInterval: Duration.hours(3),
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: WHOLE, height: 6 })],
        ...this.#answers(props),
        ...this.#events(props),
        ...this.#shop(props),
        ...(props.archives ? this.#archive(props) : []),
      ],
    });
  }

  #answers({ figures, apiId }: WendDashboardProps): IWidget[][] {
    return [
      [
        graph('Requests and errors', [
          figures.api(apiId, 'Count'),
          figures.api(apiId, '4xx'),
          figures.api(apiId, '5xx'),
        ]),
        graph('Decide by phase, p99, milliseconds', [
          figures.reported('DecideMilliseconds'),
          figures.reported('DecideReadMilliseconds'),
          figures.reported('DecideCatalogMilliseconds'),
          figures.reported('DecideIngestMilliseconds'),
          figures.reported('DecideRecordMilliseconds'),
        ]),
      ],
    ];
  }

  #events({ figures }: WendDashboardProps): IWidget[][] {
    return [
      [
        graph('Events', [
          figures.reported('EventsAccepted'),
          figures.reported('EventsApplied'),
          figures.reported('EventsRepeated'),
          figures.reported('EventsRejected'),
        ]),
        graph('Age of the oldest event, milliseconds', [
          figures.reported('OldestEventMilliseconds', 'Maximum'),
          figures.reported('OldestEventMilliseconds', 'p50'),
          figures.function('on-visitors-changed', 'IteratorAge', 'Maximum'),
        ]),
      ],
      [
        graph(
          'Age of the oldest message, seconds',
          QUEUE_NAMES.map((name) => figures.queue(name, 'ApproximateAgeOfOldestMessage')),
        ),
        graph(
          'Laid aside, messages',
          LAID_ASIDE.map(({ name }) => figures.queue(name, 'ApproximateNumberOfMessagesVisible')),
        ),
      ],
    ];
  }

  #archive({ figures }: WendDashboardProps): IWidget[][] {
    return [
      [
        graph('Archive, age of the oldest record, seconds', [
          figures.archive('DeliveryToS3.DataFreshness', 'Maximum'),
        ]),
        graph('Archive, bytes taken and written', [
          figures.archive('IncomingBytes', 'Sum'),
          figures.archive('DeliveryToS3.Bytes', 'Sum'),
        ]),
      ],
    ];
  }

  #shop({ figures }: WendDashboardProps): IWidget[][] {
    return [
      [
        graph('Effects, holds and caps', [
          figures.reported('EffectsPublished'),
          figures.reported('HoldsTaken'),
          figures.reported('CapsHit'),
        ]),
        graph('Degraded, stopped, overdue', [
          figures.reported('DecisionsDegraded'),
          figures.reported('JourneysStopped'),
          figures.reported('VisitorsOverdue'),
        ]),
      ],
      [
        new SingleValueWidget({
          title: 'Catalog version',
          metrics: [figures.reported('CatalogVersion', 'Maximum')],
          width: HALF,
        }),
        graph('Read and write units', [
          figures.table('visitors', 'ConsumedReadCapacityUnits'),
          figures.table('visitors', 'ConsumedWriteCapacityUnits'),
          figures.table('log', 'ConsumedReadCapacityUnits'),
          figures.table('log', 'ConsumedWriteCapacityUnits'),
        ]),
      ],
    ];
  }
}
