import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export { nameOf } from '../lib/contracts/names.ts';

/** Where CloudFront looks for certificates and firewalls. */
export const EDGE_REGION = 'us-east-1';

/** The ARN of a table in the stack's own account and Region. */
export const tableArn = (scope: Construct, name: string): string =>
  Stack.of(scope).formatArn({ service: 'dynamodb', resource: 'table', resourceName: name });

/** The ARN of a queue in the stack's own account and Region. */
export const queueArn = (scope: Construct, name: string): string =>
  Stack.of(scope).formatArn({ service: 'sqs', resource: name });

/** The ARN of a delivery stream in the stack's own account and Region. */
export const deliveryStreamArn = (scope: Construct, name: string): string =>
  Stack.of(scope).formatArn({ service: 'firehose', resource: 'deliverystream', resourceName: name });

/** The ARN of a bus in the stack's own account and Region. */
export const busArn = (scope: Construct, name: string): string =>
  Stack.of(scope).formatArn({ service: 'events', resource: 'event-bus', resourceName: name });
