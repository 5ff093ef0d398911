import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../infra/config.ts';
import { ROUTES } from '../../lib/contracts/routes.ts';
import { WITH_REPLICA } from './extras.ts';
import { nameIn, statementsFor, thingsIn } from './resources.ts';
import { ofType, synthesize } from './synthesize.ts';

describe('an environment with a replica', () => {
  const { app, templates, resources } = synthesize('production', WITH_REPLICA);
  const there = resources.filter(({ stack }) => stack === 'replica-us-west-2');

  it('keeps the rules of AwsSolutions and Serverless', () => {
    for (const pack of [new AwsSolutionsChecks(), new ServerlessChecks()]) {
      expect(pack.validateScope(app).violations).toEqual([]);
    }
  });

  it('has both tables in both Regions, restorable and protected alike', () => {
    const tables = ofType(resources, 'AWS::DynamoDB::GlobalTable');
    expect(tables).toHaveLength(2);
    for (const { Properties } of tables) {
      expect(Properties['Replicas']).toEqual(
        ['us-west-2', 'eu-central-1'].map((Region) =>
          expect.objectContaining({
            Region,
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
          }),
        ),
      );
    }
  });

  it('decides and takes events there, and does nothing else', () => {
    const functions = ofType(there, 'AWS::Lambda::Function').map((each) => nameIn(each));
    expect(functions.sort()).toEqual(['decide', 'describe-service', 'receive-events', 'track-events']);
    const routes = ofType(there, 'AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties['RouteKey']);
    const expected = ROUTES.filter((route) => functions.some((name) => name === route.function));
    expect(routes).toHaveLength(expected.length + 1);
    expect(routes).toContain('POST /v1/decide');
    expect(routes).not.toContain('POST /v1/redemptions');
    expect(ofType(there, 'AWS::DynamoDB::GlobalTable')).toEqual([]);
  });

  it('reads the replicas of its own Region', () => {
    const read = statementsFor(there, 'decide').filter(({ Resource }) =>
      thingsIn(there, Resource).includes('visitors'),
    );
    expect(JSON.stringify(read)).toContain(':dynamodb:us-west-2:123456789012:table/wend-production-visitors');
  });

  it('hands every event to the bus at home, and lays aside what it can not hand over', () => {
    const [rule] = ofType(there, 'AWS::Events::Rule');
    expect(rule?.Properties).toMatchObject({
      EventPattern: { source: [{ prefix: '' }] },
      Targets: [{ DeadLetterConfig: expect.anything(), RoleArn: expect.anything() }],
    });
    const target = JSON.stringify(rule?.Properties['Targets']);
    expect(target).toContain(':events:eu-central-1:123456789012:event-bus/wend-production-bus');
    expect(ofType(there, 'AWS::SQS::Queue').map((queue) => nameIn(queue))).toEqual(['forward-undelivered']);
    const alarms = ofType(there, 'AWS::CloudWatch::Alarm').map(({ Properties }) =>
      String(Properties['AlarmDescription']),
    );
    expect(alarms.join()).toContain('docs/runbook.md#undelivered-forward');
    expect(alarms.join()).toContain('docs/runbook.md#the-api-answers-with-errors');
  });

  it('knows the secret of identity tokens there, by its copy', () => {
    const [secret] = ofType(resources, 'AWS::SecretsManager::Secret');
    expect(secret?.Properties).toMatchObject({
      Name: 'wend-production-identity',
      ReplicaRegions: [{ Region: 'us-west-2' }],
    });
    expect([...templates.keys()]).toContain('replica-us-west-2');
    expect(JSON.stringify(there)).toContain('{{resolve:secretsmanager:wend-production-identity:');
  });

  it.each([
    ['without a home', { region: undefined }, /replicas: the home/],
    ['at home', { replicas: ['eu-central-1'] }, /replicas: the home/],
    ['with a key of its own', { data: { ownKey: true } }, /data\.ownKey/],
  ])('can not be %s', (_, change, said) => {
    expect(() =>
      readConfig({ environment: 'production', overrides: { ...WITH_REPLICA, ...change } }),
    ).toThrow(said);
  });
});
