import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { ROUTES } from '../lib/contracts/routes.ts';
import type { WendConfig } from './config.ts';
import { type Figures, percentOf, sumsOf } from './figures.ts';
import { FUNCTIONS } from './functions.ts';
import { LAID_ASIDE, QUEUE_DEFINITIONS, QUEUE_NAMES } from './queues.ts';

/** An alarm, as it is deployed. */
export interface AlarmDefinition {
  readonly id: string;
  /** One sentence: what a customer notices. */
  readonly impact: string;
  /** Heading in the runbook that says what to do. */
  readonly heading: string;
  readonly metric: IMetric;
  /** It rings at this value and above. */
  readonly threshold: number;
  /** Periods of the metric that have to be bad. */
  readonly periods: number;
}

type Objectives = NonNullable<WendConfig['observability']>['objectives'];

const FIVE_MINUTES = Duration.minutes(5);

/** Reads that were lost are made up for by defaults: seldom is fine. */
const DEGRADED_PERCENT = 1;

/** A few are late in every hour. */
const OVERDUE_VISITORS = 100;

/**
 * What is promised to whoever calls.
 *
 * @param apiId - the HTTP API's
 */
export const answersOf = (
  figures: Figures,
  apiId: string,
  objectives: Objectives,
): readonly AlarmDefinition[] => [
  {
    id: 'Availability',
    impact: 'Shops and apps get errors instead of answers, and show their own defaults.',
    heading: 'The API answers with errors',
    metric: percentOf('errors, percent', {
      part: figures.api(apiId, '5xx', 'Sum', FIVE_MINUTES),
      whole: figures.api(apiId, 'Count', 'Sum', FIVE_MINUTES),
      atLeast: 5,
    }),
    threshold: Math.round((100 - objectives.availability) * 1000) / 1000,
    periods: 2,
  },
  {
    id: 'DecideLatency',
    impact: 'Pages wait for their content and offers, and those that do not wait show defaults.',
    heading: 'Decisions are slow',
    metric: figures.reported('DecideMilliseconds', 'p99', FIVE_MINUTES),
    threshold: objectives.decideP99,
    periods: 3,
  },
  {
    id: 'Degraded',
    impact: 'Some visitors see defaults though they are known, or their decisions can’t be explained later.',
    heading: 'Decisions are degraded',
    metric: percentOf('degraded, percent', {
      part: figures.reported('DecisionsDegraded', 'Sum', FIVE_MINUTES),
      whole: figures.reported('DecideMilliseconds', 'SampleCount', FIVE_MINUTES),
      atLeast: 5,
    }),
    threshold: DEGRADED_PERCENT,
    periods: 2,
  },
];

/** What is promised of what visitors did, and what comes of it. */
const waits = (figures: Figures, objectives: Objectives): readonly AlarmDefinition[] => [
  {
    id: 'OldestEvent',
    impact: 'Journeys and carts do not know yet what visitors did a while ago.',
    heading: 'Events wait',
    metric: figures.reported('OldestEventMilliseconds', 'Maximum', FIVE_MINUTES),
    threshold: objectives.oldestEvent * 1000,
    periods: 2,
  },
  ...QUEUE_NAMES.map((name) => ({
    id: `${name}-waits`,
    impact: QUEUE_DEFINITIONS[name].impact,
    heading: 'Events wait',
    metric: figures.queue(name, 'ApproximateAgeOfOldestMessage'),
    threshold: objectives.oldestEvent * (QUEUE_DEFINITIONS[name].concurrency === 'react' ? 1 : 5),
    periods: 5,
  })),
  {
    id: 'IteratorAge',
    impact: 'Journeys decide and what follows is late: messages, timers, tasks.',
    heading: 'The stream is read late',
    metric: figures.function('on-visitors-changed', 'IteratorAge', 'Maximum'),
    threshold: objectives.oldestEvent * 1000,
    periods: 5,
  },
  {
    id: 'TimersFail',
    impact: 'Waits end some minutes late, with the sweep, since timers do not reach their queue.',
    heading: 'Timers do not fire',
    metric: figures.timers('TargetErrorCount'),
    threshold: 1,
    periods: 3,
  },
  {
    id: 'Overdue',
    impact: 'Reminders and the ends of waits come up to some minutes late.',
    heading: 'Visitors are overdue',
    metric: figures.reported('VisitorsOverdue', 'Sum', FIVE_MINUTES),
    threshold: OVERDUE_VISITORS,
    periods: 3,
  },
  {
    id: 'Circles',
    impact:
      'Visitors were in the middle of journeys that brought each other about without end, and were stopped.',
    heading: 'Journeys go in circles',
    metric: figures.reported('JourneysStopped', 'Sum', FIVE_MINUTES),
    threshold: 1,
    periods: 1,
  },
];

