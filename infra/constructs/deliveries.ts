import { SecretValue, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { WendConfig } from '../config.ts';
import type { WendFunction } from './wend-function.ts';

/** The address in `Shop <hello@shop.example>`, which is what IAM compares. */
const addressIn = (from: string): string => /<([^<>]+)>\s*$/.exec(from)?.[1] ?? from;

/**
 * Lets a function send e-mails from one address, and tells it where else messages go. The webhook's secret comes as
 * the identity secret does, by a dynamic reference (docs/adr/0002).
 */
export const allowDeliveries = (made: WendFunction, { email, webhook }: WendConfig['deliveries']): void => {
  if (email !== null) {
    made.allow(
      new PolicyStatement({
        actions: ['ses:SendEmail'],
        resources: [
          Stack.of(made).formatArn({ service: 'ses', resource: 'identity', resourceName: email.identity }),
        ],
        conditions: { StringEquals: { 'ses:FromAddress': addressIn(email.from) } },
      }),
    );
    made.set('WEND_EMAIL_FROM', email.from);
  }
  if (webhook !== null) {
    made.set('WEND_WEBHOOK_URL', webhook.url);
    made.set('WEND_WEBHOOK_SECRET', SecretValue.secretsManager(webhook.secretName).unsafeUnwrap());
  }
};
