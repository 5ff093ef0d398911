import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * What a thing of an environment is called in AWS. Stacks know each other by these names and not by exports, which
 * would forbid to change what another stack still imports; the `wend` command and the runbook find things by them, and
 * a replica of a table has its name in every Region (docs/adr/0017).
 *
 * @param environment - the configuration's
 * @param thing - such as `visitors`, `decide`, `timers-due-failed`
 */
export const nameOf = (environment: string, thing: string): string => `wend-${environment}-${thing}`;

/** The ARN of a table in the stack's own account and Region. */
export const tableArn = (scope: Construct, name: string): string =>
  Stack.of(scope).formatArn({ service: 'dynamodb', resource: 'table', resourceName: name });

/** The ARN of a queue in the stack's own account and Region. */
export const queueArn = (scope: Construct, name: string): string =>
  Stack.of(scope).formatArn({ service: 'sqs', resource: name });

/** The ARN of a bus in the stack's own account and Region. */
export const busArn = (scope: Construct, name: string): string =>
  Stack.of(scope).formatArn({ service: 'events', resource: 'event-bus', resourceName: name });
