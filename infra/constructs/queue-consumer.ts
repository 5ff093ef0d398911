import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type EventBus, type EventPattern, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { requireImpact } from './impact.ts';
import type { WendFunction } from './wend-function.ts';

/** Messages that a function is handed at a time; those that fail come back alone. */
const BATCH_SIZE = 10;

/** Attempts before a message is laid aside. */
const MAXIMUM_ATTEMPTS = 5;

/** Lambda asks for six times the function's timeout, so that a throttled batch is not seen twice. */
const VISIBILITY_FACTOR = 6;

/** What is laid aside waits this long for a person; a repeat within 15 days still counts once. */
const LAID_ASIDE = Duration.days(14);

export interface QueueConsumerProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  readonly bus: EventBus;
  /** Which events of the bus it takes. */
  readonly pattern: EventPattern;
  readonly consumer: WendFunction;
  /** Most copies of the consumer at a time. */
  readonly maximumConcurrency: number;
  /** Whether messages outlive the stack. */
  readonly retain: boolean;
}

/**
 * Bus → rule → queue → function. What the rule can't deliver and what the function can't take are each laid aside in
 * a queue of their own: the first says that delivery is broken, the second that an event or the code is.
 */
export class QueueConsumer extends Construct {
  readonly impact: string;
  readonly queue: Queue;
  /** Events that the bus could not hand to the queue. */
  readonly undelivered: Queue;
  /** Messages that the consumer gave up on. */
  readonly failed: Queue;

  constructor(scope: Construct, id: string, props: QueueConsumerProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    const common = {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      removalPolicy: props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    };
    this.undelivered = new Queue(this, 'Undelivered', { ...common, retentionPeriod: LAID_ASIDE });
    this.failed = new Queue(this, 'Failed', { ...common, retentionPeriod: LAID_ASIDE });
    this.queue = new Queue(this, 'Queue', {
      ...common,
      visibilityTimeout: Duration.seconds(props.consumer.timeout * VISIBILITY_FACTOR),
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.failed, maxReceiveCount: MAXIMUM_ATTEMPTS },
    });
    new Rule(this, 'Rule', {
      description: this.impact,
      eventBus: props.bus,
      eventPattern: props.pattern,
      targets: [
        new SqsQueue(this.queue, {
          deadLetterQueue: this.undelivered,
          maxEventAge: Duration.hours(24),
          retryAttempts: 185,
        }),
      ],
    });
    props.consumer.handler.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: BATCH_SIZE,
        maxConcurrency: props.maximumConcurrency,
        reportBatchItemFailures: true,
      }),
    );
  }
}
