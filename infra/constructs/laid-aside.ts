import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** What is laid aside waits this long for a person; a repeat within 15 days still counts once. */
const KEPT = Duration.days(14);

/** How every queue of the house is made: encrypted, over TLS alone. */
export const queueProps = (
  retain: boolean,
): Required<Pick<QueueProps, 'encryption' | 'enforceSSL' | 'removalPolicy'>> => ({
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  removalPolicy: retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
});

/** A dead-letter queue: the end of an asynchronous edge, with a paragraph of its own in docs/runbook.md. */
export class LaidAside extends Queue {
  constructor(scope: Construct, id: string, retain: boolean) {
    super(scope, id, { ...queueProps(retain), retentionPeriod: KEPT });
  }
}
