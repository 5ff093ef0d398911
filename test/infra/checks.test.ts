import { type App, Validations } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ENVIRONMENT_NAMES } from '../../infra/config.ts';
import { ofType, references, synthesize } from './synthesize.ts';

const packs = [new AwsSolutionsChecks(), new ServerlessChecks()];

/** What a rule stands against, and where. */
const violationsOf = (app: App): readonly string[] =>
  packs.flatMap((pack) =>
    pack
      .validateScope(app)
      .violations.flatMap(({ ruleName, violatingResources }) =>
        violatingResources.map(({ constructPath }) => `${ruleName} at ${constructPath}`),
      ),
  );

const reasonsSchema = z.record(z.string(), z.string());

/** Rules that a construct says why it does not keep. */
const acknowledgedIn = (node: IConstruct): readonly (readonly [rule: string, reason: string])[] => [
  ...node.node.metadata
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.entries(reasonsSchema.parse(data))),
  ...node.node.children.flatMap(acknowledgedIn),
];

const built = new Map(ENVIRONMENT_NAMES.map((name) => [name, synthesize(name)]));

describe.each([...built])('the stacks of %s', (_environment, { app, resources }) => {
  it('keep the rules of AwsSolutions and Serverless', () => {
    expect(violationsOf(app)).toEqual([]);
  });

  it('say in a sentence why they do not keep a rule', () => {
    const acknowledged = acknowledgedIn(app);
    expect(acknowledged.length).toBeGreaterThan(0);
    for (const [rule, reason] of acknowledged) {
      expect(reason, rule).toMatch(/^[A-Z].{30,}\.$/);
    }
  });

  it('have no bucket that is open, and take nothing but TLS', () => {
    for (const { id, Properties } of ofType(resources, 'AWS::S3::Bucket')) {
      expect(Properties['PublicAccessBlockConfiguration'], id).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
    }
    const overTls = resources.filter(({ Type }) =>
      ['AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy', 'AWS::S3::BucketPolicy'].includes(Type),
    );
    const refused = overTls.filter(({ Properties }) =>
      JSON.stringify(Properties).includes('"Bool":{"aws:SecureTransport":"false"}'),
    );
    expect(refused).toEqual(overTls);
    const open = resources.filter(({ Type }) =>
      ['AWS::SQS::Queue', 'AWS::SNS::Topic', 'AWS::S3::Bucket'].includes(Type),
    );
    const guarded = new Set(overTls.flatMap(({ Properties }) => references(Properties)));
    expect(open.filter(({ id }) => !guarded.has(id))).toEqual([]);
  });
});

describe('templates', () => {
  it('come out the same each time, so that deploying what is deployed changes nothing', () => {
    const again = synthesize('production');
    for (const [stack, template] of again.templates) {
      expect(template.toJSON(), stack).toEqual(built.get('production')?.templates.get(stack)?.toJSON());
    }
  });

  it('are seen to break a rule where they do', () => {
    const { app } = synthesize('dev');
    const stack = app.node.findChild('wend-dev-events');
    new Queue(stack, 'Open');
    expect(violationsOf(app)).toContain('AwsSolutions-SQS4 at wend-dev-events/Open/Resource');
  });
});