const laidAside = (figures: Figures): readonly AlarmDefinition[] =>
  LAID_ASIDE.map(({ name, impact, heading }) => ({
    id: name,
    impact,
    heading,
    metric: figures.queue(name, 'ApproximateNumberOfMessagesVisible'),
    threshold: 1,
    periods: 1,
  }));

/** How much longer than a file's age a record may be on its way to the bucket, seconds. */
const ARCHIVE_LATE = 900;

/** The archive, where there is one: what is in the stream is there for a day. */
const archived = (figures: Figures, archive: WendConfig['archive']): readonly AlarmDefinition[] =>
  archive === null
    ? []
    : [
        {
          id: 'ArchiveLate',
          impact:
            'Nothing today: what customers did lately is not in the archive, and within a day it is lost to it.',
          heading: 'The archive is written late',
          metric: figures.archive('DeliveryToS3.DataFreshness', 'Maximum', FIVE_MINUTES),
          threshold: archive.bufferSeconds + ARCHIVE_LATE,
          periods: 2,
        },
        {
          id: 'ArchiveFails',
          impact:
            'Nothing today: files of what customers did can not be written, and nothing could be mended from them.',
          heading: 'The archive can not be written',
          metric: new MathExpression({
            expression: '100 * (1 - written)',
            usingMetrics: { written: figures.archive('DeliveryToS3.Success', 'Average', FIVE_MINUTES) },
            period: FIVE_MINUTES,
            label: 'files not written, percent',
          }),
          threshold: 1,
          periods: 3,
        },
      ];

/** Something asks for more than there is. */
const throttles = (figures: Figures): readonly AlarmDefinition[] => {
  const behindTheApi = [...new Set(ROUTES.map((route) => route.function))];
  const functions = sumsOf(
    'throttled',
    behindTheApi.map((name) => figures.function(name, 'Throttles')),
  );
  return [
    ...functions.map((metric, index) => ({
      id: `Throttled${index + 1}`,
      impact: FUNCTIONS['decide'].impact,
      heading: 'Functions are throttled',
      metric,
      threshold: 1,
      periods: 2,
    })),
    ...sumsOf(
      'throttled',
      ['visitors', 'log'].flatMap((table) => [
        figures.table(table, 'ReadThrottleEvents'),
        figures.table(table, 'WriteThrottleEvents'),
      ]),
    ).map((metric) => ({
      id: 'TablesThrottled',
      impact: 'Some visitors see defaults, and what they did is applied late.',
      heading: 'The tables are throttled',
      metric,
      threshold: 10,
      periods: 2,
    })),
  ];
};

/**
 * Every alarm of an environment.
 *
 * @param apiId - the HTTP API's
 */
export const alarmsOf = (
  figures: Figures,
  apiId: string,
  objectives: Objectives,
  archive: WendConfig['archive'],
): readonly AlarmDefinition[] => [
  ...answersOf(figures, apiId, objectives),
  ...waits(figures, objectives),
  ...laidAside(figures),
  ...archived(figures, archive),
  ...throttles(figures),
];
