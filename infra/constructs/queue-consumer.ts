import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { requireImpact } from './impact.ts';
import { LaidAside, queueProps } from './laid-aside.ts';
import type { WendFunction } from './wend-function.ts';

/** Messages that a function is handed at a time; those that fail come back alone. */
const BATCH_SIZE = 10;

/** Attempts before a message is laid aside. */
const MAXIMUM_ATTEMPTS = 5;

/** Lambda asks for six times the function's timeout, so that a throttled batch is not seen twice. */
const VISIBILITY_FACTOR = 6;

export interface QueueConsumerProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  /** What the queue is called in AWS; what is laid aside is in `<name>-failed`. */
  readonly name: string;
  readonly consumer: WendFunction;
  /** Most copies of the consumer at a time. */
  readonly maximumConcurrency: number;
  /** Whether messages outlive the stack. */
  readonly retain: boolean;
}

/** Queue → function. What the function can't take is laid aside. A {@link BusRule} or functions put messages in. */
export class QueueConsumer extends Construct {
  readonly impact: string;
  readonly queue: Queue;
  /** Messages that the consumer gave up on. */
  readonly failed: LaidAside;

  constructor(scope: Construct, id: string, props: QueueConsumerProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    this.failed = new LaidAside(this, 'Failed', { name: `${props.name}-failed`, retain: props.retain });
    this.queue = new Queue(this, 'Queue', {
      ...queueProps(props),
      visibilityTimeout: Duration.seconds(props.consumer.timeout * VISIBILITY_FACTOR),
      retentionPeriod: Duration.days(4),
      deadLetterQueue: { queue: this.failed, maxReceiveCount: MAXIMUM_ATTEMPTS },
    });
    props.consumer.takeFrom(
      new SqsEventSource(this.queue, {
        batchSize: BATCH_SIZE,
        maxConcurrency: props.maximumConcurrency,
        reportBatchItemFailures: true,
      }),
    );
  }
}
