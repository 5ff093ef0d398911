import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { queueVariable } from '../../lib/contracts/queues.ts';
import { requireImpact } from './impact.ts';
import { LaidAside } from './laid-aside.ts';
import type { WendFunction } from './wend-function.ts';

/** Records that the function is handed at a time. */
const BATCH_SIZE = 100;

/** Attempts at a record before its shard goes on without it: a batch is cut in halves first, which costs none. */
const RETRIES = 100;

/** A record is given up when it is this old. The stream keeps it for the rest of 24 hours, to be fetched by pointer. */
const OLDEST_RECORD = Duration.hours(6);

export interface StreamConsumerProps {
  /** One sentence: what a customer notices while it fails. */
  readonly impact: string;
  /** The table's stream. */
  readonly streamArn: string;
  readonly consumer: WendFunction;
  /** Batches of one shard at a time; the records of one item stay in order. */
  readonly parallelization: number;
  /** What its queues begin with in AWS: `<name>-failed`, `<name>-abandoned`. */
  readonly name: string;
  /** Whether messages outlive the stack. */
  readonly retain: boolean;
}

/**
 * Stream of a table → function. Lambda would hand a failure destination the pointer to a record, and in 24 hours the
 * record is gone: so the function itself lays what it can't route aside in full, and the destination is the last
 * resort for what it never lived to lay aside.
 */
export class StreamConsumer extends Construct {
  readonly impact: string;
  /** Whole records that the function could not route. */
  readonly failed: LaidAside;
  /** Pointers to records that the function was given up over. */
  readonly abandoned: LaidAside;

  constructor(scope: Construct, id: string, props: StreamConsumerProps) {
    super(scope, id);
    this.impact = requireImpact(id, props.impact);
    this.failed = new LaidAside(this, 'Failed', { name: `${props.name}-failed`, retain: props.retain });
    this.abandoned = new LaidAside(this, 'Abandoned', {
      name: `${props.name}-abandoned`,
      retain: props.retain,
    });
    const { consumer, streamArn } = props;
    consumer.maySend(this.failed, queueVariable('publish-failed'));
    // What Lambda checks before it reads. `grantStreamRead` would add every stream of the account for ListStreams.
    consumer.allow(
      new PolicyStatement({
        actions: [
          'dynamodb:DescribeStream',
          'dynamodb:GetRecords',
          'dynamodb:GetShardIterator',
          'dynamodb:ListStreams',
        ],
        resources: [streamArn],
      }),
    );
    new EventSourceMapping(this, 'Mapping', {
      target: consumer.live,
      eventSourceArn: streamArn,
      // Not LATEST: what was committed while the mapping is made would be lost.
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: BATCH_SIZE,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: RETRIES,
      maxRecordAge: OLDEST_RECORD,
      parallelizationFactor: props.parallelization,
      onFailure: new SqsDlq(this.abandoned),
    });
  }
}
